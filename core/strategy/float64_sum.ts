import { isComplex, withNumber } from "../model/numeric/promotion.ts";
import type { DType } from "../model/record/dtype.ts";
import { dtypes, type TypedArray } from "../model/record/dtype.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { stretched, wider } from "./array_sum.ts";

/**
 * The sum of arrays, each times its weight, in double precision whatever their elements are; divided in the end by
 * what the weights add up to. Nothing but the sum is kept, so the number of arrays does not matter.
 */
export class Float64Sum {
  #shape: readonly number[];
  #dtype: DType;
  #sum: Float64Array;

  /** @param first the array that decides the shape and the element type of the result; it is not added */
  constructor(first: NDArray) {
    this.#shape = first.shape;
    this.#dtype = withNumber(first.dtype);
    this.#sum = new Float64Array(first.size * (isComplex(first.dtype) ? 2 : 1));
  }

  /**
   * Adds `weight` times `array`, which is left as it is.
   * @returns whether the array holds NaN
   * @throws {RangeError} when its shape is another and cannot be stretched
   * @throws {TypeError} when complex numbers would have to be added to real ones
   */
  add(array: NDArray, weight: number): boolean {
    this.#widen(array);
    const { data, dtype } = stretched(array, this.#shape);
    if (isComplex(this.#dtype) !== isComplex(dtype)) {
      throw new TypeError(`Cannot add an array of ${dtype} to one of ${this.#dtype}`);
    }
    if (dtype === "float16" || data instanceof BigInt64Array || data instanceof BigUint64Array) {
      return addNumbers(this.#sum, stretched(array, this.#shape).toNumbers(), weight);
    }
    return addNumbers(this.#sum, data, weight);
  }

  /** The sum over `total`, in the element type of the first array. The sum is used up. */
  over(total: number): NDArray {
    const sum = this.#sum;
    for (let i = 0; i < sum.length; i++) sum[i] /= total;
    if (this.#dtype === "float16") return NDArray.fromHalves(sum, this.#shape);
    const { array } = dtypes.get(this.#dtype)!;
    const data = sum instanceof (array as unknown as new () => object)
      ? sum
      : converted(sum, new array(sum.length));
    return new NDArray(data, this.#shape, this.#dtype);
  }

  /** As in NumPy, an array without axes takes on the shape and the wider element type of what is added to it. */
  #widen(array: NDArray): void {
    if (this.#shape.length > 0) return;
    this.#dtype = wider(this.#dtype, withNumber(array.dtype));
    if (array.shape.length === 0) return;
    const [value] = this.#sum;
    this.#shape = array.shape;
    this.#sum = new Float64Array(array.size).fill(value);
  }
}

function addNumbers(
  sum: Float64Array,
  values: Exclude<TypedArray, BigInt64Array | BigUint64Array>,
  weight: number,
): boolean {
  let hasNaN = false;
  for (let i = 0; i < sum.length; i++) {
    const value = values[i];
    sum[i] += value * weight;
    if (value !== value) hasNaN = true;
  }
  return hasNaN;
}

function converted(from: Float64Array, to: TypedArray): TypedArray {
  (to as Float32Array).set(from);
  return to;
}
