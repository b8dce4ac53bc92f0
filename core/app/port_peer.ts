import { RpcError, type StatusName } from "../rpc/status.ts";

/** What one side of a port answers: by name, one argument in, one value out. */
// deno-lint-ignore no-explicit-any -- each name has types of its own
export type PortCalls = Record<string, (argument: any, signal: AbortSignal) => Promise<unknown>>;

/** A result together with the buffers that are moved to the other side rather than copied. */
export class Handover<Value> {
  constructor(readonly value: Value, readonly buffers: ArrayBuffer[]) {}
}

/** What a call of `Name` gives back on this side of the port. */
export type Answer<Calls extends PortCalls, Name extends keyof Calls> =
  Awaited<ReturnType<Calls[Name]>> extends Handover<infer Value> ? Value : Awaited<ReturnType<Calls[Name]>>;

/** How one call is made. */
export interface PortCallOptions {
  /** Cancels the call on both sides. */
  readonly signal?: AbortSignal;
  /** Buffers of the argument that are moved. */
  readonly transfer?: ArrayBuffer[];
}

type Wire =
  | { readonly kind: "call"; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError };

interface WireError {
  readonly name: string;
  readonly message: string;
  readonly status?: { readonly code: StatusName; readonly details: string };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * One end of a MessagePort over which two threads call each other. An `RpcError` thrown on one side is one on the
 * other; any other error keeps its name and message.
 */
export class PortPeer<Theirs extends PortCalls> {
  readonly #port: MessagePort;
  readonly #mine: PortCalls;
  readonly #waiting = new Map<number, Waiting>();
  readonly #running = new Map<number, AbortController>();
  #count = 0;
  #closed: Error | undefined;

  /** @param mine what the other side may call */
  constructor(port: MessagePort, mine: PortCalls) {
    this.#port = port;
    this.#mine = mine;
    port.onmessage = ({ data }) => this.#receive(data);
    port.start();
  }

  /** Calls the other side. @throws what the call threw there, or the reason the port was closed with */
  async call<Name extends keyof Theirs & string>(
    name: Name,
    argument: Parameters<Theirs[Name]>[0],
    { signal, transfer = [] }: PortCallOptions = {},
  ): Promise<Answer<Theirs, Name>> {
    if (this.#closed) throw this.#closed;
    const id = ++this.#count;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancel = () => this.#send({ kind: "cancel", id });
    this.#waiting.set(id, { resolve, reject });
    this.#send({ kind: "call", id, name, argument }, transfer);
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel);
    try {
      return await promise as Answer<Theirs, Name>;
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends the connection: calls under way on either side fail with `reason`. */
  close(reason: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    for (const running of this.#running.values()) running.abort(reason);
    this.#port.close();
  }

  /** The other side may be an app that says anything; what is no message is not heard. */
  #receive(data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    const message = data as Wire;
    if (message.kind === "call") void this.#answer(message);
    else if (message.kind === "cancel") this.#running.get(message.id)?.abort();
    else if (message.kind === "result") this.#waiting.get(message.id)?.resolve(message.value);
    else if (message.kind === "error") this.#waiting.get(message.id)?.reject(received(message.error));
  }

  async #answer({ id, name, argument }: Wire & { kind: "call" }): Promise<void> {
    const running = new AbortController();
    this.#running.set(id, running);
    try {
      if (!Object.hasOwn(this.#mine, name)) throw new TypeError(`Cannot call "${name}" over this port`);
      const answer = await this.#mine[name](argument, running.signal);
      if (answer instanceof Handover) this.#send({ kind: "result", id, value: answer.value }, answer.buffers);
      else this.#send({ kind: "result", id, value: answer });
    } catch (error) {
      this.#send({ kind: "error", id, error: sent(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #send(message: Wire, transfer: ArrayBuffer[] = []): void {
    if (!this.#closed) this.#port.postMessage(message, transfer);
  }
}

function sent(error: unknown): WireError {
  if (error instanceof RpcError) {
    const { code, details } = error;
    return { name: error.name, message: error.message, status: { code, details } };
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}

function received(told: WireError | undefined): Error {
  if (told?.status) return new RpcError(told.status.code, told.status.details);
  const error = new Error(told?.message);
  error.name = told?.name ?? "Error";
  return error;
}
