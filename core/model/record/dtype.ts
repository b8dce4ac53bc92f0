/**
 * How the elements of each type are kept: a `float16` as its bits (see `half.ts`), a `bool` as 0 or 1, a complex
 * number as its real part followed by its imaginary part. Types are named as NumPy names them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DTypeArrays, NDArray } from "corolla";
 *
 * const halves: DTypeArrays["float16"] = NDArray.fromHalves([1, 0.5]).data;
 * // 1.0 and 0.5 as their sixteen bits.
 * assertEquals([...halves], [0x3c00, 0x3800]);
 * ```
 */
export interface DTypeArrays {
  /** Halves, as their 16 bits. */
  float16: Uint16Array;
  /** Floating point, 32 bits. */
  float32: Float32Array;
  /** Floating point, 64 bits. */
  float64: Float64Array;
  /** Integers with a sign, 8 bits. */
  int8: Int8Array;
  /** Integers with a sign, 16 bits. */
  int16: Int16Array;
  /** Integers with a sign, 32 bits. */
  int32: Int32Array;
  /** Integers with a sign, 64 bits. */
  int64: BigInt64Array;
  /** Integers without a sign, 8 bits. */
  uint8: Uint8Array;
  /** Integers without a sign, 16 bits. */
  uint16: Uint16Array;
  /** Integers without a sign, 32 bits. */
  uint32: Uint32Array;
  /** Integers without a sign, 64 bits. */
  uint64: BigUint64Array;
  /** 0 or 1. */
  bool: Uint8Array;
  /** Two numbers an element: the real part, then the imaginary one. */
  complex64: Float32Array;
  /** Two numbers an element: the real part, then the imaginary one. */
  complex128: Float64Array;
}

/**
 * The element types of arrays that apps can compute with.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DType, NDArray } from "corolla";
 *
 * const bytesOf = (dtype: DType) => NDArray.zeros([10], dtype).sizeBytes;
 * assertEquals([bytesOf("float16"), bytesOf("float64"), bytesOf("complex64")], [20, 80, 80]);
 * ```
 */
export type DType = keyof DTypeArrays;

/**
 * The elements of an array, one after another; {@link DTypeArrays} tells which kind belongs to which type.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type TypedArray } from "corolla";
 *
 * const data: TypedArray = BigInt64Array.of(1n, 2n);
 * assertEquals(new NDArray(data).dtype, "int64");
 * ```
 */
export type TypedArray = DTypeArrays[DType];

interface TypedArrayConstructor {
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
  new (length: number): TypedArray;
}

/** How one element type is kept. */
export interface DTypeInfo {
  readonly dtype: DType;
  /** NumPy's `descr` without the byte-order mark. */
  readonly code: string;
  readonly array: TypedArrayConstructor;
  /** Numbers of the typed array that make one element: 2 for complex ones. */
  readonly width: 1 | 2;
  /** Bytes of one element. */
  readonly itemSizeBytes: number;
}

function info(dtype: DType, code: string, array: TypedArrayConstructor): DTypeInfo {
  const itemSizeBytes = Number(code.slice(1));
  return { dtype, code, array, width: code[0] === "c" ? 2 : 1, itemSizeBytes };
}

/** Every element type by its name. */
export const dtypes: ReadonlyMap<string, DTypeInfo> = new Map(
  [
    info("float16", "f2", Uint16Array),
    info("float32", "f4", Float32Array),
    info("float64", "f8", Float64Array),
    info("int8", "i1", Int8Array),
    info("int16", "i2", Int16Array),
    info("int32", "i4", Int32Array),
    info("int64", "i8", BigInt64Array),
    info("uint8", "u1", Uint8Array),
    info("uint16", "u2", Uint16Array),
    info("uint32", "u4", Uint32Array),
    info("uint64", "u8", BigUint64Array),
    info("bool", "b1", Uint8Array),
    info("complex64", "c8", Float32Array),
    info("complex128", "c16", Float64Array),
  ].map((entry) => [entry.dtype, entry]),
);

/** The element type that a typed array has by itself. */
export function naturalDType(data: TypedArray): DType {
  const found = [...dtypes.values()].find((entry) =>
    entry.width === 1 && isNatural(entry) && isOf(entry, data)
  );
  if (found) return found.dtype;
  throw new TypeError(
    `Cannot use ${shown(data)} as the data of an array: it must be a typed array of numbers or bigints`,
  );
}

/** Whether `data` is of the kind in which elements of this type are kept. */
export function isOf(entry: DTypeInfo, data: unknown): boolean {
  return Object.prototype.toString.call(data) === `[object ${entry.array.name}]`;
}

function isNatural({ dtype }: DTypeInfo): boolean {
  return dtype !== "float16" && dtype !== "bool";
}

function shown(data: unknown): string {
  return Object.prototype.toString.call(data).slice(8, -1);
}
