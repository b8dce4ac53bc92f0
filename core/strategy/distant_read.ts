import { takePieces } from "../app/distant_array.ts";
import type { FlowerArray } from "../model/record/array.ts";
import { type DType, type DTypeInfo, dtypes, type TypedArray } from "../model/record/dtype.ts";
import { elementsOf, type NDArray } from "../model/record/ndarray.ts";
import { decodeNpy } from "../model/record/npy.ts";
import { type NpyHeader, parseNpyHeader } from "../model/record/npy_header.ts";

/** What reads a distant array. */
export interface DistantReader {
  /** Says what the array is like. @returns whether its elements are wanted part by part, rather than all at once */
  begin(look: { readonly dtype: DType; readonly shape: readonly number[] }): boolean;
  /**
   * Some elements in order; their memory is used again for the next.
   * @param at counted in numbers, of which a complex element has two
   */
  part(values: TypedArray, at: number): void;
}

/**
 * Reads a distant array as it comes, so that no more than a few pieces of it are ever here.
 * @returns the whole array when the reader wants it so, or its elements do not come in an order to be read in parts
 * @throws {TypeError} when it is no array of numbers
 */
export async function readDistant(array: FlowerArray, reader: DistantReader): Promise<NDArray | undefined> {
  let parts: Parts | undefined;
  const whole = await takePieces(array, (piece) => {
    if (parts) {
      parts.take(piece);
      return true;
    }
    const layout = plainLayout(piece);
    if (!layout || !reader.begin({ dtype: layout.info.dtype, shape: layout.header.shape })) return false;
    parts = new Parts(layout, reader);
    parts.take(piece.subarray(layout.header.dataOffset));
    return true;
  });
  if (whole) return decodeNpy(whole);
  parts!.end();
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

/** How many bytes are handed over at a time. */
const PART_BYTES = 262_144;

/** Elements out of pieces that may begin anywhere and end within one. */
class Parts {
  readonly #layout: Layout;
  readonly #reader: DistantReader;
  /** The numbers of the whole array, and how many were read. */
  readonly #count: number;
  #read = 0;
  /** Elements are read here, where they are aligned. What stands in front is the beginning of one that was cut. */
  readonly #part = new Uint8Array(PART_BYTES);
  #cutBytes = 0;

  constructor(layout: Layout, reader: DistantReader) {
    this.#layout = layout;
    this.#reader = reader;
    this.#count = elementsOf(layout.header.shape) * layout.info.width;
  }

  take(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && this.#read < this.#count;) {
      const some = piece.subarray(at, at + PART_BYTES - this.#cutBytes);
      this.#part.set(some, this.#cutBytes);
      this.#hand(this.#cutBytes + some.length);
      at += some.length;
    }
  }

  /** Hands over all whole numbers in so many bytes. */
  #hand(bytes: number): void {
    const { array, itemSizeBytes, width } = this.#layout.info;
    const sizeBytes = itemSizeBytes / width;
    const length = Math.min(Math.floor(bytes / sizeBytes), this.#count - this.#read);
    this.#reader.part(new array(this.#part.buffer, 0, length), this.#read);
    this.#read += length;
    this.#part.copyWithin(0, length * sizeBytes, bytes);
    this.#cutBytes = bytes - length * sizeBytes;
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
