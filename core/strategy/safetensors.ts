/**
 * Arrays in one file, in the safetensors format: a JSON header that says where each array lies, and the elements as
 * they are in memory. Python reads it with `safetensors.numpy.load_file`.
 *
 * @module
 */
import { type DType, dtypes } from "../model/record/dtype.ts";
import { elementsOf, NDArray } from "../model/record/ndarray.ts";

/**
 * Arrays by name, and free text by name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type Safetensors } from "corolla";
 *
 * const model: Safetensors = {
 *   arrays: new Map([["weights", NDArray.zeros([2, 3], "float32")]]),
 *   metadata: { format: "np" },
 * };
 * assertEquals(model.arrays.get("weights")!.shape, [2, 3]);
 * ```
 */
export interface Safetensors {
  /** The arrays, in any order. */
  readonly arrays: ReadonlyMap<string, NDArray>;
  /** What else the file says, for instance where it comes from. */
  readonly metadata: Readonly<Record<string, string>>;
}

const NAMES: readonly (readonly [DType, string])[] = [
  ["float16", "F16"],
  ["float32", "F32"],
  ["float64", "F64"],
  ["int8", "I8"],
  ["int16", "I16"],
  ["int32", "I32"],
  ["int64", "I64"],
  ["uint8", "U8"],
  ["uint16", "U16"],
  ["uint32", "U32"],
  ["uint64", "U64"],
  ["bool", "BOOL"],
  ["complex64", "C64"],
];

const LENGTH_BYTES = 8;
/** Elements start at a multiple of this. */
const ALIGNMENT = 8;

interface Place {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [start: number, end: number];
}

/**
 * The file as consecutive pieces; the elements are those of the arrays themselves, not copied.
 * @throws {TypeError} when an array's element type is none of the format's
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeSafetensors, NDArray } from "corolla";
 *
 * const arrays = new Map([["weights", NDArray.zeros([2, 3], "float32")]]);
 * const pieces = encodeSafetensors({ arrays, metadata: {} });
 * // A header of whole eights, and six elements of four bytes.
 * assertEquals(pieces.reduce((sum, piece) => sum + piece.length, 0) % 8, 0);
 * ```
 */
export function encodeSafetensors({ arrays, metadata }: Safetensors): Uint8Array[] {
  // Larger elements first, so that each array starts at a multiple of its elements' size.
  const inOrder = [...arrays].sort(([, a], [, b]) => itemSize(b) - itemSize(a));
  let end = 0;
  const places = inOrder.map(([name, array]): [string, Place] => {
    const start = end;
    end += array.sizeBytes;
    return [name, { dtype: nameOf(array.dtype, name), shape: array.shape, data_offsets: [start, end] }];
  });
  // Assigned one by one, an array named "__proto__" would be lost.
  const header = Object.fromEntries<unknown>([["__metadata__", metadata], ...places]);
  const unpadded = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(unpadded.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(unpadded, LENGTH_BYTES);
  return [
    head,
    ...inOrder.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/**
 * The content of a file. The elements are views of it where they are aligned.
 * @throws {TypeError} when it is no such file, or is cut
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { decodeSafetensors, encodeSafetensors, NDArray } from "corolla";
 *
 * const saved = new Map([["weights", new NDArray(Float32Array.of(1, 2))]]);
 * const pieces = encodeSafetensors({ arrays: saved, metadata: { epoch: "7" } });
 * const file = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
 * const { arrays, metadata } = decodeSafetensors(file);
 * assertEquals([[...arrays.get("weights")!.toNumbers()], metadata.epoch], [[1, 2], "7"]);
 * assertThrows(() => decodeSafetensors(file.subarray(0, 20)), TypeError);
 * ```
 */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = file.length < LENGTH_BYTES ? 0n : view.getBigUint64(0, true);
  const start = LENGTH_BYTES + Number(length);
  if (length === 0n || start > file.length) throw unreadable("it has no header");
  const { __metadata__: metadata = {}, ...places } = parsed(file.subarray(LENGTH_BYTES, start));
  const arrays = new Map(
    Object.entries(places).map(([name, place]): [string, NDArray] => [
      name,
      arrayAt(file.subarray(start), { name, place: place as Place }),
    ]),
  );
  return { arrays, metadata: metadata as Record<string, string> };
}

function parsed(header: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch {
    throw unreadable("its header is no JSON");
  }
}

function arrayAt(elements: Uint8Array, { name, place }: { name: string; place: Place }): NDArray {
  const dtype = NAMES.find(([, their]) => their === place?.dtype)?.[0];
  const [start, end] = place?.data_offsets ?? [];
  if (!dtype || !Array.isArray(place.shape)) throw unreadable(`"${name}" is not described`);
  const { array, width, itemSizeBytes } = dtypes.get(dtype)!;
  if (end - start !== elementsOf(place.shape) * itemSizeBytes || end > elements.length || start < 0) {
    throw unreadable(`"${name}" is cut`);
  }
  const bytes = elements.subarray(start, end);
  const numberSize = itemSizeBytes / width;
  const aligned = bytes.byteOffset % numberSize === 0 ? bytes : bytes.slice();
  const data = new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / numberSize);
  return new NDArray(data, place.shape, dtype);
}

function nameOf(dtype: DType, name: string): string {
  const found = NAMES.find(([ours]) => ours === dtype);
  if (found) return found[1];
  throw new TypeError(`Cannot write "${name}" to a safetensors file as its elements are ${dtype}`);
}

function itemSize({ dtype }: NDArray): number {
  return dtypes.get(dtype)!.itemSizeBytes;
}

function unreadable(reason: string): TypeError {
  return new TypeError(`Cannot read the file as it must be a safetensors file: ${reason}`);
}
