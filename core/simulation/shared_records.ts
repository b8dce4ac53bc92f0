import type { PlainArray, PlainMessage, PlainRecord } from "../app/plain_message.ts";

/** Every array begins at a multiple of this, so that numbers of any kind fit. Bytes. */
const ALIGNMENT = 64;

/** How many pieces of memory wait to be used again; the one that has waited longest is let go. */
const MOST_SPARE = 4;

/** A record whose numbers all threads see, and who still needs them. */
interface Shared {
  readonly memory: SharedArrayBuffer;
  users: number;
}

/**
 * Puts the arrays of messages into memory that all threads see, each record once however many messages carry it: a
 * Worker copies what it is about to use, and what waits is not copied at all.
 *
 * The collector does not count this memory, so it is used again as soon as nobody needs it.
 */
export class SharedRecords {
  readonly #shared = new WeakMap<SharedArrayBuffer, Shared>();
  #spare: SharedArrayBuffer[] = [];

  /** The same messages with their arrays in shared memory. To be given back, one by one, with {@link release}. */
  share(messages: readonly PlainMessage[]): PlainMessage[] {
    const seen = new Map<PlainRecord, PlainRecord>();
    return messages.map((message) => this.#shareMessage(message, seen));
  }

  /** Says that nobody reads this message any more. */
  release(message: PlainMessage): void {
    for (const shared of this.#memoriesOf(message)) {
      shared.users--;
      if (shared.users > 0) continue;
      this.#spare.push(shared.memory);
      if (this.#spare.length > MOST_SPARE) this.#spare.shift();
    }
  }

  #shareMessage(message: PlainMessage, seen: Map<PlainRecord, PlainRecord>): PlainMessage {
    if ("code" in message.body) return message;
    const body = message.body.map(([name, record]) => {
      let shared = seen.get(record);
      if (!shared) seen.set(record, shared = this.#shareRecord(record));
      return [name, shared] as const;
    });
    const result = { ...message, body };
    for (const shared of this.#memoriesOf(result)) shared.users++;
    return result;
  }

  #shareRecord(record: PlainRecord): PlainRecord {
    if (record.type !== "ArrayRecord") return record;
    const sizeBytes = record.arrays.reduce((sum, [, array]) => sum + room(bytesOf(array).length), 0);
    if (sizeBytes === 0) return record;
    const memory = this.#memory(sizeBytes);
    let at = 0;
    const arrays = record.arrays.map(([name, array]) => {
      const bytes = bytesOf(array);
      new Uint8Array(memory, at, bytes.length).set(bytes);
      const moved = movedTo(array, { memory, at });
      at += room(bytes.length);
      return [name, moved] as const;
    });
    return { ...record, arrays };
  }

  #memory(sizeBytes: number): SharedArrayBuffer {
    const place = this.#spare.findIndex(({ byteLength }) => byteLength === sizeBytes);
    const memory = place < 0 ? new SharedArrayBuffer(sizeBytes) : this.#spare.splice(place, 1)[0];
    this.#shared.set(memory, { memory, users: 0 });
    return memory;
  }

  /** Each once, though a message may carry a record under two names. */
  #memoriesOf({ body }: PlainMessage): Set<Shared> {
    const found = new Set<Shared>();
    if ("code" in body) return found;
    for (const [, record] of body) {
      if (record.type !== "ArrayRecord") continue;
      for (const [, array] of record.arrays) {
        const shared = this.#shared.get(bytesOf(array).buffer as SharedArrayBuffer);
        if (shared) found.add(shared);
      }
    }
    return found;
  }
}

/** The bytes of an array, wherever they are. */
function bytesOf(array: PlainArray): Uint8Array {
  const { buffer, byteOffset, byteLength } = "numbers" in array ? array.numbers : array.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function movedTo(
  array: PlainArray,
  { memory, at }: { memory: SharedArrayBuffer; at: number },
): PlainArray {
  if (!("numbers" in array)) return { ...array, data: new Uint8Array(memory, at, array.data.length) };
  const { numbers } = array;
  // All kinds of numbers are made in the same way.
  const Kind = numbers.constructor as Float32ArrayConstructor;
  return { ...array, numbers: new Kind(memory, at, numbers.length) as unknown as typeof numbers };
}

function room(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGNMENT) * ALIGNMENT;
}
