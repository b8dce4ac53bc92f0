import {
  type DType,
  type DTypeArrays,
  type DTypeInfo,
  dtypes,
  isOf,
  naturalDType,
  type TypedArray,
} from "./dtype.ts";
import { halfToNumber, numberToHalf } from "./half.ts";

/**
 * An array of numbers in C order (the last axis varies fastest), what NumPy calls an ndarray.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { NDArray } from "corolla";
 *
 * const matrix = new NDArray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * assertEquals([matrix.dtype, matrix.size, matrix.sizeBytes], ["float32", 6, 24]);
 * assertEquals(matrix.reshape([3, 2]).shape, [3, 2]);
 *
 * const flags = new NDArray(Uint8Array.of(1, 0), [2], "bool");
 * assertEquals(flags.dtype, "bool");
 * assertThrows(() => new NDArray(new Float32Array(5), [2, 3]), RangeError, "exactly the 5 elements");
 * ```
 */
export class NDArray<Data extends TypedArray = TypedArray> {
  /** The type of the elements, in NumPy's words. */
  readonly dtype: DType;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** The elements; not a copy. `DTypeArrays` tells how each type is kept. */
  readonly data: Data;

  /**
   * An array of these elements.
   * @param data the elements; not copied
   * @param shape the length of each axis; one axis unless told
   * @param dtype the element type; that of `data` unless told, which `float16`, `bool` and complex arrays need
   * @throws {TypeError} when `data` is not kept as elements of `dtype` are
   * @throws {RangeError} when `shape` does not hold as many elements as `data`
   */
  constructor(data: Data, shape?: readonly number[], dtype: DType = naturalDType(data)) {
    const { width } = checkedInfo(dtype, data);
    this.dtype = dtype;
    this.shape = Object.freeze([...shape ?? [data.length / width]]);
    this.data = data;
    checkShape(this.shape, data.length / width);
  }

  /** An array of zeros. */
  static zeros<D extends DType>(shape: readonly number[], dtype: D): NDArray<DTypeArrays[D]> {
    const { array, width } = infoOf(dtype);
    return new NDArray(new array(elementsOf(shape) * width) as DTypeArrays[D], shape, dtype);
  }

  /** An array of `float16` from numbers, each rounded to the nearest half. */
  static fromHalves(values: ArrayLike<number>, shape?: readonly number[]): NDArray<Uint16Array> {
    return new NDArray(Uint16Array.from(values, numberToHalf), shape, "float16");
  }

  /**
   * This very array, once it is sure that its elements are of one type: `array.as("float32").data` is a
   * Float32Array.
   * @throws {TypeError} when they are of another type
   */
  as<D extends DType>(dtype: D): NDArray<DTypeArrays[D]> {
    if (this.dtype === dtype) return this as unknown as NDArray<DTypeArrays[D]>;
    throw new TypeError(`Cannot use an array as one of ${dtype}: its elements are ${this.dtype}`);
  }

  /** How many elements there are. */
  get size(): number {
    return elementsOf(this.shape);
  }

  /** The bytes of all elements. */
  get sizeBytes(): number {
    return this.data.byteLength;
  }

  /** The elements as numbers, in an array of their own; `float16` widened, 64-bit integers rounded. */
  toNumbers(): Float64Array {
    if (this.dtype === "float16") return Float64Array.from(this.data as Uint16Array, halfToNumber);
    return Float64Array.from(this.data as ArrayLike<number | bigint>, Number);
  }

  /** The same elements in another shape; the data is shared. */
  reshape(shape: readonly number[]): NDArray<Data> {
    return new NDArray(this.data, shape, this.dtype);
  }

  /** An array of its own with the same elements. */
  copy(): NDArray<Data> {
    return new NDArray(this.data.slice() as Data, this.shape, this.dtype);
  }
}

/** How many elements an array of this shape has. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function infoOf(dtype: string): DTypeInfo {
  const entry = dtypes.get(dtype);
  if (entry) return entry;
  throw new TypeError(
    `Cannot use "${dtype}" as an element type: it must be one of ${[...dtypes.keys()].join(", ")}`,
  );
}

function checkedInfo(dtype: DType, data: TypedArray): DTypeInfo {
  const entry = infoOf(dtype);
  if (isOf(entry, data)) return entry;
  const current = Object.prototype.toString.call(data).slice(8, -1);
  throw new TypeError(
    `Cannot make an array of ${dtype} as its data must be a ${entry.array.name}: current value is ${current}`,
  );
}

function checkShape(shape: readonly number[], elements: number): void {
  const sound = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (sound && elementsOf(shape) === elements) return;
  throw new RangeError(
    `Cannot make an array of shape (${
      shape.join(", ")
    }) as it must hold exactly the ${elements} elements given`,
  );
}
