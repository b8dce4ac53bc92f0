import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import { sameShape, WeightedSum } from "./array_sum.ts";
import { AggregationError } from "./errors.ts";
import { factorsOf } from "./weights.ts";

/** How arrays are averaged. */
export interface ArrayMeanOptions {
  /** The metric by which replies are weighed. */
  readonly weightedByKey: string;
  /** Refuse arrays of different shapes instead of stretching them as NumPy does. */
  readonly strictShapes: boolean;
}

/**
 * The weighted mean of the arrays of all replies, name by name, in the first reply's order. One array of one reply
 * is read at a time, so beside the replies there is never more in memory than the result and one array.
 * @param replies checked by `checkReplies`
 * @throws {RangeError} when the weights add up to 0, or shapes do not fit
 * @throws {AggregationError} with `strictShapes`, when shapes differ
 */
export function meanOfArrays(replies: readonly RecordDict[], options: ArrayMeanOptions): ArrayRecord {
  const factors = factorsOf(replies, options.weightedByKey);
  const records = replies.map((reply) => [...reply.arrayRecords()][0][1]);
  const result = new ArrayRecord();
  for (const key of records[0].keys()) {
    const sum = new WeightedSum();
    records.forEach((record, reply) => {
      const array = record.get(key)!.toNDArray();
      if (options.strictShapes && reply > 0 && !sameShape(array.shape, sum.result.shape)) {
        throw new AggregationError(
          `Cannot aggregate "${key}" as all replies must give it the same shape: there are ` +
            `(${sum.result.shape.join(", ")}) and (${array.shape.join(", ")})`,
        );
      }
      sum.add(array, factors[reply]);
    });
    result.set(key, FlowerArray.from(sum.result, { keepInput: false }));
  }
  return result;
}
