import { ArrayRecord } from "../model/record/array_record.ts";
import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { meanOfArrays } from "./array_mean.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { nearest } from "./krum_selection.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link MultiKrum}.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { MultiKrum, type MultiKrumOptions } from "corolla";
 *
 * const options: MultiKrumOptions = { numMaliciousNodes: 1, numNodesToSelect: 3, minTrainNodes: 6 };
 * export const strategy = new MultiKrum(options);
 * assertThrows(() => new MultiKrum({ ...options, numNodesToSelect: 0 }), RangeError, "must be 1 or more");
 * ```
 */
export interface MultiKrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
  /** How many replies are taken; 1 unless told. */
  readonly numNodesToSelect?: number;
}

/**
 * Multi-Krum (Blanchard et al., 2017): of all replies those are taken that lie nearest to their neighbours, and
 * averaged as FedAvg does. All replies are held until the last one is there.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and sizes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Grid, Message, MetricRecord, MultiKrum, NDArray, RecordDict } from "corolla";
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
 * const replies = [reply(1), reply(1.25), reply(1.5), reply(3), reply(900)];
 * const strategy = new MultiKrum({ numMaliciousNodes: 1, numNodesToSelect: 3 });
 * const { arrays } = await strategy.aggregateTrain(1, replies, grid);
 * // The mean of the three that lie nearest to each other.
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [1.25]);
 * ```
 */
export class MultiKrum extends FedAvg {
  readonly #malicious: number;
  readonly #selected: number;

  /**
   * A strategy with these settings; none of them must be given.
   * @throws {RangeError} when no reply would ever be taken
   */
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

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const lines = [
      `Number of malicious nodes: ${this.#malicious}`,
      `Number of nodes to select: ${this.#selected}`,
    ];
    return [...summarySection("MultiKrum settings:", lines), ...super.summary()];
  }

  /** How the arrays of a round's replies are put together. */
  protected override openFold({ round }: FoldScene): ArrayFold {
    const counts = { numMaliciousNodes: this.#malicious, numNodesToSelect: this.#selected };
    return new HeldReplies((replies) => {
      const chosen = nearest(replies, { counts, scene: { ...this.settings, round } });
      if (chosen.length === 0) return { arrays: new ArrayRecord(), chosen };
      return { arrays: meanOfArrays(chosen, { ...this.settings, round }), chosen };
    });
  }
}
