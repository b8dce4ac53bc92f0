import { Buffer } from "node:buffer";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Release } from "../../rpc/budget.ts";
import { discard } from "../../rpc/discard.ts";
import { RpcError, type StatusName } from "../../rpc/status.ts";
import { largeTraffic } from "../ballast.ts";
import type { Arrival } from "./sender_patience.ts";
import type { RequestLine } from "./request_line.ts";
import type { Incoming, SlowSenders } from "./slow_senders.ts";

/** Messages up to this size are read without asking the budget: a call costs about as much by itself. */
export const SMALL_MESSAGE_BYTES = 65_536;

const PREFIX_BYTES = 5;

/** What a request may cost, and who is told. */
export interface RequestGateOptions {
  /** Larger messages are refused. */
  readonly maxMessageBytes: number;
  /** Where messages beyond {@link SMALL_MESSAGE_BYTES} wait for room. */
  readonly line: RequestLine;
  /** Who sends: large messages of different senders are let in by turns. */
  readonly sender: string;
  /** Gives up what comes too slowly. */
  readonly slowSenders: SlowSenders;
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
export class RequestGate implements Incoming {
  readonly #stream: ServerHttp2Stream;
  readonly #options: RequestGateOptions;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  readonly #chunks: Buffer[] = [];
  #isLarge = false;
  #isRefused = false;
  #receivedBytes = 0;
  #expectedBytes = Infinity;
  readonly #beganAtMs: number;
  #grantedAtMs: number | undefined;
  #lastDataAtMs: number;

  constructor(stream: ServerHttp2Stream, options: RequestGateOptions) {
    this.#stream = stream;
    this.#options = options;
    const { slowSenders } = options;
    this.#beganAtMs = this.#lastDataAtMs = slowSenders.nowMs;
    slowSenders.watch(this);
    stream.prependListener("data", (chunk: Buffer) => this.#take(chunk));
    stream.once("close", () => slowSenders.leave(this));
  }

  get sender(): string {
    return this.#options.sender;
  }

  get arrival(): Arrival {
    return {
      beganAtMs: this.#beganAtMs,
      grantedAtMs: this.#grantedAtMs,
      isHeldBack: this.#isLarge && this.#grantedAtMs === undefined,
      lastDataAtMs: this.#lastDataAtMs,
      receivedBytes: this.#receivedBytes,
      expectedBytes: this.#expectedBytes,
    };
  }

  giveUp(why: string): void {
    // Whoever means well tries again.
    this.#refuse("UNAVAILABLE", why);
  }

  cut(): void {
    if (!this.#stream.closed) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** The sender has said that nothing more comes. */
  ended(): void {
    this.#options.slowSenders.leave(this);
  }

  /** Whether the one message is there, whole. */
  get hasMessage(): boolean {
    return this.#receivedBytes === this.#expectedBytes;
  }

  #take(chunk: Buffer): void {
    this.#lastDataAtMs = this.#options.slowSenders.nowMs;
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
    if (!this.#isLarge) return;
    largeTraffic();
    this.#makeRoom(length);
  }

  async #makeRoom(length: number): Promise<void> {
    const { line, sender, signal, hold, slowSenders } = this.#options;
    this.#stream.pause();
    try {
      hold(await line.acquire(length, { sender, signal }));
    } catch {
      // The call ended before there was room.
      return;
    }
    this.#grantedAtMs = this.#lastDataAtMs = slowSenders.nowMs;
    this.#stream.resume();
  }

  #complete(): void {
    // grpc-js joins them before it lets go; what is left of them would wait for the collector.
    queueMicrotask(() => this.#chunks.splice(0).forEach((chunk) => discard(chunk)));
  }

  #refuse(code: StatusName, details: string): void {
    this.#isRefused = true;
    this.#options.slowSenders.watch(this);
    this.#options.refuse(new RpcError(code, details));
  }
}
