import http2, { type ServerHttp2Stream } from "node:http2";
import type { ByteBudget, Release } from "../../rpc/budget.ts";
import { discard } from "../../rpc/discard.ts";
import { RpcError } from "../../rpc/status.ts";
import type { CallTarget, OutgoingReply } from "../../rpc/transport.ts";
import type { Connection, Log } from "../ports.ts";
import { headersFromMetadata, metadataFromRaw } from "./headers.ts";
import type { Outlet } from "./outlet.ts";
import { readMessage, SMALL_MESSAGE_BYTES } from "./message_reader.ts";
import { statusHeaders } from "./status_header.ts";
import { parseGrpcTimeout } from "./timeout.ts";

/** What a door knows that its calls need. */
export interface DoorContext {
  readonly target: CallTarget;
  /** The paths that are answered; others are refused before their body is read. */
  readonly paths: ReadonlySet<string>;
  readonly maxMessageBytes: number;
  readonly budget: ByteBudget;
  readonly log: Log;
}

const GRPC_HEADERS = { ":status": 200, "content-type": "application/grpc" };
const BODY_FOLLOWS = { waitForTrailers: true, sendDate: false };
const NOTHING_FOLLOWS = { endStream: true, sendDate: false };

/** A reply that is not taken for so long, plus its size at 16 KiB/s, is given up: others wait for its room. */
const REPLY_PATIENCE_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 16;

