import type { DType } from "../record/dtype.ts";
import type { NDArray } from "../record/ndarray.ts";
import { readable, rounded } from "./arithmetic.ts";
import { pairwiseSum } from "./pairwise_sum.ts";
import { isFloat, resultType } from "./promotion.ts";

/**
 * The sum of the squares of all elements of several arrays, in the widest of their element types and in the order in
 * which NumPy adds.
 * @throws {TypeError} for complex numbers
 */
export function sumOfAllSquares(arrays: Iterable<NDArray>): number {
  let [sum, dtype]: [number, DType] = [0, "float16"];
  for (const array of arrays) {
    const own = isFloat(array.dtype) ? array.dtype : "float64";
    const round = own === "float32" ? Math.fround : (value: number) => rounded(value, own);
    const square = (value: number) => round(value * value);
    dtype = resultType(dtype, own);
    sum = rounded(sum + pairwiseSum(readable(array), square, { start: 0, end: array.size, round }), dtype);
  }
  return sum;
}

/** Squares as the element type rounds them, added in double precision, as the BLAS behind NumPy does for few of them. */
function sumOfSquares(array: NDArray): number {
  const values = readable(array);
  let sum = 0;
  if (array.dtype === "float32") {
    for (let i = 0; i < values.length; i++) sum += Math.fround(values[i] * values[i]);
  } else {
    for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  }
  return sum;
}

/**
 * The Euclidean length of several arrays seen as one vector, computed in the widest of their element types, as NumPy
 * does.
 * @throws {TypeError} for complex numbers
 */
export function lengthOfAll(arrays: Iterable<NDArray>): number {
  let [sum, dtype]: [number, DType] = [0, "float16"];
  for (const array of arrays) {
    const own = isFloat(array.dtype) ? array.dtype : "float64";
    const length = rounded(Math.sqrt(rounded(sumOfSquares(array), own)), own);
    dtype = resultType(dtype, own);
    sum = rounded(sum + rounded(length * length, own), dtype);
  }
  return rounded(Math.sqrt(sum), dtype);
}
