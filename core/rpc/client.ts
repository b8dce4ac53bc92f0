import type { Clock, Log, Random } from "../io/ports.ts";
import { Metadata } from "./metadata.ts";
import type { AnyMethod, Method } from "./method.ts";
import { Reconnection, type RetryPolicy } from "./retry.ts";
import { RpcError } from "./status.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** Headers that vouch for a call. Asked afresh for every try, because some carry the time. */
export type Credential = (
  call: { readonly method: AnyMethod; readonly requestBytes: Uint8Array },
) => Metadata | Promise<Metadata>;

/** How a client behaves. */
export type RpcClientOptions =
  & { readonly credentials?: readonly Credential[] }
  & (
    | { readonly retry?: undefined; readonly clock?: Clock; readonly random?: Random; readonly log?: Log }
    /** With a policy, calls wait for a peer that is away; see `retry.ts`. */
    | { readonly retry: RetryPolicy; readonly clock: Clock; readonly random: Random; readonly log?: Log }
  );

/** Makes typed calls over a transport. Everything that goes wrong is an `RpcError`. */
export class RpcClient {
  readonly transport: Transport;
  readonly #credentials: readonly Credential[];
  readonly #reconnection: Reconnection | undefined;

  constructor(transport: Transport, options: RpcClientOptions = {}) {
    this.transport = transport;
    this.#credentials = options.credentials ?? [];
    if (options.retry) this.#reconnection = new Reconnection({ ...options, policy: options.retry });
  }

  /** Calls a unary method. @throws {RpcError} */
  async call<Request, Response, RequestInit, ResponseInit>(
    method: Method<Request, Response, RequestInit, ResponseInit>,
    request: RequestInit,
    options?: CallOptions,
  ): Promise<Response> {
    return (await this.callWithHeaders(method, request, options)).response;
  }

  /** Calls a unary method and gives the reply's headers too. @throws {RpcError} */
  async callWithHeaders<Request, Response, RequestInit, ResponseInit>(
    method: Method<Request, Response, RequestInit, ResponseInit>,
    request: RequestInit,
    options: CallOptions = {},
  ): Promise<{ response: Response; headers: Metadata }> {
    const requestBytes = method.encodeRequest(request);
    const reply = await this.#try(options.signal, async () => {
      const metadata = await this.#vouched(method, { requestBytes, options });
      return await this.transport.unary(method.path, requestBytes, { ...options, metadata });
    });
    return { response: decoded(method, reply.body), headers: reply.headers };
  }

  /** Calls a streaming method. Only what fails before the first message is tried again. @throws {RpcError} */
  async *stream<Request, Response, RequestInit, ResponseInit>(
    method: Method<Request, Response, RequestInit, ResponseInit>,
    request: RequestInit,
    options: CallOptions = {},
  ): AsyncGenerator<Response> {
    const requestBytes = method.encodeRequest(request);
    const { messages, first } = await this.#try(options.signal, async () => {
      const metadata = await this.#vouched(method, { requestBytes, options });
      const messages = this.transport.stream(method.path, requestBytes, { ...options, metadata })
        [Symbol.asyncIterator]();
      return { messages, first: await messages.next() };
    });
    try {
      for (let step = first; !step.done; step = await messages.next()) yield decoded(method, step.value);
    } finally {
      await messages.return?.();
    }
  }

  async #try<T>(signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        const result = await attempt();
        this.#reconnection?.reached();
        return result;
      } catch (error) {
        if (!this.#reconnection) throw error;
        if (answered(error)) this.#reconnection.reached();
        await this.#reconnection.pause(error, signal);
      }
    }
  }

  async #vouched(
    method: AnyMethod,
    call: { requestBytes: Uint8Array; options: CallOptions },
  ): Promise<Metadata> {
    const metadata = new Metadata(call.options.metadata);
    for (const credential of this.#credentials) {
      for (const [name, value] of await credential({ method, requestBytes: call.requestBytes })) {
        metadata.append(name, value);
      }
    }
    return metadata;
  }
}

/** Whether the peer itself spoke: a refusal shows that the connection is back. */
function answered(error: unknown): boolean {
  const local = ["UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED"];
  return error instanceof RpcError && !local.includes(error.code);
}

function decoded<Response>(
  method: Pick<Method<unknown, Response>, "path" | "decodeResponse">,
  body: Uint8Array,
): Response {
  try {
    return method.decodeResponse(body);
  } catch (cause) {
    throw new RpcError("INTERNAL", `Cannot decode the reply of ${method.path}`, { cause });
  }
}
