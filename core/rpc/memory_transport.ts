import type { Clock, Connection } from "../io/ports.ts";
import { Metadata } from "./metadata.ts";
import { RpcError, Status } from "./status.ts";
import type {
  CallOptions,
  CallTarget,
  IncomingCall,
  OutgoingReply,
  RawReply,
  Transport,
} from "./transport.ts";

/** What a {@link MemoryTransport} may be told. */
export interface MemoryTransportOptions {
  /** For the timeouts of calls. */
  readonly clock: Clock;
  /** The name that stands for the peer in messages; `memory` unless told. */
  readonly address?: string;
}

/** Carries calls to a target in the same process: the same bytes, headers and errors as over a socket. */
export class MemoryTransport implements Transport {
  static #count = 0;
  readonly address: string;
  readonly #target: CallTarget;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  readonly #connection: Connection;

  constructor(target: CallTarget, options: MemoryTransportOptions) {
    this.address = options.address ?? "memory";
    this.#target = target;
    this.#clock = options.clock;
    this.#connection = {
      id: `memory-${++MemoryTransport.#count}`,
      peerAddress: this.address,
      secure: true,
      closed: this.#closed.signal,
      isOwn: true,
    };
  }

  async unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<RawReply> {
    using call = this.#begin(path, { request, options });
    const reply = await call.until(this.#target.dispatch(call.incoming));
    if (!(reply.body instanceof Uint8Array)) {
      throw new RpcError("INTERNAL", `Cannot call ${path} as a unary method: its reply is a stream`);
    }
    return { headers: new Metadata(reply.headers), body: reply.body };
  }

  async *stream(path: string, request: Uint8Array, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
    using call = this.#begin(path, { request, options });
    const reply: OutgoingReply = await call.until(this.#target.dispatch(call.incoming));
    if (reply.body instanceof Uint8Array) return yield reply.body;
    const messages = reply.body[Symbol.asyncIterator]();
    try {
      while (true) {
        const step = await call.until(messages.next());
        if (step.done) return;
        yield step.value;
      }
    } finally {
      messages.return?.()?.catch(() => {});
    }
  }

  ready(): Promise<void> {
    return this.#closed.signal.aborted ? Promise.reject(closed()) : Promise.resolve();
  }

  close(): void {
    this.#closed.abort(closed());
  }

  #begin(path: string, call: { request: Uint8Array; options: CallOptions }): MemoryCall {
    const { request, options } = call;
    const over = new AbortController();
    const reserve = () => over.signal.aborted ? Promise.reject(over.signal.reason) : Promise.resolve();
    const metadata = new Metadata(options.metadata);
    const incoming = { path, metadata, request, connection: this.#connection, signal: over.signal, reserve };
    return new MemoryCall(incoming, { over, options, clock: this.#clock, closed: this.#closed.signal });
  }
}

/** One call under way: ended by its deadline, its caller, the transport, or itself. */
class MemoryCall implements Disposable {
  readonly #over: AbortController;
  readonly #ended = new AbortController();
  readonly #failure: Promise<never>;

  constructor(
    readonly incoming: IncomingCall,
    how: { over: AbortController; options: CallOptions; clock: Clock; closed: AbortSignal },
  ) {
    const { over, options, clock, closed: gone } = how;
    this.#over = over;
    const ended = this.#ended.signal;
    this.#failure = new Promise((_, reject) =>
      over.signal.addEventListener("abort", () => reject(over.signal.reason))
    );
    this.#failure.catch(() => {});
    this.#follow(gone, closed);
    if (options.signal) {
      this.#follow(options.signal, () => new RpcError("CANCELLED", "Cancelled on client side"));
    }
    if (options.timeoutMs !== undefined) {
      clock.sleep(options.timeoutMs, ended).then(() =>
        over.abort(new RpcError("DEADLINE_EXCEEDED", "Deadline Exceeded"))
      );
    }
  }

  /** The result, or the reason why the call ended before. Errors become `RpcError`s of their own, as over a wire. */
  async until<T>(result: Promise<T>): Promise<T> {
    try {
      return await Promise.race([this.#failure, result]);
    } catch (error) {
      if (error instanceof RpcError && error.code in Status) throw new RpcError(error.code, error.details);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#over.abort(new RpcError("CANCELLED", "The call has ended"));
  }

  #follow(signal: AbortSignal, reason: () => RpcError): void {
    if (signal.aborted) return this.#over.abort(reason());
    signal.addEventListener("abort", () => this.#over.abort(reason()), { signal: this.#ended.signal });
  }
}

function closed(): RpcError {
  return new RpcError("UNAVAILABLE", "The connection was closed");
}
