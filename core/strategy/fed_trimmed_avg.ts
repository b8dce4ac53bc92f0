import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { byColumns, meanOf } from "./columns.ts";
import { AggregationError } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { floatText } from "./python_text.ts";
import { summarySection } from "./summary.ts";

/** The settings of {@link FedTrimmedAvg}. */
export interface FedTrimmedAvgOptions extends FedAvgOptions {
  /** The part of the replies that is left out at each end; 0.2 unless told. Below 0.5. */
  readonly beta?: number;
}

/**
 * The mean of the replies, element by element, without the lowest and the highest (Yin et al., 2018). Replies are not
 * weighed, and all of them are held until the last one is there. What is left out may hold NaN.
 *
 * ```ts
 * import { FedTrimmedAvg } from "corolla";
 *
 * const strategy = new FedTrimmedAvg({ beta: 0.1, minTrainNodes: 10 });
 * ```
 */
export class FedTrimmedAvg extends FedAvg {
  readonly #beta: number;

  constructor({ beta = 0.2, ...options }: FedTrimmedAvgOptions = {}) {
    super(options);
    this.#beta = beta;
  }

  override summary(): string[] {
    return [
      ...summarySection("FedTrimmedAvg settings:", [`beta: ${floatText(this.#beta)}`]),
      ...super.summary(),
    ];
  }

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
