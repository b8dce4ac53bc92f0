import type { FedAvgOptions } from "./fed_avg_options.ts";
import { MultiKrum } from "./multi_krum.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link Krum}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Krum, type KrumOptions } from "corolla";
 *
 * const options: KrumOptions = { numMaliciousNodes: 1, minTrainNodes: 5 };
 * assertEquals(new Krum(options).summary().some((line) => line.includes("malicious nodes: 1")), true);
 * ```
 */
export interface KrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
}

/**
 * Krum (Blanchard et al., 2017): the one reply that lies nearest to its neighbours becomes the model.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and sizes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Grid, Krum, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const replies = [reply(1), reply(1.1), reply(1.2), reply(1.4), reply(900)];
 * const { arrays } = await new Krum({ numMaliciousNodes: 1 }).aggregateTrain(1, replies, grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [1.1]);
 * ```
 */
export class Krum extends MultiKrum {
  readonly #numMaliciousNodes: number;

  /** A strategy with these settings; none of them must be given. */
  constructor({ numMaliciousNodes = 0, ...options }: KrumOptions = {}) {
    super({ ...options, numMaliciousNodes, numNodesToSelect: 1 });
    this.#numMaliciousNodes = numMaliciousNodes;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const lines = [`Number of malicious nodes: ${this.#numMaliciousNodes}`];
    return [...summarySection("Krum settings:", lines), ...super.summary()];
  }
}
