import { RpcError } from "../../rpc/status.ts";
import type { CallOptions, RawReply, Transport } from "../../rpc/transport.ts";
import { formatAddress, type HostPort, parseAddress } from "./address.ts";
import { ClientCall } from "./client_call.ts";
import { ClientConnection } from "./client_connection.ts";
import type { ClientTls } from "./dial.ts";
import { headersFromMetadata } from "./headers.ts";

/** Where a client connects to. */
export interface GrpcClientOptions {
  /** `host:port`, by name or by IP address. */
  readonly address: string;
  readonly tls: ClientTls;
  /** Larger replies end their call; as large as gRPC allows unless told. */
  readonly maxMessageBytes?: number;
}

const LARGEST_MESSAGE_BYTES = 2 ** 31 - 1;

/** How long {@link Transport.ready} waits between two tries. */
const READY_PAUSE_MS = 250;

/** How long the runtime's timers can count. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A transport to a gRPC server: one connection, made with the first call and made anew with the next one after it
 * was lost. It waits for nothing and retries nothing; that is the client's policy.
 * @throws {TypeError} when the address is none
 */
export function connectGrpc(options: GrpcClientOptions): Transport {
  return new GrpcTransport(options);
}

class GrpcTransport implements Transport {
  readonly address: string;
  readonly #peer: HostPort;
  readonly #options: GrpcClientOptions;
  readonly #closed = new AbortController();
  #connection: Promise<ClientConnection> | undefined;

  constructor(options: GrpcClientOptions) {
    this.#peer = parseAddress(options.address);
    this.address = formatAddress(this.#peer);
    this.#options = options;
  }

  async unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<RawReply> {
    using limits = new CallLimits(options, this.#closed.signal);
    const call = await this.#begin(path, { request, options, limits });
    const body = await call.single();
    return { headers: await call.headers, body };
  }

  async *stream(path: string, request: Uint8Array, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
    using limits = new CallLimits(options, this.#closed.signal);
    const call = await this.#begin(path, { request, options, limits });
    yield* call.messages();
  }

  async ready(timeoutMs: number): Promise<void> {
    using limits = new CallLimits({}, this.#closed.signal);
    const end = performance.now() + timeoutMs;
    while (true) {
      try {
        return void await limits.within(this.#connected(), Math.max(0, end - performance.now()));
      } catch (error) {
        const final = error instanceof RpcError && /handshake failed/.test(error.details);
        if (final || this.#closed.signal.aborted || performance.now() + READY_PAUSE_MS > end) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS));
    }
  }

  close(): void {
    this.#closed.abort(new RpcError("CANCELLED", "The client was closed"));
    this.#connection?.then((connection) => connection.close(), () => {});
    this.#connection = undefined;
  }

  async #begin(
    path: string,
    { request, options, limits }: { request: Uint8Array; options: CallOptions; limits: CallLimits },
  ): Promise<ClientCall> {
    const connection = await limits.within(this.#connected());
    const headers = {
      ":method": "POST",
      ":path": path,
      te: "trailers",
      "content-type": "application/grpc",
      "user-agent": "grpc-corolla",
      ...(options.timeoutMs === undefined ? {} : { "grpc-timeout": `${limits.leftMs()}m` }),
      ...(options.metadata ? headersFromMetadata(options.metadata) : {}),
    };
    const maxMessageBytes = this.#options.maxMessageBytes ?? LARGEST_MESSAGE_BYTES;
    const connectionFailure = () => connection.failure;
    try {
      return new ClientCall(connection.request(headers), {
        ...{ request, maxMessageBytes, connectionFailure, outlet: connection.outlet, signal: limits.signal },
      });
    } catch (error) {
      throw new RpcError("UNAVAILABLE", `The connection was lost: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async #connected(): Promise<ClientConnection> {
    if (this.#closed.signal.aborted) throw this.#closed.signal.reason;
    const current = this.#connection ??= this.#connect();
    const connection = await current;
    if (connection.usable) return connection;
    if (this.#connection === current) this.#connection = undefined;
    return await this.#connected();
  }

  #connect(): Promise<ClientConnection> {
    const connecting = ClientConnection.open(this.#peer, {
      tls: this.#options.tls,
      signal: this.#closed.signal,
    });
    connecting.catch(() => {
      if (this.#connection === connecting) this.#connection = undefined;
    });
    return connecting;
  }
}

/** What ends a call from this side: its deadline, its caller, or the closing of the client. */
class CallLimits implements Disposable {
  readonly #over = new AbortController();
  readonly #done = new AbortController();
  readonly #deadline: number;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallOptions, closed: AbortSignal) {
    const { timeoutMs, signal } = options;
    this.#follow(closed, () => closed.reason);
    if (signal) this.#follow(signal, () => new RpcError("CANCELLED", "Cancelled on client side"));
    this.#deadline = performance.now() + (timeoutMs ?? Infinity);
    if (timeoutMs === undefined) return;
    const late = () => this.#over.abort(new RpcError("DEADLINE_EXCEEDED", `No reply within ${timeoutMs} ms`));
    this.#timer = setTimeout(late, Math.min(timeoutMs, LONGEST_TIMER_MS));
  }

  /** Aborted with an `RpcError` when the call has to end. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whole milliseconds until the deadline, as many as the header can carry. */
  leftMs(): number {
    return Math.min(99_999_999, Math.max(1, Math.ceil(this.#deadline - performance.now())));
  }

  /** The result unless the call has to end before, or `ms` are over. @throws {RpcError} then */
  async within<T>(result: Promise<T>, ms = Infinity): Promise<T> {
    const { promise: over, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(this.signal.reason);
    this.signal.addEventListener("abort", onAbort);
    if (this.signal.aborted) onAbort();
    const late = () => reject(new RpcError("UNAVAILABLE", "The peer does not answer"));
    const timer = ms === Infinity ? undefined : setTimeout(late, ms);
    try {
      return await Promise.race([result, over]);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener("abort", onAbort);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#done.abort();
  }

  #follow(signal: AbortSignal, reason: () => RpcError): void {
    if (signal.aborted) return this.#over.abort(reason());
    signal.addEventListener("abort", () => this.#over.abort(reason()), { signal: this.#done.signal });
  }
}
