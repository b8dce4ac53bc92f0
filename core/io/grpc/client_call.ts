import type { Buffer } from "node:buffer";
import http2, { type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import type { Metadata } from "../../rpc/metadata.ts";
import { RpcError } from "../../rpc/status.ts";
import { metadataFromHeaders } from "./headers.ts";
import type { Outlet } from "./outlet.ts";
import { MessageSplitter } from "./message_splitter.ts";
import { statusFromHeaders, statusFromHttp } from "./status_header.ts";

/** What a call needs to know. */
export interface ClientCallOptions {
  readonly request: Uint8Array;
  readonly outlet: Outlet;
  /** Larger replies end the call. */
  readonly maxMessageBytes: number;
  /** Ends the call with its reason, an `RpcError`. */
  readonly signal: AbortSignal;
  /** Why the connection is gone; undefined while it is up. */
  readonly connectionFailure: () => string | undefined;
}

/** When more replies than this wait to be looked at, the peer is asked to pause. */
const MESSAGES_AHEAD = 16;

/** One call on one HTTP/2 stream, from the request to the trailers. */
export class ClientCall {
  readonly #stream: ClientHttp2Stream;
  readonly #options: ClientCallOptions;
  readonly #splitter: MessageSplitter;
  readonly #headers = Promise.withResolvers<Metadata>();
  readonly #messages: Uint8Array[] = [];
  #status: "OK" | RpcError | undefined;
  /** Whether the body is a gRPC one; unknown until the headers came. */
  #isGrpc: boolean | undefined;
  /** The runtime may deliver data before the headers. */
  #early: Buffer[] = [];
  #ended = false;
  #news = Promise.withResolvers<void>();

  constructor(stream: ClientHttp2Stream, options: ClientCallOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#splitter = new MessageSplitter({
      begin: (message) => this.#check(message),
      message: (bytes) => void this.#messages.push(bytes),
    });
    this.#headers.promise.catch(() => {});
    this.#listen();
    this.#send();
  }

  /** The headers of the reply. @throws {RpcError} when the call ended without */
  get headers(): Promise<Metadata> {
    return this.#headers.promise;
  }

  /** Each message of the reply as it comes. @throws {RpcError} when the call ends with an error */
  async *messages(): AsyncGenerator<Uint8Array> {
    try {
      while (true) {
        while (this.#messages.length > 0) yield this.#messages.shift()!;
        if (this.#ended) break;
        if (this.#stream.isPaused()) this.#stream.resume();
        await this.#news.promise;
      }
      if (this.#status instanceof RpcError) throw this.#status;
    } finally {
      this.#finish(new RpcError("CANCELLED", "The reply was not read to its end"));
    }
  }

  /** The one message of a unary reply. @throws {RpcError} */
  async single(): Promise<Uint8Array> {
    const messages: Uint8Array[] = [];
    for await (const message of this.messages()) messages.push(message);
    if (messages.length === 1) return messages[0];
    throw new RpcError("INTERNAL", `Expected one reply message, received ${messages.length}`);
  }

  async #send(): Promise<void> {
    try {
      await this.#options.outlet.write(this.#stream, this.#options.request);
      if (this.#isOpen()) this.#stream.end();
    } catch (error) {
      // The connection went while the request was on its way.
      this.#finish(this.#broken(error as Error));
    }
  }

  #listen(): void {
    const { signal } = this.#options;
    const onAbort = () => this.#finish(signal.reason);
    signal.addEventListener("abort", onAbort);
    let broken: Error | undefined;
    this.#stream
      .on("response", (headers: IncomingHttpHeaders) => this.#respond(headers))
      .on("data", (chunk: Buffer) => this.#take(chunk))
      .on("trailers", (trailers: IncomingHttpHeaders) => this.#status ??= statusFromHeaders(trailers))
      .on("end", () => this.#status && this.#finish(this.#status))
      .on("error", (error: Error) => broken = error)
      .on("close", () => {
        signal.removeEventListener("abort", onAbort);
        this.#finish(this.#status ?? this.#broken(broken));
      });
    if (signal.aborted) onAbort();
  }

  #respond(headers: IncomingHttpHeaders): void {
    const httpStatus = Number(headers[":status"]);
    this.#isGrpc = httpStatus === 200;
    this.#status = statusFromHeaders(headers) ?? (this.#isGrpc ? undefined : statusFromHttp(httpStatus));
    if (!this.#status) this.#headers.resolve(metadataFromHeaders(headers));
    for (const chunk of this.#early.splice(0)) this.#take(chunk);
  }

  #check(message: { length: number; compressed: boolean }): void {
    const { maxMessageBytes } = this.#options;
    if (message.compressed) throw new RpcError("UNIMPLEMENTED", "Cannot read compressed reply messages");
    if (message.length > maxMessageBytes) {
      throw new RpcError(
        "RESOURCE_EXHAUSTED",
        `Cannot receive a reply of ${message.length} bytes: the limit is ${maxMessageBytes}`,
      );
    }
  }

  #take(chunk: Buffer): void {
    if (this.#isGrpc === undefined) return void this.#early.push(chunk);
    if (this.#ended || !this.#isGrpc) return;
    try {
      this.#splitter.take(chunk);
    } catch (error) {
      return this.#finish(error as RpcError);
    }
    if (this.#messages.length > MESSAGES_AHEAD) this.#stream.pause();
    if (this.#messages.length > 0) this.#wake();
  }

  #broken(error: Error | undefined): RpcError {
    const { NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM } =
      http2.constants;
    const reset = this.#stream.rstCode;
    if (reset === NGHTTP2_ENHANCE_YOUR_CALM) {
      return new RpcError("RESOURCE_EXHAUSTED", "The peer asks for fewer calls");
    }
    if (reset === NGHTTP2_REFUSED_STREAM) {
      return new RpcError("UNAVAILABLE", "The peer did not take the call");
    }
    const gone = this.#options.connectionFailure();
    if (gone !== undefined || reset === NGHTTP2_NO_ERROR || reset === NGHTTP2_CANCEL) {
      return new RpcError("UNAVAILABLE", `The connection was lost: ${gone ?? "the peer ended the call"}`);
    }
    return new RpcError("INTERNAL", `The call broke: ${error?.message ?? `HTTP/2 error ${reset}`}`);
  }

  #finish(status: "OK" | RpcError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#status = status === "OK" && !this.#splitter.isBetweenMessages
      ? new RpcError("INTERNAL", "The reply is cut short")
      : status;
    this.#headers.reject(
      this.#status === "OK" ? new RpcError("INTERNAL", "The reply has no headers") : this.#status,
    );
    this.#wake();
    if (!this.#isOpen()) return;
    if (this.#status !== "OK") this.#stream.close(http2.constants.NGHTTP2_CANCEL);
    this.#stream.resume();
  }

  #isOpen(): boolean {
    return !this.#stream.closed && !this.#stream.destroyed;
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}
