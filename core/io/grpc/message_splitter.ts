import { Buffer } from "node:buffer";
import { discard } from "../../rpc/discard.ts";

/** What a {@link MessageSplitter} tells its owner. */
export interface SplitterEvents {
  /**
   * A message of so many bytes begins. A promise makes the splitter wait before it takes memory for it.
   * Throws, or rejects, when the message is not wanted.
   */
  begin(message: { length: number; compressed: boolean }): void | Promise<void>;
  /** A message is complete. The memory is the owner's. */
  message(bytes: Uint8Array): void;
}

const PREFIX_BYTES = 5;

/** Cuts gRPC messages out of the chunks of a stream, each copied once, into memory of its exact size. */
export class MessageSplitter {
  readonly #events: SplitterEvents;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixFilled = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;

  constructor(events: SplitterEvents) {
    this.#events = events;
  }

  /** Whether the stream may end here: between two messages. */
  get isBetweenMessages(): boolean {
    return this.#prefixFilled === 0;
  }

  /**
   * Takes the next chunk and its memory. When a promise comes back, the stream has to be paused until it is resolved.
   * Throws, or rejects, what `begin` does.
   */
  take(chunk: Buffer): void | Promise<void> {
    const waiting = this.#split(chunk);
    if (!waiting) return discard(chunk);
    return waiting.then(() => discard(chunk));
  }

  #split(chunk: Buffer): void | Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#body) {
        rest = this.#fill(rest);
        continue;
      }
      rest = this.#fillPrefix(rest);
      if (this.#prefixFilled < PREFIX_BYTES) return;
      const length = this.#prefix.readUInt32BE(1);
      const room = this.#events.begin({ length, compressed: this.#prefix[0] !== 0 });
      if (room) return this.#continue(room, { length, rest });
      this.#start(length);
    }
  }

  async #continue(room: Promise<void>, next: { length: number; rest: Buffer }): Promise<void> {
    await room;
    this.#start(next.length);
    await this.#split(next.rest);
  }

  #fillPrefix(chunk: Buffer): Buffer {
    const taken = Math.min(PREFIX_BYTES - this.#prefixFilled, chunk.length);
    chunk.copy(this.#prefix, this.#prefixFilled, 0, taken);
    this.#prefixFilled += taken;
    return chunk.subarray(taken);
  }

  #start(length: number): void {
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#bodyFilled = 0;
    if (length === 0) this.#finish(this.#body);
  }

  #fill(chunk: Buffer): Buffer {
    const body = this.#body!;
    const taken = Math.min(body.length - this.#bodyFilled, chunk.length);
    chunk.copy(body, this.#bodyFilled, 0, taken);
    this.#bodyFilled += taken;
    if (this.#bodyFilled === body.length) this.#finish(body);
    return chunk.subarray(taken);
  }

  #finish(body: Buffer): void {
    this.#body = undefined;
    this.#prefixFilled = 0;
    this.#events.message(body);
  }
}
