import type { Integer } from "../model/record/entry.ts";
import type { RecordDict } from "../model/record/record_dict.ts";

/**
 * How much each reply counts, by the weight it gives itself: its part of the sum of all.
 * @param replies checked by `checkReplies`
 * @throws {RangeError} when the weights add up to 0
 */
export function factorsOf(replies: readonly RecordDict[], weightedByKey: string): number[] {
  const weights = replies.map((reply) => weightOf(reply, weightedByKey));
  const exact = weights.every((weight) => typeof weight === "bigint");
  // Integers are added exactly, whatever their size; with a float among them, in the order of the replies.
  const sum = exact
    ? weights.reduce<bigint>((total, weight) => total + (weight as bigint), 0n)
    : weights.reduce<number>((total, weight) => total + Number(weight), 0);
  if (Number(sum) === 0) {
    throw new RangeError(`Cannot weigh the replies as their "${weightedByKey}" add up to 0`);
  }
  return weights.map((weight) =>
    typeof sum === "bigint" ? quotient(weight as bigint, sum) : Number(weight) / sum
  );
}

/** A weight of kind integer is a bigint here, any other a number. */
function weightOf(reply: RecordDict, key: string): bigint | number {
  const [[, metrics]] = reply.metricRecords();
  const value = metrics.get(key) as Integer;
  return metrics.kind(key) === "double" ? Number(value) : BigInt(value);
}

/** The double nearest to a quotient of integers of any size. */
function quotient(dividend: bigint, divisor: bigint): number {
  const exact = 2n ** 53n;
  if (magnitude(dividend) <= exact && magnitude(divisor) <= exact) return Number(dividend) / Number(divisor);
  const negative = dividend < 0n !== divisor < 0n;
  const [top, bottom] = [magnitude(dividend), magnitude(divisor)];
  if (top === 0n) return 0;
  // 64 bits of the quotient and one that says whether anything follows round like the quotient itself.
  const shift = 64 - (bits(top) - bits(bottom));
  const [high, low] = shift > 0 ? [top << BigInt(shift), bottom] : [top, bottom << BigInt(-shift)];
  const scaled = (high / low << 1n) | (high % low === 0n ? 0n : 1n);
  return (negative ? -1 : 1) * Number(scaled) * 2 ** (-shift - 1);
}

const magnitude = (value: bigint) => value < 0n ? -value : value;
const bits = (value: bigint) => value.toString(2).length;
