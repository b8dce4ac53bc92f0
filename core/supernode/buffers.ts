import { contentRoom } from "../rpc/content_room.ts";

/** Room for a usual chunk with its head. */
const BUFFER_BYTES = 5 * 1_048_576 + 4_096;

/** Buffers that are used again and again while one message is sent, since fresh ones would pile up. */
export class Buffers {
  readonly #free: Uint8Array[] = [];

  /** Lends a buffer for as long as the work takes. */
  async lend<T>(work: (buffer: Uint8Array) => Promise<T>): Promise<T> {
    const buffer = this.#free.pop() ?? contentRoom(BUFFER_BYTES);
    try {
      return await work(buffer);
    } finally {
      this.#free.push(buffer);
    }
  }
}
