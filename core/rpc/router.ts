import type { Connection, Log } from "../io/ports.ts";
import { Metadata } from "./metadata.ts";
import type { AnyMethod, Method } from "./method.ts";
import { RpcError } from "./status.ts";
import type { CallTarget, IncomingCall, OutgoingReply } from "./transport.ts";

/** What a handler knows besides the request. */
export interface CallContext<Caller> {
  readonly caller: Caller;
  /** The headers of the request. */
  readonly metadata: Metadata;
  readonly connection: Connection;
  /** Aborted when nobody waits for the reply any more. */
  readonly signal: AbortSignal;
  /** Adds a header to the reply. A streaming handler may do so only before it first awaits or yields. */
  setHeader(name: string, value: string | Uint8Array): void;
  /** Waits until there is room in memory for a reply of so many bytes: await it before reading something large. */
  reserve(bytes: number): Promise<void>;
}

/** Answers one method: a promise for a unary one, an iterable for a stream. Refuses by throwing `RpcError`. */
export type Handler<Request, ResponseInit, Caller> = (
  request: Request,
  context: CallContext<Caller>,
) => Promise<ResponseInit> | AsyncIterable<ResponseInit>;

/** A method and who answers it. Made by {@link route}, which checks that the two fit. */
export interface Route<Caller> {
  readonly method: AnyMethod;
  // deno-lint-ignore no-explicit-any -- a table of routes mixes every message type
  readonly handler: Handler<any, any, Caller>;
}

/** Joins a method with its handler. */
export function route<Request, Response, RequestInit, ResponseInit, Caller>(
  method: Method<Request, Response, RequestInit, ResponseInit>,
  handler: Handler<Request, ResponseInit, Caller>,
): Route<Caller> {
  return { method, handler };
}

/** A decoded call before anybody vouched for it. */
export interface UncheckedCall {
  readonly method: AnyMethod;
  readonly metadata: Metadata;
  /** The request exactly as received: what signatures cover. */
  readonly requestBytes: Uint8Array;
  readonly request: unknown;
  readonly connection: Connection;
}

/** Decides who calls and whether they may. */
export interface Guard<Caller> {
  /** Says who the caller is. @throws {RpcError} when this caller may not make this call */
  admit(call: UncheckedCall): Promise<Caller>;
  /** Headers that vouch for a unary reply, made over its exact bytes. */
  seal?(call: UncheckedCall, reply: { caller: Caller; replyBytes: Uint8Array }): Metadata | Promise<Metadata>;
}

/** What a {@link Router} is made of. */
export interface RouterOptions<Caller> {
  readonly routes: readonly Route<Caller>[];
  readonly guard: Guard<Caller>;
  readonly log: Log;
  /** What the peer is told of an error that nobody foresaw; {@link exceptionCallingApplication} unless told. */
  readonly unexpected?: (error: unknown) => RpcError;
}

/** What official servers answer when a handler failed by accident. */
export function exceptionCallingApplication(error: unknown): RpcError {
  const text = error instanceof Error ? error.message : String(error);
  return new RpcError("UNKNOWN", `Exception calling application: ${text}`);
}

/** Takes a call through decoding, the guard and its handler, and back to bytes. */
export class Router<Caller> implements CallTarget {
  readonly #routes: ReadonlyMap<string, Route<Caller>>;
  readonly #options: RouterOptions<Caller>;

  /** @throws {TypeError} when two routes answer the same method */
  constructor(options: RouterOptions<Caller>) {
    this.#routes = new Map(options.routes.map((entry) => [entry.method.path, entry]));
    this.#options = options;
    if (this.#routes.size !== options.routes.length) {
      throw new TypeError("Cannot route one method to two handlers");
    }
  }

  /** Every method that is answered here. */
  get methods(): AnyMethod[] {
    return this.#options.routes.map((entry) => entry.method);
  }

  async dispatch(call: IncomingCall): Promise<OutgoingReply> {
    try {
      return await this.#answer(call);
    } catch (error) {
      throw this.#refusal(error, call);
    }
  }

