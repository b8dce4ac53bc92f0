import type { ObjectId } from "../model/ids.ts";
import { headOf } from "./object.ts";
import { objectIdOf } from "./object_id.ts";

/** Where senders cut the data of an array, unless told otherwise; receivers accept any size. */
export const CHUNK_SIZE_BYTES = 5_242_880;

/** One chunk of an array: an object that has no content until somebody asks for it. */
export interface Chunk {
  readonly objectId: ObjectId;
  /** The object's content, made anew by each call from the array's own memory. */
  content(): Uint8Array;
}

/** An array cut into chunks. */
export interface Cut {
  /** Distinct chunks in the order of first appearance. */
  readonly chunks: readonly Chunk[];
  /** For each slice of the data, in order, which of {@link chunks} it is. */
  readonly indices: readonly number[];
}

/**
 * Cuts data into chunks, of which equal ones become one object.
 * @param pieces the data, as consecutive pieces; kept for as long as the chunks are
 */
export function cut(pieces: readonly Uint8Array[], chunkSizeBytes = CHUNK_SIZE_BYTES): Cut {
  const places = new Map<ObjectId, number>();
  const chunks: Chunk[] = [];
  const indices: number[] = [];
  for (const parts of slices(pieces, chunkSizeBytes)) {
    const chunk = chunkOf(parts);
    let place = places.get(chunk.objectId);
    if (place === undefined) {
      place = chunks.push(chunk) - 1;
      places.set(chunk.objectId, place);
    }
    indices.push(place);
  }
  return { chunks, indices };
}

function chunkOf(parts: readonly Uint8Array[]): Chunk {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const head = headOf("ArrayChunk", [], sizeBytes);
  const content = () => {
    const whole = new Uint8Array(head.length + sizeBytes);
    let at = 0;
    for (const part of [head, ...parts]) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };
  return { objectId: objectIdOf(head, ...parts), content };
}

/** Consecutive slices of `size` bytes, each as views of the pieces that it touches. */
function* slices(pieces: readonly Uint8Array[], size: number): Generator<Uint8Array[]> {
  let slice: Uint8Array[] = [];
  let room = size;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + room);
      slice.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield slice;
      slice = [];
      room = size;
    }
  }
  if (slice.length) yield slice;
}
