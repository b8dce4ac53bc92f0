import type { ObjectId } from "../model/ids.ts";
import { malformedObject } from "./object.ts";

/** What is needed to put an array's data together. */
export interface Assembly {
  /** Distinct chunks in the order of first appearance. */
  readonly chunks: readonly ObjectId[];
  /** For each slice of the data, in order, which of {@link chunks} it is. */
  readonly indices: readonly number[];
  /** The bytes of a chunk, called once for each; what it gives may be a view. */
  readonly bodyOf: (id: ObjectId) => Promise<Uint8Array>;
  /** How many chunks beyond the next one are asked for before that one is there. */
  readonly ahead: number;
}

/**
 * The data of an array in memory of its own. Each chunk is copied into place and let go, so that besides the array
 * only the chunks on their way are held.
 * @throws {ObjectFormatError} when an index names no chunk
 */
export async function assemble({ chunks, indices, bodyOf, ahead }: Assembly): Promise<Uint8Array> {
  checkIndices({ chunks, indices });
  const usesLeft = new Map<number, number>();
  for (const index of indices) usesLeft.set(index, (usesLeft.get(index) ?? 0) + 1);
  const coming: Promise<Uint8Array>[] = [];
  const buffer = new Growing(indices.length);
  for (const index of indices) {
    while (coming.length < Math.min(index + 1 + ahead, chunks.length)) {
      coming.push(started(bodyOf, chunks[coming.length]));
    }
    buffer.append(await coming[index]);
    const left = usesLeft.get(index)! - 1;
    usesLeft.set(index, left);
    if (left === 0) delete coming[index];
  }
  return buffer.whole();
}

/**
 * The data of an array slice by slice, each fetched when it is asked for, in memory of its own.
 * @throws {ObjectFormatError} when an index names no chunk
 */
export async function* inOrder({ chunks, indices, bodyOf }: Assembly): AsyncGenerator<Uint8Array> {
  checkIndices({ chunks, indices });
  for (let at = 0; at < indices.length;) {
    const index = indices[at];
    const body = await bodyOf(chunks[index]);
    // Equal slices stand side by side, as in a model of zeros.
    for (at++; indices[at] === index; at++) yield body.slice();
    yield body;
  }
}

function checkIndices({ chunks, indices }: Pick<Assembly, "chunks" | "indices">): void {
  if (indices.some((index) => !(index in chunks))) {
    throw malformedObject("Array", "an index of its chunk list names no chunk");
  }
}

/** A failure is seen by whoever waits for this chunk; until then it must not count as unhandled. */
function started(bodyOf: Assembly["bodyOf"], id: ObjectId): Promise<Uint8Array> {
  const body = bodyOf(id);
  body.catch(() => {});
  return body;
}

/** A buffer for a known number of parts, of which the first is usually as large as any. */
class Growing {
  readonly #parts: number;
  #buffer: Uint8Array | undefined;
  #length = 0;

  constructor(parts: number) {
    this.#parts = parts;
  }

  append(part: Uint8Array): void {
    this.#buffer ??= new Uint8Array(part.length * this.#parts);
    if (this.#length + part.length > this.#buffer.length) this.#grow(this.#length + part.length);
    this.#buffer.set(part, this.#length);
    this.#length += part.length;
  }

  whole(): Uint8Array {
    return this.#buffer?.subarray(0, this.#length) ?? new Uint8Array();
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, this.#buffer!.length * 2));
    larger.set(this.#buffer!.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
