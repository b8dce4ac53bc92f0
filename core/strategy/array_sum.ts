import { sameShape } from "../model/numeric/arithmetic.ts";
import { isComplex, withNumber } from "../model/numeric/promotion.ts";
import { halfToNumber, numberToHalf } from "../model/record/half.ts";
import type { DType, TypedArray } from "../model/record/dtype.ts";
import { NDArray } from "../model/record/ndarray.ts";

/**
 * The sum of arrays, each times a number, folded one array at a time, in the arithmetic of NumPy: the number is
 * rounded to the array's precision first, every product and every sum is rounded to the precision of what holds
 * it, and the first product decides in which element type the sum is kept.
 */
export class WeightedSum {
  #sum: NDArray | undefined;

  /**
   * Adds `factor` times `array`, which is left as it is.
   * @throws {RangeError} when the shape is not that of the first array and cannot be stretched to it
   * @throws {TypeError} when complex numbers would have to be added to real ones
   */
  add(array: NDArray, factor: number): void {
    const product = timesNumber(array, factor);
    if (!this.#sum) this.#sum = product;
    else if (this.#sum.shape.length === 0) this.#sum = plus(this.#sum, product);
    else addInPlace(this.#sum, stretched(product, this.#sum.shape));
  }

  /** The sum so far; the caller owns it once nothing more is added. @throws {Error} when nothing was added */
  get result(): NDArray {
    if (!this.#sum) throw new Error("Cannot give a sum as no array was added");
    return this.#sum;
  }
}

function timesNumber({ data, dtype, shape }: NDArray, factor: number): NDArray {
  if (dtype === "float16") {
    const half = halfToNumber(numberToHalf(factor));
    return NDArray.fromHalves(Float64Array.from(data as Uint16Array, (x) => halfToNumber(x) * half), shape);
  }
  const type = withNumber(dtype);
  const result = NDArray.zeros(shape, type);
  const single = type === "float32" || type === "complex64";
  multiply(data, single ? Math.fround(factor) : factor, result.data as Float32Array | Float64Array);
  return result;
}

/** Storing into a Float32Array rounds, and rounding the double product of two floats is exact in effect. */
function multiply(data: TypedArray, factor: number, into: Float32Array | Float64Array): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < data.length; i++) into[i] = Number(data[i]) * factor;
  } else if (data instanceof Float32Array && into instanceof Float32Array) {
    for (let i = 0; i < data.length; i++) into[i] = data[i] * factor;
  } else {
    for (let i = 0; i < data.length; i++) into[i] = data[i] * factor;
  }
}

function addInPlace(sum: NDArray, term: NDArray): void {
  if (isComplex(term.dtype) && !isComplex(sum.dtype)) {
    throw new TypeError(`Cannot add an array of ${term.dtype} to one of ${sum.dtype}`);
  }
  if (sum.dtype === "float16") return addToHalves(sum.data as Uint16Array, term);
  const into = sum.data as Float32Array | Float64Array;
  const terms = term.dtype === "float16" ? term.toNumbers() : term.data as Float32Array | Float64Array;
  const step = isComplex(sum.dtype) && !isComplex(term.dtype) ? 2 : 1;
  if (step === 1 && into instanceof Float32Array && terms instanceof Float32Array) {
    for (let i = 0; i < terms.length; i++) into[i] += terms[i];
  } else {
    for (let i = 0; i < terms.length; i++) into[i * step] += terms[i];
  }
}

function addToHalves(sum: Uint16Array, term: NDArray): void {
  const terms = term.toNumbers();
  const round = term.dtype === "float64" ? (x: number) => x : Math.fround;
  for (let i = 0; i < sum.length; i++) sum[i] = numberToHalf(round(halfToNumber(sum[i]) + terms[i]));
}

/** A number without axes is no place to add to: the wider of the two types holds the result. */
function plus(sum: NDArray, term: NDArray): NDArray {
  const type = wider(sum.dtype, term.dtype);
  const one = timesNumber(sum, 1);
  const result = type === "float16" ? one : converted(one, type);
  const target = stretched(result, term.shape).copy();
  addInPlace(target, term);
  return target;
}

/** The wider of two floating point or complex element types. */
export function wider(a: DType, b: DType): DType {
  const order: readonly DType[] = ["float16", "float32", "float64", "complex64", "complex128"];
  const [low, high] = order.indexOf(a) < order.indexOf(b) ? [a, b] : [b, a];
  return low === "float64" && high === "complex64" ? "complex128" : high;
}

function converted(array: NDArray, dtype: DType): NDArray {
  if (array.dtype === dtype) return array;
  const result = NDArray.zeros(array.shape, dtype);
  const into = result.data as Float32Array | Float64Array;
  const step = isComplex(dtype) && !isComplex(array.dtype) ? 2 : 1;
  array.toNumbers().forEach((value, i) => into[i * step] = value);
  return result;
}

/** The same numbers repeated along the axes that `array` lacks or has once, as NumPy broadcasts. */
export function stretched(array: NDArray, shape: readonly number[]): NDArray {
  if (sameShape(array.shape, shape)) return array;
  const missing = shape.length - array.shape.length;
  const fits = missing >= 0 &&
    array.shape.every((length, axis) => [1, shape[axis + missing]].includes(length));
  if (!fits) {
    throw new RangeError(
      `Cannot add arrays of different shapes: (${array.shape.join(", ")}) does not fit (${shape.join(", ")})`,
    );
  }
  const result = NDArray.zeros(shape, array.dtype);
  const from = [...Array(missing).fill(1), ...array.shape];
  const width = result.data.length / Math.max(1, result.size);
  for (let i = 0; i < result.size; i++) {
    const source = sourceIndex(i, { shape, from });
    for (let part = 0; part < width; part++) {
      result.data[i * width + part] = array.data[source * width + part];
    }
  }
  return result;
}

/** Where in an array of shape `from` the element stands that fills place `index` of an array of `shape`. */
function sourceIndex(
  index: number,
  { shape, from }: { shape: readonly number[]; from: readonly number[] },
): number {
  let source = 0, stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const place = index % shape[axis];
    index = Math.floor(index / shape[axis]);
    if (from[axis] > 1) source += place * stride;
    stride *= from[axis];
  }
  return source;
}
