import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { WeightedSum } from "./array_sum.ts";
import { holdsNaN } from "./nan.ts";
import { arraysIn, type GoodReply } from "./good_reply.ts";
import { checkLook, nanRefusal, type Strictness } from "./strictness.ts";
import { factorsOf } from "./weights.ts";

/** How arrays are averaged. */
export interface ArrayMeanOptions extends Strictness {
  /** Counted from 1, for errors. */
  readonly round: number;
  /** The metric by which replies are weighed. */
  readonly weightedByKey: string;
}

/**
 * The weighted mean of the arrays of all replies, name by name, in the first reply's order, in the arithmetic and
 * with the rounding of NumPy. All replies must be there, since each is multiplied by its part of the whole weight.
 * @param replies let pass by a `ReplyCheck`; at least one
 * @throws {RangeError} when the weights add up to 0, or shapes do not fit
 * @throws {AggregationError} for what is refused by choice
 */
export function meanOfArrays(replies: readonly GoodReply[], options: ArrayMeanOptions): ArrayRecord {
  const factors = factorsOf(replies.map(({ content }) => content), options.weightedByKey, options.round);
  const result = new ArrayRecord();
  for (const key of arraysIn(replies[0]).keys()) {
    const first = arraysIn(replies[0]).get(key)!.toNDArray();
    const sum = new WeightedSum();
    replies.forEach((reply, index) => {
      const array = arraysIn(reply).get(key)!.toNDArray();
      const origin = { round: options.round, nodeId: reply.nodeId, key };
      checkLook(array, first, { origin, strictness: options });
      if (options.nan === "refuse" && holdsNaN(array)) throw nanRefusal(origin);
      sum.add(array, factors[index]);
    });
    result.set(key, FlowerArray.from(sum.result, { keepInput: false }));
  }
  return result;
}
