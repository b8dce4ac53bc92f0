import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { Integer } from "../model/record/entry.ts";
import type { ArrayFold, Folded } from "./array_fold.ts";
import { Float64Sum } from "./float64_sum.ts";
import { arraysIn, type GoodReply, metricsIn } from "./good_reply.ts";
import { type ArrayLook, checkLook, nanRefusal, type Strictness } from "./strictness.ts";
import { checkTotal, WeightTotal } from "./weights.ts";

/** How a {@link MeanFold} averages. */
export interface MeanFoldOptions extends Strictness {
  readonly round: number;
  /** The metric by which replies are weighed. */
  readonly weightedByKey: string;
}

/** The sum of one key's arrays so far. */
interface Running {
  readonly look: ArrayLook;
  readonly sum: Float64Sum;
}

/**
 * The weighted mean of the arrays of all replies, folded as they arrive: a reply is added to sums in double precision
 * and may then be forgotten. The result has the names in the first reply's order and its element types.
 */
export class MeanFold implements ArrayFold {
  readonly holdsReplies = false;
  readonly #options: MeanFoldOptions;
  readonly #total = new WeightTotal();
  readonly #running = new Map<string, Running>();

  constructor(options: MeanFoldOptions) {
    this.#options = options;
  }

  add(reply: GoodReply): void {
    const weight = metricsIn(reply).get(this.#options.weightedByKey) as Integer;
    this.#total.add(weight, metricsIn(reply).kind(this.#options.weightedByKey) === "double");
    for (const [key, serialised] of arraysIn(reply)) {
      const array = serialised.toNDArray();
      const running = this.#runningFor(key, array);
      const origin = { round: this.#options.round, nodeId: reply.nodeId, key };
      checkLook(array, running.look, { origin, strictness: this.#options });
      const hasNaN = running.sum.add(array, Number(weight));
      if (hasNaN && this.#options.nan === "refuse") throw nanRefusal(origin);
    }
  }

  finish(): Folded {
    const { round, weightedByKey } = this.#options;
    const total = this.#total.value;
    checkTotal(total, { round, weightedByKey });
    const arrays = new ArrayRecord();
    for (const [key, { sum }] of this.#running) {
      arrays.set(key, FlowerArray.from(sum.over(total), { keepInput: false }));
      this.#running.delete(key);
    }
    return { arrays };
  }

  #runningFor(key: string, array: ReturnType<FlowerArray["toNDArray"]>): Running {
    const known = this.#running.get(key);
    if (known) return known;
    const { dtype, shape } = array;
    const fresh = { look: { dtype, shape }, sum: new Float64Sum(array) };
    this.#running.set(key, fresh);
    return fresh;
  }
}
