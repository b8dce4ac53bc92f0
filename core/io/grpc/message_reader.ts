import type { Buffer } from "node:buffer";
import type { ServerHttp2Stream } from "node:http2";
import type { ByteBudget, Release } from "../../rpc/budget.ts";
import { RpcError } from "../../rpc/status.ts";
import { MessageSplitter } from "./message_splitter.ts";

/** What a request may cost. */
export interface ReadLimits {
  /** Larger messages are refused. */
  readonly maxMessageBytes: number;
  /** What messages beyond {@link SMALL_MESSAGE_BYTES} wait for. */
  readonly budget: ByteBudget;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** A request and the room in memory that it takes. */
export interface ReadMessage {
  readonly bytes: Uint8Array;
  /** Gives the room back; undefined when the message was too small to count. */
  readonly release?: Release;
}

/** Messages up to this size are read without asking the budget: a call costs about as much by itself. */
export const SMALL_MESSAGE_BYTES = 65_536;

/** A large message of which nothing comes for so long is given up, because others wait for its room. */
const STALL_MS = 60_000;

/**
 * Reads the one message of a unary or server-streaming request, up to the end of the request.
 *
 * A large message is read only when the budget has room for it: meanwhile the stream is paused, and HTTP/2 flow
 * control holds the sender back.
 * @throws {RpcError} when the message is too large, broken or stalled, or the signal's reason
 */
export function readMessage(stream: ServerHttp2Stream, limits: ReadLimits): Promise<ReadMessage> {
  return new MessageReader(stream, limits).read();
}

class MessageReader {
  readonly #stream: ServerHttp2Stream;
  readonly #limits: ReadLimits;
  readonly #done = Promise.withResolvers<ReadMessage>();
  readonly #splitter: MessageSplitter;
  #bytes: Uint8Array | undefined;
  #release: Release | undefined;
  #lastDataAt = 0;
  #stallTimer: ReturnType<typeof setInterval> | undefined;

  constructor(stream: ServerHttp2Stream, limits: ReadLimits) {
    this.#stream = stream;
    this.#limits = limits;
    this.#splitter = new MessageSplitter({
      begin: (message) => this.#begin(message),
      message: (bytes) => {
        this.#bytes = bytes;
      },
    });
  }

  async read(): Promise<ReadMessage> {
    const { signal } = this.#limits;
    const onAbort = () => this.#done.reject(signal.reason);
    const onData = (chunk: Buffer) => this.#take(chunk);
    const onEnd = () => this.#end();
    signal.addEventListener("abort", onAbort);
    this.#stream.on("data", onData).on("end", onEnd);
    if (signal.aborted) onAbort();
    try {
      return await this.#done.promise;
    } catch (error) {
      this.#release?.();
      throw error;
    } finally {
      clearInterval(this.#stallTimer);
      signal.removeEventListener("abort", onAbort);
      this.#stream.off("data", onData).off("end", onEnd);
    }
  }

  #take(chunk: Buffer): void {
    try {
      this.#lastDataAt = performance.now();
      const waiting = this.#splitter.take(chunk);
      if (!waiting) return;
      this.#stream.pause();
      waiting.then(() => this.#stream.resume(), this.#done.reject);
    } catch (error) {
      this.#done.reject(error);
    }
  }

  #begin(message: { length: number; compressed: boolean }): void | Promise<void> {
    const { maxMessageBytes } = this.#limits;
    if (message.compressed) {
      throw new RpcError(
        "UNIMPLEMENTED",
        "Cannot read compressed messages: send them with encoding identity",
      );
    }
    if (this.#bytes) {
      throw new RpcError("UNIMPLEMENTED", "Cannot take more than one request message in this call");
    }
    if (message.length > maxMessageBytes) {
      throw new RpcError(
        "RESOURCE_EXHAUSTED",
        `Cannot receive a message of ${message.length} bytes: the limit is ${maxMessageBytes} (see --max-object-size)`,
      );
    }
    if (message.length > SMALL_MESSAGE_BYTES) return this.#makeRoom(message.length);
  }

  async #makeRoom(length: number): Promise<void> {
    const { budget, signal } = this.#limits;
    this.#release = await budget.acquire(length, signal);
    if (signal.aborted) {
      // The reading ended in the very turn in which the room was granted.
      this.#release();
      throw signal.reason;
    }
    this.#lastDataAt = performance.now();
    this.#stallTimer = setInterval(() => this.#checkStall(), STALL_MS / 4);
  }

  #checkStall(): void {
    if (performance.now() - this.#lastDataAt < STALL_MS) return;
    this.#done.reject(new RpcError("ABORTED", `The request stalled: nothing came for ${STALL_MS / 1000} s`));
  }

  #end(): void {
    if (this.#bytes && this.#splitter.isBetweenMessages) {
      return this.#done.resolve({ bytes: this.#bytes, release: this.#release });
    }
    const came = this.#splitter.isBetweenMessages
      ? "no request message"
      : "a request message that is cut short";
    this.#done.reject(new RpcError("INTERNAL", `Received ${came}`));
  }
}
