import type { FedAvgOptions } from "./fed_avg_options.ts";
import { MultiKrum } from "./multi_krum.ts";
import { summarySection } from "./summary.ts";

/** The settings of {@link Krum}. */
export interface KrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
}

/**
 * Krum (Blanchard et al., 2017): the one reply that lies nearest to its neighbours becomes the model.
 *
 * ```ts
 * import { Krum } from "corolla";
 *
 * const strategy = new Krum({ numMaliciousNodes: 1, minTrainNodes: 5 });
 * ```
 */
export class Krum extends MultiKrum {
  readonly #numMaliciousNodes: number;

  constructor({ numMaliciousNodes = 0, ...options }: KrumOptions = {}) {
    super({ ...options, numMaliciousNodes, numNodesToSelect: 1 });
    this.#numMaliciousNodes = numMaliciousNodes;
  }

  override summary(): string[] {
    const lines = [`Number of malicious nodes: ${this.#numMaliciousNodes}`];
    return [...summarySection("Krum settings:", lines), ...super.summary()];
  }
}
