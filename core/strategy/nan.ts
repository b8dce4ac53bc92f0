import { halfToNumber } from "../model/record/half.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import { AggregationError } from "./errors.ts";
import { arraysIn, type GoodReply } from "./good_reply.ts";
import { nanRefusal } from "./strictness.ts";

/** Whether any element is NaN. */
export function holdsNaN({ data, dtype }: NDArray): boolean {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) if (data[i] !== data[i]) return true;
    return false;
  }
  return dtype === "float16" && (data as Uint16Array).some((bits) => Number.isNaN(halfToNumber(bits)));
}

/**
 * Lets an aggregated model pass that holds no NaN.
 * @throws {AggregationError} naming the key, the round and, where it can be told, the node that brought the NaN
 */
export function refuseNaN(
  arrays: ArrayRecord,
  { round, replies = [] }: { round: number; replies?: readonly GoodReply[] },
): void {
  for (const [key, array] of arrays) {
    if (!holdsNaN(array.toNDArray())) continue;
    const source = replies.find((reply) => {
      const brought = reply.content.arrayRecords().size > 0 ? arraysIn(reply).get(key) : undefined;
      return brought && holdsNaN(brought.toNDArray());
    });
    if (source) throw nanRefusal({ round, nodeId: source.nodeId, key });
    throw new AggregationError(
      `Cannot use the model of round ${round} as the elements of "${key}" must be numbers: some came out as NaN, ` +
        `though no reply held one. Look at the strategy's settings, or let NaN pass with nan: "keep"`,
    );
  }
}
