import { isComplex, withNumber } from "../model/numeric/promotion.ts";
import { type DType, dtypes, type TypedArray } from "../model/record/dtype.ts";
import { halfToNumber, numberToHalf } from "../model/record/half.ts";
import { elementsOf, NDArray } from "../model/record/ndarray.ts";
import { stretched, wider } from "./array_sum.ts";

/**
 * Sums are kept in blocks of so many, so that the memory of one can go while the result of the next is made. Blocks of
 * 32 MiB go back to the system at once; what is smaller the C library may keep, and in pieces.
 */
const BLOCK_LENGTH = 2 ** 22;

/** The type of a part's elements, and which one is its first. */
export interface PartPlace {
  readonly dtype: DType;
  /** Counted in numbers, of which a complex element has two. */
  readonly at: number;
}

/**
 * The sum of arrays, each times its weight, in double precision whatever their elements are; divided in the end by
 * what the weights add up to. Nothing but the sum is kept, so the number of arrays does not matter.
 */
export class Float64Sum {
  #shape: readonly number[];
  #dtype: DType;
  #blocks: Float64Array<ArrayBuffer>[];

  /** @param first the array that decides the shape and the element type of the result; it is not added */
  constructor(first: Pick<NDArray, "dtype" | "shape">) {
    this.#shape = first.shape;
    this.#dtype = withNumber(first.dtype);
    this.#blocks = blocks(elementsOf(first.shape) * (isComplex(first.dtype) ? 2 : 1));
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
    return this.addPart(data, { dtype, at: 0 }, weight);
  }

  /** Like {@link add}, of a part of an array that has the shape of the sum. */
  addPart(part: TypedArray, { dtype, at }: PartPlace, weight: number): boolean {
    if (isComplex(this.#dtype) !== isComplex(dtype)) {
      throw new TypeError(`Cannot add an array of ${dtype} to one of ${this.#dtype}`);
    }
    let hasNaN = false;
    for (let from = 0; from < part.length;) {
      const place = Math.min(Math.floor((at + from) / BLOCK_LENGTH), this.#blocks.length - 1);
      const block = this.#blocks[place];
      const start = at + from - place * BLOCK_LENGTH;
      const values = numbersIn(part.subarray(from, from + block.length - start), dtype);
      if (addNumbers(block, { values, start, weight })) hasNaN = true;
      from += values.length;
    }
    return hasNaN;
  }

  /** The sum over `total`, in the element type of the first array. The sum is used up. */
  over(total: number): NDArray {
    const { array, width } = dtypes.get(this.#dtype)!;
    const data = new array(elementsOf(this.#shape) * width);
    let at = 0;
    // Memory that has not been written to takes no room, so this and what is left of the sum are never both whole.
    for (const block of this.#blocks.splice(0)) {
      for (let i = 0; i < block.length; i++) block[i] /= total;
      const values = this.#dtype === "float16" ? Uint16Array.from(block, numberToHalf) : block;
      (data as Float64Array).set(values, at);
      at += block.length;
      block.buffer.transfer(0);
    }
    return new NDArray(data, this.#shape, this.#dtype);
  }

  /** As in NumPy, an array without axes takes on the shape and the wider element type of what is added to it. */
  #widen(array: NDArray): void {
    if (this.#shape.length > 0) return;
    this.#dtype = wider(this.#dtype, withNumber(array.dtype));
    if (array.shape.length === 0) return;
    const [[value]] = this.#blocks;
    this.#shape = array.shape;
    this.#blocks = blocks(array.size);
    for (const block of this.#blocks) block.fill(value);
  }
}

/** Zeros in blocks; the last one takes what would be too little for a block of its own. */
function blocks(length: number): Float64Array<ArrayBuffer>[] {
  const count = Math.max(1, Math.floor(length / BLOCK_LENGTH));
  const last = length - (count - 1) * BLOCK_LENGTH;
  return Array.from({ length: count }, (_, i) => new Float64Array(i < count - 1 ? BLOCK_LENGTH : last));
}

type Numbers = Exclude<TypedArray, BigInt64Array | BigUint64Array>;

function numbersIn(part: TypedArray, dtype: DType): Numbers {
  if (dtype === "float16") return Float64Array.from(part as Uint16Array, halfToNumber);
  if (part instanceof BigInt64Array || part instanceof BigUint64Array) {
    return Float64Array.from(part as ArrayLike<bigint>, Number);
  }
  return part;
}

function addNumbers(
  sum: Float64Array,
  { values, start, weight }: { values: Numbers; start: number; weight: number },
): boolean {
  let hasNaN = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    sum[start + i] += value * weight;
    if (value !== value) hasNaN = true;
  }
  return hasNaN;
}
