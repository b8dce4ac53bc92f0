import { plus, readable, times } from "../../../model/numeric/arithmetic.ts";
import { NDArray } from "../../../model/record/ndarray.ts";

/** How numbers become integers. */
export interface Quantization {
  /** Numbers are cut to this size. */
  readonly clippingRange: number;
  /** The largest integer. */
  readonly targetRange: number;
  /** Numbers from 0 up to, not including, 1. */
  readonly uniform: () => number;
}

/**
 * An array's numbers as integers from 0 to the target range. What lies between two of them goes to one of the two by
 * chance, to the nearer one more often, so that the mean of many is right.
 */
export function quantized(
  array: NDArray,
  { clippingRange, targetRange, uniform }: Quantization,
): NDArray<Int32Array> {
  const exact = beforeRounding(array, { clippingRange, targetRange });
  const result = new Int32Array(exact.length);
  for (let i = 0; i < exact.length; i++) {
    const above = Math.ceil(exact[i]);
    result[i] = uniform() < above - exact[i] ? above - 1 : above;
  }
  return new NDArray(result, array.shape);
}

/** The integers before they are rounded to some, in the precision of the array. */
export function beforeRounding(
  array: NDArray,
  { clippingRange, targetRange }: Pick<Quantization, "clippingRange" | "targetRange">,
): ArrayLike<number> {
  const values = readable(array, "quantise");
  const clipped = new Float64Array(array.size);
  for (let i = 0; i < clipped.length; i++) {
    clipped[i] = Math.min(clippingRange, Math.max(-clippingRange, values[i]));
  }
  const same = array.dtype === "float32"
    ? new NDArray(Float32Array.from(clipped), array.shape)
    : array.dtype === "float16"
    ? NDArray.fromHalves(clipped, array.shape)
    : new NDArray(clipped, array.shape);
  return readable(times(plus(same, clippingRange), targetRange / (2 * clippingRange)), "quantise");
}
