import { Buffer } from "node:buffer";
import type { ServerHttp2Stream } from "node:http2";
import type { ByteBudget, Release } from "../../rpc/budget.ts";
import { discard } from "../../rpc/discard.ts";
import { RpcError, type StatusName } from "../../rpc/status.ts";

/** Messages up to this size are read without asking the budget: a call costs about as much by itself. */
export const SMALL_MESSAGE_BYTES = 65_536;

/** A large message of which nothing comes for so long is given up, because others wait for its room. */
const STALL_MS = 60_000;

const PREFIX_BYTES = 5;

/** What a request may cost, and who is told. */
export interface RequestGateOptions {
  /** Larger messages are refused. */
  readonly maxMessageBytes: number;
  /** What messages beyond {@link SMALL_MESSAGE_BYTES} wait for. */
  readonly budget: ByteBudget;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Takes the room that was granted. */
  hold(release: Release): void;
  /** Ends the call. */
  refuse(error: RpcError): void;
}

/**
 * Looks at the one message of a request before grpc-js does. A large one is let in only when the budget has room for
 * it: meanwhile the stream is paused, and HTTP/2 flow control holds the sender back.
 */
export class RequestGate {
  readonly #stream: ServerHttp2Stream;
  readonly #options: RequestGateOptions;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  readonly #chunks: Buffer[] = [];
  #isLarge = false;
  #receivedBytes = 0;
  #expectedBytes = Infinity;
  #lastDataAt = 0;
  #stallTimer: ReturnType<typeof setInterval> | undefined;

  constructor(stream: ServerHttp2Stream, options: RequestGateOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.prependListener("data", (chunk: Buffer) => this.#take(chunk));
    stream.once("close", () => clearInterval(this.#stallTimer));
  }

  /** Whether the one message is there, whole. */
  get hasMessage(): boolean {
    return this.#receivedBytes === this.#expectedBytes;
  }

  #take(chunk: Buffer): void {
    this.#lastDataAt = performance.now();
    const before = this.#receivedBytes;
    this.#receivedBytes += chunk.length;
    if (before < PREFIX_BYTES) chunk.copy(this.#prefix, before);
    if (before < PREFIX_BYTES && this.#receivedBytes >= PREFIX_BYTES) this.#begin();
    if (this.#isLarge) this.#chunks.push(chunk);
    if (this.hasMessage) this.#complete();
    if (this.#receivedBytes > this.#expectedBytes) {
      this.#refuse("UNIMPLEMENTED", "Cannot take more than one request message in this call");
    }
  }

  #begin(): void {
    const { maxMessageBytes } = this.#options;
    const length = this.#prefix.readUInt32BE(1);
    if (this.#prefix[0] !== 0) {
      // What a compressed message will take is not known before, and so not bounded by the budget.
      const details = "Cannot read compressed messages: send them with encoding identity";
      return this.#refuse("UNIMPLEMENTED", details);
    }
    if (length > maxMessageBytes) {
      const limit = `the limit is ${maxMessageBytes} (see --max-object-size)`;
      return this.#refuse("RESOURCE_EXHAUSTED", `Cannot receive a message of ${length} bytes: ${limit}`);
    }
    this.#expectedBytes = PREFIX_BYTES + length;
    this.#isLarge = length > SMALL_MESSAGE_BYTES;
    if (this.#isLarge) this.#makeRoom(length);
  }

  async #makeRoom(length: number): Promise<void> {
    const { budget, signal, hold } = this.#options;
    this.#stream.pause();
    try {
      hold(await budget.acquire(length, signal));
    } catch {
      // The call ended before there was room.
      return;
    }
    this.#lastDataAt = performance.now();
    this.#stallTimer = setInterval(() => this.#checkStall(), STALL_MS / 4);
    this.#stream.resume();
  }

  #complete(): void {
    clearInterval(this.#stallTimer);
    // grpc-js joins them before it lets go; what is left of them would wait for the collector.
    queueMicrotask(() => this.#chunks.splice(0).forEach((chunk) => discard(chunk)));
  }

  #checkStall(): void {
    if (performance.now() - this.#lastDataAt < STALL_MS) return;
    this.#refuse("ABORTED", `The request stalled: nothing came for ${STALL_MS / 1000} s`);
  }

  #refuse(code: StatusName, details: string): void {
    this.#options.refuse(new RpcError(code, details));
  }
}
