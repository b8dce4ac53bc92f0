import { piecesOf } from "../app/distant_array.ts";
import type { FlowerArray } from "../model/record/array.ts";
import { type DType, type DTypeInfo, dtypes, type TypedArray } from "../model/record/dtype.ts";
import { elementsOf, type NDArray } from "../model/record/ndarray.ts";
import { decodeNpy } from "../model/record/npy.ts";
import { type NpyHeader, parseNpyHeader } from "../model/record/npy_header.ts";

/** What reads a distant array. */
export interface DistantReader {
  /** Says what the array is like. @returns whether its elements are wanted part by part, rather than all at once */
  begin(look: { readonly dtype: DType; readonly shape: readonly number[] }): boolean;
  /** Some elements in order. @param at counted in numbers, of which a complex element has two */
  part(values: TypedArray, at: number): void;
}

/**
 * Reads a distant array as it comes, so that no more than a few pieces of it are ever here.
 * @returns the whole array when the reader wants it so, or its elements do not come in an order to be read in parts
 * @throws {TypeError} when it is no array of numbers
 */
export async function readDistant(array: FlowerArray, reader: DistantReader): Promise<NDArray | undefined> {
  const pieces = piecesOf(array);
  const { value: first = new Uint8Array() } = await pieces.next();
  const layout = plainLayout(first);
  if (!layout || !reader.begin({ dtype: layout.info.dtype, shape: layout.header.shape })) {
    return decodeNpy(await joined(first, pieces));
  }
  const parts = new Parts(layout, reader);
  parts.take(first.subarray(layout.header.dataOffset));
  letGo(first);
  for await (const piece of pieces) {
    parts.take(piece);
    letGo(piece);
  }
  parts.end();
  return undefined;
}

interface Layout {
  readonly header: NpyHeader;
  readonly info: DTypeInfo;
}

/** How the elements lie, where that is one after the other in the order of this machine. */
function plainLayout(first: Uint8Array): Layout | undefined {
  // A sender may cut as finely as it likes; this is no place to wait for a header.
  if (!holdsHeader(first)) return undefined;
  const header = parseNpyHeader(first);
  if (header.fortranOrder) return undefined;
  const code = header.descr.replace(/^[<|=]/, "");
  const info = [...dtypes.values()].find((candidate) => candidate.code === code);
  return info && { header, info };
}

function holdsHeader(first: Uint8Array): boolean {
  if (first.length < 12) return false;
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const end = first[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  return first.length >= end;
}

/** Elements out of pieces that may end within one. */
class Parts {
  readonly #layout: Layout;
  readonly #reader: DistantReader;
  /** The numbers of the whole array, and how many were read. */
  readonly #count: number;
  #read = 0;
  #cut: Uint8Array = new Uint8Array();

  constructor(layout: Layout, reader: DistantReader) {
    this.#layout = layout;
    this.#reader = reader;
    this.#count = elementsOf(layout.header.shape) * layout.info.width;
  }

  take(piece: Uint8Array): void {
    const { array, itemSizeBytes, width } = this.#layout.info;
    const sizeBytes = itemSizeBytes / width;
    const bytes = this.#cut.length > 0 ? concatenated(this.#cut, piece) : piece;
    const length = Math.min(Math.floor(bytes.length / sizeBytes), this.#count - this.#read);
    const whole = bytes.subarray(0, length * sizeBytes);
    const aligned = whole.byteOffset % sizeBytes === 0 ? whole : whole.slice();
    this.#cut = bytes.slice(whole.length);
    this.#reader.part(new array(aligned.buffer, aligned.byteOffset, length), this.#read);
    this.#read += length;
  }

  /** @throws {TypeError} when elements are missing */
  end(): void {
    if (this.#read === this.#count) return;
    const { header: { shape } } = this.#layout;
    throw new TypeError(
      `Cannot read an array of shape (${shape.join(", ")}) as its data must be ${this.#count} numbers: ` +
        `there are ${this.#read}`,
    );
  }
}

async function joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces = [first, ...await Array.fromAsync(rest)];
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
    letGo(piece);
  }
  return whole;
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Smaller memory is left to the collector. */
const WORTH_BYTES = 65_536;

/** A piece is in memory of its own, which goes at once: the collector would let many pile up. */
function letGo({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= WORTH_BYTES) buffer.transfer(0);
}