  async #answer(call: IncomingCall): Promise<OutgoingReply> {
    const entry = this.#routes.get(call.path);
    if (!entry) throw new RpcError("UNIMPLEMENTED", `Method not found: ${call.path}`);
    const unchecked = this.#decode(entry.method, call);
    const caller = await this.#options.guard.admit(unchecked);
    const headers = new ReplyHeaders();
    const context: CallContext<Caller> = {
      caller,
      metadata: call.metadata,
      connection: call.connection,
      signal: call.signal,
      setHeader: (name, value) => headers.append(name, value),
      reserve: (bytes) => call.reserve(bytes),
    };
    const result = entry.handler(unchecked.request, context);
    if (Symbol.asyncIterator in result) {
      const body = this.#stream(result, entry.method, call);
      return { headers: headers.send(), body };
    }
    const body = entry.method.encodeResponse(await result);
    for (const [name, value] of await this.#seal(unchecked, { caller, replyBytes: body })) {
      headers.append(name, value);
    }
    return { headers: headers.send(), body };
  }

  #decode(method: AnyMethod, call: IncomingCall): UncheckedCall {
    const { metadata, connection, request: requestBytes } = call;
    try {
      return { method, metadata, connection, requestBytes, request: method.decodeRequest(requestBytes) };
    } catch (cause) {
      throw new RpcError("INVALID_ARGUMENT", `Cannot decode the request of ${method.path}`, { cause });
    }
  }

  #seal(
    call: UncheckedCall,
    reply: { caller: Caller; replyBytes: Uint8Array },
  ): Metadata | Promise<Metadata> {
    return this.#options.guard.seal?.(call, reply) ?? new Metadata();
  }

  /** Starts the handler at once, so that it can set headers, and ends it as soon as nobody listens. */
  #stream(
    messages: AsyncIterable<unknown>,
    method: AnyMethod,
    call: IncomingCall,
  ): AsyncIterable<Uint8Array> {
    const iterator = messages[Symbol.asyncIterator]();
    const first = iterator.next();
    // Nobody may ever ask for the first message; its failure must not end the process.
    first.catch(() => {});
    return this.#encoded({ iterator, first, method, call });
  }

  async *#encoded(
    stream: {
      iterator: AsyncIterator<unknown>;
      first: Promise<IteratorResult<unknown>>;
      method: AnyMethod;
      call: IncomingCall;
    },
  ): AsyncGenerator<Uint8Array> {
    const { iterator, method, call } = stream;
    const gone = whenAborted(call.signal);
    let next = stream.first;
    try {
      while (true) {
        const step = await Promise.race([next, gone.promise]);
        if (step === "aborted" || step.done) return;
        yield method.encodeResponse(step.value);
        next = iterator.next();
        next.catch(() => {});
      }
    } catch (error) {
      throw this.#refusal(error, call);
    } finally {
      gone.forget();
      // A generator that is inside an await takes the return when it gets there: nothing to wait for here.
      iterator.return?.()?.catch(() => {});
    }
  }

  #refusal(error: unknown, call: IncomingCall): RpcError {
    if (error instanceof RpcError) return error;
    if (call.signal.aborted) {
      const { reason } = call.signal;
      return reason instanceof RpcError
        ? reason
        : new RpcError("CANCELLED", "The call was cancelled", { cause: error });
    }
    const refusal = (this.#options.unexpected ?? exceptionCallingApplication)(error);
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    // What the caller is told as it is was written for people, who need no stack.
    const told = refusal.details === message;
    this.#options.log.error(told ? `${call.path}: ${message}` : `Unexpected error in ${call.path}: ${stack}`);
    return refusal;
  }
}

/** Headers that can be added to until they are sent. */
class ReplyHeaders {
  readonly #metadata = new Metadata();
  #sent = false;

  append(name: string, value: string | Uint8Array): void {
    if (this.#sent) {
      throw new TypeError(`Cannot set header "${name}": the headers of this reply are sent already`);
    }
    this.#metadata.append(name, value);
  }

  send(): Metadata {
    this.#sent = true;
    return this.#metadata;
  }
}

function whenAborted(signal: AbortSignal): { promise: Promise<"aborted">; forget(): void } {
  if (signal.aborted) return { promise: Promise.resolve("aborted"), forget: () => {} };
  const { promise, resolve } = Promise.withResolvers<"aborted">();
  const listener = () => resolve("aborted");
  signal.addEventListener("abort", listener);
  return { promise, forget: () => signal.removeEventListener("abort", listener) };
}
