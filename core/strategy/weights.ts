import type { Integer } from "../model/record/entry.ts";
import type { RecordDict } from "../model/record/record_dict.ts";

/** Adds weights up: integers exactly, whatever their size; with a float among them, in the order they come. */
export class WeightTotal {
  #integers = 0n;
  #floats = 0;
  #exact = true;

  /** @param isFloat whether the weight is of floating point, also where it is whole */
  add(weight: Integer, isFloat: boolean): void {
    this.#exact &&= !isFloat;
    this.#floats += Number(weight);
    if (this.#exact) this.#integers += BigInt(weight);
  }

  /** What they add up to: a bigint as long as all were integers. */
  get sum(): bigint | number {
    return this.#exact ? this.#integers : this.#floats;
  }

  /** What they add up to, as a number. */
  get value(): number {
    return Number(this.sum);
  }
}

/** What the weights of replies add up to. @param replies let pass by a `ReplyCheck` */
export function totalWeight(replies: readonly RecordDict[], weightedByKey: string): WeightTotal {
  const total = new WeightTotal();
  for (const reply of replies) {
    const weight = weightOf(reply, weightedByKey);
    total.add(weight, typeof weight === "number");
  }
  return total;
}

/** @throws {RangeError} when nothing can be divided by this sum of weights */
export function checkTotal(
  total: number,
  { round, weightedByKey }: { round?: number; weightedByKey: string },
): void {
  if (total !== 0) return;
  const replies = round === undefined ? "the replies" : `the replies of round ${round}`;
  throw new RangeError(
    `Cannot weigh ${replies} as their "${weightedByKey}" must add up to something: they add up to 0`,
  );
}

/**
 * How much each reply counts, by the weight it gives itself: its part of the sum of all.
 * @param replies let pass by a `ReplyCheck`
 * @param round for errors, where it is known
 * @throws {RangeError} when the weights add up to 0
 */
export function factorsOf(replies: readonly RecordDict[], weightedByKey: string, round?: number): number[] {
  const { sum, value } = totalWeight(replies, weightedByKey);
  checkTotal(value, { round, weightedByKey });
  return replies.map((reply) => {
    const weight = weightOf(reply, weightedByKey);
    return typeof sum === "bigint" ? quotient(weight as bigint, sum) : Number(weight) / sum;
  });
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
