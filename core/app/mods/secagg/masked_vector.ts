import type { NodeId } from "../../../model/ids.ts";
import { times } from "../../../model/numeric/arithmetic.ts";
import { NDArray } from "../../../model/record/ndarray.ts";
import { MaskNumbers } from "./mask.ts";
import { quantized } from "./quantize.ts";
import type { SecAggState } from "./secagg_state.ts";

/** Numbers that are added to a vector, or taken from it. */
export interface SignedMask {
  readonly seed: Uint8Array;
  readonly sign: 1 | -1;
}

/** How much a node's update counts, as an integer of the quantised range. */
export function quantizedWeight(
  numExamples: number,
  { maxWeight, targetRange }: Pick<SecAggState, "maxWeight" | "targetRange">,
): number {
  return roundHalfEven(numExamples / maxWeight * targetRange);
}

/** The update, scaled by its weight and quantised; the weight itself stands first. */
export function weighedVector(
  arrays: readonly NDArray[],
  { weight, state, uniform }: { weight: number; state: SecAggState; uniform: () => number },
): NDArray[] {
  const { clippingRange, targetRange } = state;
  const share = weight / targetRange;
  return [
    new NDArray(BigInt64Array.of(BigInt(weight))),
    ...arrays.map((array) => quantized(times(array, share), { clippingRange, targetRange, uniform })),
  ];
}

/** The vector under all its masks, modulo the range; 64-bit integers. */
export function maskedVector(
  vector: readonly NDArray[],
  { masks, modRange }: { masks: readonly SignedMask[]; modRange: number },
): NDArray<BigInt64Array>[] {
  // Doubles hold the sums exactly: no mask number has more than 32 bits.
  const sums = vector.map((array) => Float64Array.from(array.data as ArrayLike<number | bigint>, Number));
  for (const { seed, sign } of masks) {
    const numbers = new MaskNumbers(seed, modRange);
    for (const sum of sums) for (let i = 0; i < sum.length; i++) sum[i] += sign * numbers.next();
  }
  return sums.map((sum, place) => {
    const data = BigInt64Array.from(sum, (value) => BigInt(((value % modRange) + modRange) % modRange));
    return new NDArray(data, vector[place].shape);
  });
}

/** On which side of a pair a node stands: one adds the mask that the other takes away. */
export function pairSign(own: NodeId, other: NodeId): 1 | -1 {
  return own > other ? 1 : -1;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
