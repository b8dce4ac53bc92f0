/**
 * The `.npy` file format, in which arrays travel. Object ids are hashes over these bytes, so what is written is
 * NumPy's own form to the letter.
 *
 * @module
 */
import { type DTypeInfo, dtypes } from "./dtype.ts";
import { elementsOf, NDArray } from "./ndarray.ts";
import { type NpyHeader, parseNpyHeader } from "./npy_header.ts";

/** NumPy leaves room for the first axis to grow to this many digits. */
const GROWTH_DIGITS = 21;
const ALIGNMENT = 64;
const PREAMBLE = 10;

/** The bytes of a `.npy` file that stand before the elements. */
export function npyHeader(array: NDArray): Uint8Array {
  const { code, itemSizeBytes } = dtypes.get(array.dtype)!;
  const order = itemSizeBytes === 1 ? "|" : "<";
  const growth = array.shape.length ? " ".repeat(GROWTH_DIGITS - String(array.shape[0]).length) : "";
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${
    tuple(array.shape)
  }, }${growth}`;
  // The newline is counted before padding, so there is always at least one space.
  const padding = ALIGNMENT - ((PREAMBLE + text.length + 1) % ALIGNMENT);
  const length = text.length + padding + 1;
  // Only shapes of thousands of axes need more than 16 bits of length, and NumPy stops at 64 axes.
  const preamble = `\x93NUMPY\x01\x00${String.fromCharCode(length & 0xff, length >> 8)}`;
  return Uint8Array.from(`${preamble}${text}${" ".repeat(padding)}\n`, (char) => char.charCodeAt(0));
}

function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** The elements as they stand in a `.npy` file: a view of the array's data, since every host of ours is little-endian. */
export function npyElements({ data }: NDArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * A whole `.npy` file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeNpy, NDArray } from "corolla";
 *
 * const file = encodeNpy(new NDArray(Float64Array.of(1, 2, 3)));
 * assertEquals(new TextDecoder().decode(file.subarray(1, 6)), "NUMPY");
 * assertEquals(file.length, 128 + 3 * 8);
 * ```
 */
export function encodeNpy(array: NDArray): Uint8Array {
  const [header, elements] = [npyHeader(array), npyElements(array)];
  const file = new Uint8Array(header.length + elements.length);
  file.set(header);
  file.set(elements, header.length);
  return file;
}

/**
 * The array in a `.npy` file of format 1, 2 or 3. Its data is a view into `file` where order and alignment allow
 * it, else a copy.
 * @throws {TypeError} when `file` is no `.npy` file, is cut, or has elements that are not numbers
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { decodeNpy, encodeNpy, NDArray } from "corolla";
 *
 * const file = encodeNpy(new NDArray(Int32Array.of(1, 2, 3, 4), [2, 2]));
 * const array = decodeNpy(file);
 * assertEquals([array.dtype, array.shape, [...array.toNumbers()]], ["int32", [2, 2], [1, 2, 3, 4]]);
 * assertThrows(() => decodeNpy(file.subarray(0, 130)), TypeError);
 * ```
 */
export function decodeNpy(file: Uint8Array): NDArray {
  const header = parseNpyHeader(file);
  const entry = elementTypeOf(header);
  const sizeBytes = elementsOf(header.shape) * entry.itemSizeBytes;
  const elements = file.subarray(header.dataOffset, header.dataOffset + sizeBytes);
  if (elements.length < sizeBytes) {
    throw new TypeError(
      `Cannot read an array of shape (${header.shape.join(", ")}) as its data must be ${sizeBytes} bytes: ` +
        `there are ${elements.length}`,
    );
  }
  const native = inHostOrder(elements, header, entry);
  const ordered = header.fortranOrder ? inCOrder(native, header.shape, entry.itemSizeBytes) : native;
  return new NDArray(asTypedArray(ordered, entry), header.shape, entry.dtype);
}

function elementTypeOf({ descr }: NpyHeader): DTypeInfo {
  const code = descr.replace(/^[<>|=]/, "");
  const entry = [...dtypes.values()].find((candidate) => candidate.code === code);
  if (entry) return entry;
  throw new TypeError(
    `Cannot read an array of element type "${descr}" as it must hold numbers or truth values`,
  );
}

function inHostOrder(
  bytes: Uint8Array,
  { descr }: NpyHeader,
  { width, itemSizeBytes }: DTypeInfo,
): Uint8Array {
  const numberSize = itemSizeBytes / width;
  return descr[0] === ">" && numberSize > 1 ? swapped(bytes, numberSize) : bytes;
}

function swapped(bytes: Uint8Array, numberSize: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += numberSize) {
    for (let i = 0; i < numberSize; i++) result[at + i] = bytes[at + numberSize - 1 - i];
  }
  return result;
}

/** Elements whose first axis varies fastest, reordered so that the last one does. */
function inCOrder(bytes: Uint8Array, shape: readonly number[], itemSize: number): Uint8Array {
  if (shape.length < 2) return bytes;
  const result = new Uint8Array(bytes.length);
  const strides = shape.map((_, axis) => elementsOf(shape.slice(0, axis)) * itemSize);
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < bytes.length; target += itemSize) {
    for (let i = 0; i < itemSize; i++) result[target + i] = bytes[source + i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

function asTypedArray(bytes: Uint8Array, { array, width, itemSizeBytes }: DTypeInfo) {
  const numberSize = itemSizeBytes / width;
  const aligned = bytes.byteOffset % numberSize === 0 ? bytes : bytes.slice();
  return new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / numberSize);
}