/** One call on one HTTP/2 stream, from its headers to its trailers. */
export class ServerCall {
  readonly path: string;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: http2.IncomingHttpHeaders;
  readonly #connection: Connection;
  readonly #door: DoorContext;
  readonly #outlet: Outlet;
  readonly #over = new AbortController();
  readonly #releases: Release[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(
    stream: ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    where: { connection: Connection; door: DoorContext; outlet: Outlet },
  ) {
    this.path = String(headers[":path"]);
    this.#stream = stream;
    this.#headers = headers;
    this.#connection = where.connection;
    this.#door = where.door;
    this.#outlet = where.outlet;
  }

  /** Answers the call. Resolves when its stream is closed, whatever happened; never rejects. */
  async run(raw: readonly string[]): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#stream.once("close", resolve));
    closed.then(() => this.#close());
    // What breaks a stream ends in its closing; an error without a listener would end the process.
    this.#stream.on(
      "error",
      (error) => this.#door.log.debug(`Stream of ${this.path} broke: ${error.message}`),
    );
    this.#stream.on("aborted", () => this.#over.abort(cancelled()));
    if (this.#isGrpc()) await this.#answer(raw);
    if (!this.#stream.destroyed) await closed;
    this.#close();
  }

  /** Tells the handler that its time is over; a reply that still comes is sent. */
  interrupt(reason: RpcError): void {
    this.#over.abort(reason);
  }

  /** Refuses the call before anything was read. */
  refuse(error: RpcError): void {
    this.#end(error);
  }

  #isGrpc(): boolean {
    const isPost = this.#headers[":method"] === "POST";
    if (isPost && /^application\/grpc($|[+;])/.test(String(this.#headers["content-type"]))) return true;
    this.#guarded(() => {
      this.#stream.respond({ ":status": isPost ? 415 : 405, "content-type": "text/plain" });
      this.#stream.end("This port speaks gRPC.\n");
      this.#stream.resume();
    });
    return false;
  }

  async #answer(raw: readonly string[]): Promise<void> {
    try {
      this.#startTimer();
      if (!this.#door.paths.has(this.path)) {
        throw new RpcError("UNIMPLEMENTED", `Method not found: ${this.path}`);
      }
      const { maxMessageBytes, budget } = this.#door;
      const request = await readMessage(this.#stream, { maxMessageBytes, budget, signal: this.#over.signal });
      this.#hold(request.release);
      const reply = await this.#door.target.dispatch({
        path: this.path,
        metadata: metadataFromRaw(raw),
        request: request.bytes,
        connection: this.#connection,
        signal: this.#over.signal,
        reserve: (bytes) => this.#reserve(bytes),
      });
      await this.#reply(reply);
      this.#end("OK");
    } catch (error) {
      this.#end(this.#asRpcError(error));
    }
  }

  #startTimer(): void {
    const header = this.#headers["grpc-timeout"];
    if (header === undefined) return;
    const ms = parseGrpcTimeout(String(header));
    if (ms === undefined) throw new RpcError("INTERNAL", `Invalid grpc-timeout value "${header}"`);
    const late = () => {
      const error = new RpcError("DEADLINE_EXCEEDED", "Deadline Exceeded");
      this.#over.abort(error);
      this.#end(error);
    };
    this.#timer = setTimeout(late, Math.min(ms, 2 ** 31 - 1));
  }

  async #reserve(bytes: number): Promise<void> {
    const { budget } = this.#door;
    if (bytes <= SMALL_MESSAGE_BYTES) return;
    // Whoever holds room already must not wait for more: the room it waits for may wait for it.
    if (this.#releases.length > 0) this.#hold(budget.charge(bytes));
    else this.#hold(await budget.acquire(bytes, this.#over.signal));
  }

  #hold(release: Release | undefined): void {
    if (!release) return;
    if (this.#stream.closed || this.#stream.destroyed) release();
    else this.#releases.push(release);
  }

  async #reply(reply: OutgoingReply): Promise<void> {
    const { headers, body } = reply;
    if (this.#ended) return;
    this.#respond(headersFromMetadata(headers));
    if (body instanceof Uint8Array) {
      await this.#write(body);
      return discard(body);
    }
    for await (const message of body) {
      if (this.#ended || this.#isGone()) return;
      await this.#write(message);
    }
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
  }

  #respond(custom: Record<string, string | string[]>): void {
    this.#guarded(() => this.#stream.respond({ ...GRPC_HEADERS, ...custom }, BODY_FOLLOWS));
  }

  async #write(message: Uint8Array): Promise<void> {
    if (message.length > SMALL_MESSAGE_BYTES) {
      // Bytes that are in memory already are only counted: waiting would save nothing.
      if (this.#releases.length === 0) this.#hold(this.#door.budget.charge(message.length));
      this.#startPatience(message.length);
    }
    if (!this.#isGone()) await this.#outlet.write(this.#stream, message);
  }

  #startPatience(bytes: number): void {
    const giveUp = setTimeout(() => {
      this.#door.log.debug(`Reply to ${this.path} was not taken by ${this.#connection.peerAddress}`);
      this.#guarded(() => this.#stream.close(http2.constants.NGHTTP2_CANCEL));
    }, REPLY_PATIENCE_MS + bytes / SLOWEST_BYTES_PER_MS);
    this.#stream.once("close", () => clearTimeout(giveUp));
  }

  #end(outcome: "OK" | RpcError): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    if (this.#isGone()) return;
    const trailers = statusHeaders(outcome);
    this.#guarded(() => {
      if (!this.#stream.headersSent) {
        this.#stream.respond({ ...GRPC_HEADERS, ...trailers }, NOTHING_FOLLOWS);
      } else {
        this.#stream.once("wantTrailers", () => this.#guarded(() => this.#stream.sendTrailers(trailers)));
        this.#stream.end();
      }
      // What the peer still sends is thrown away, so that it does not fill the connection's window.
      this.#stream.resume();
    });
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#ended = true;
    if (!this.#over.signal.aborted) this.#over.abort(cancelled());
    for (const release of this.#releases.splice(0)) release();
  }

  #isGone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  /** A stream may be gone at any moment without having said so. */
  #guarded(action: () => void): void {
    if (this.#isGone()) return;
    try {
      action();
    } catch (error) {
      this.#door.log.debug(`Stream of ${this.path} was gone: ${(error as Error).message}`);
    }
  }

  #asRpcError(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    this.#door.log.error(`Unexpected error in ${this.path}: ${error instanceof Error ? error.stack : error}`);
    return new RpcError("INTERNAL", "Internal server error.");
  }
}

function cancelled(): RpcError {
  return new RpcError("CANCELLED", "The caller is gone");
}
