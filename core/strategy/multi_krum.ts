import { ArrayRecord } from "../model/record/array_record.ts";
import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { meanOfArrays } from "./array_mean.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { nearest } from "./krum_selection.ts";
import { summarySection } from "./summary.ts";

/** The settings of {@link MultiKrum}. */
export interface MultiKrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
  /** How many replies are taken; 1 unless told. */
  readonly numNodesToSelect?: number;
}

/**
 * Multi-Krum (Blanchard et al., 2017): of all replies those are taken that lie nearest to their neighbours, and
 * averaged as FedAvg does. All replies are held until the last one is there.
 *
 * ```ts
 * import { MultiKrum } from "corolla";
 *
 * const strategy = new MultiKrum({ numMaliciousNodes: 2, numNodesToSelect: 5, minTrainNodes: 9 });
 * ```
 */
export class MultiKrum extends FedAvg {
  readonly #malicious: number;
  readonly #selected: number;

  /** @throws {RangeError} when no reply would ever be taken */
  constructor({ numMaliciousNodes = 0, numNodesToSelect = 1, ...options }: MultiKrumOptions = {}) {
    super(options);
    if (numNodesToSelect < 1 && this.settings.aggregation !== "reference") {
      throw new RangeError(
        `Cannot use MultiKrum as numNodesToSelect must be 1 or more: current value is ${numNodesToSelect}`,
      );
    }
    this.#malicious = numMaliciousNodes;
    this.#selected = numNodesToSelect;
  }

  override summary(): string[] {
    const lines = [
      `Number of malicious nodes: ${this.#malicious}`,
      `Number of nodes to select: ${this.#selected}`,
    ];
    return [...summarySection("MultiKrum settings:", lines), ...super.summary()];
  }

  protected override openFold({ round }: FoldScene): ArrayFold {
    const counts = { numMaliciousNodes: this.#malicious, numNodesToSelect: this.#selected };
    return new HeldReplies((replies) => {
      const chosen = nearest(replies, { counts, scene: { ...this.settings, round } });
      if (chosen.length === 0) return { arrays: new ArrayRecord(), chosen };
      return { arrays: meanOfArrays(chosen, { ...this.settings, round }), chosen };
    });
  }
}
