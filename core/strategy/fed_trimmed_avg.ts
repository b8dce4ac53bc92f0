import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { byColumns, meanOf } from "./columns.ts";
import { AggregationError } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { floatText } from "./python_text.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link FedTrimmedAvg}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedTrimmedAvg, type FedTrimmedAvgOptions } from "corolla";
 *
 * const options: FedTrimmedAvgOptions = { beta: 0.1, minTrainNodes: 10 };
 * assertEquals(new FedTrimmedAvg(options).summary().some((line) => line.includes("beta: 0.1")), true);
 * ```
 */
export interface FedTrimmedAvgOptions extends FedAvgOptions {
  /** The part of the replies that is left out at each end; 0.2 unless told. Below 0.5. */
  readonly beta?: number;
}

/**
 * The mean of the replies, element by element, without the lowest and the highest (Yin et al., 2018). Replies are not
 * weighed, and all of them are held until the last one is there. What is left out may hold NaN.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and shapes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, FedTrimmedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * const replies = [reply(-900), reply(1), reply(2), reply(3), reply(900)];
 * const { arrays } = await new FedTrimmedAvg({ beta: 0.2 }).aggregateTrain(1, replies, grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [2]);
 * ```
 */
export class FedTrimmedAvg extends FedAvg {
  readonly #beta: number;

  /** A strategy with these settings; none of them must be given. */
  constructor({ beta = 0.2, ...options }: FedTrimmedAvgOptions = {}) {
    super(options);
    this.#beta = beta;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    return [
      ...summarySection("FedTrimmedAvg settings:", [`beta: ${floatText(this.#beta)}`]),
      ...super.summary(),
    ];
  }

  /** How the arrays of a round's replies are put together. */
  protected override openFold({ round }: FoldScene): ArrayFold {
    const options = { ...this.settings, matching: "key", round } as const;
    return new HeldReplies((replies) => {
      const [start, end] = this.#keptOf(replies.length, round);
      const rule = (column: Float64Array, rounding: (value: number) => number) =>
        meanOf(column.sort(), { start, end, round: rounding });
      return { arrays: byColumns(replies, { rule, options }) };
    });
  }

  /** Which of so many sorted replies are kept. */
  #keptOf(count: number, round: number): [start: number, end: number] {
    const cut = Math.trunc(this.#beta * count);
    // With nothing left, NumPy makes a model of NaN.
    const none = this.settings.nan === "refuse" ? cut >= count - cut : cut > count - cut;
    if (!none) return [cut, count - cut];
    throw new AggregationError(
      `Cannot aggregate round ${round} as beta must leave some of the ${count} replies: current value is ${this.#beta}`,
    );
  }
}
