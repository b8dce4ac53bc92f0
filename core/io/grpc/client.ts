import * as grpc from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { Metadata } from "../../rpc/metadata.ts";
import { RpcError, type StatusName } from "../../rpc/status.ts";
import type { CallOptions, RawReply, Transport } from "../../rpc/transport.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { grpcTarget } from "./endpoint.ts";
import { streamUnderClient } from "./http2_stream.ts";
import { sendLarge } from "./large_request.ts";
import { asBuffer, fromGrpc, toGrpc } from "./metadata.ts";
import { SMALL_MESSAGE_BYTES } from "./request_gate.ts";
import { discardSpentChunks } from "./spent_chunks.ts";
import { type ClientTls, HANDSHAKE_FAILED, TlsCredentials } from "./tls_credentials.ts";

/** Where a client connects to. */
export interface GrpcClientOptions {
  /** `host:port`, by name or by IP address. */
  readonly address: string;
  readonly tls: ClientTls;
  /** Larger replies end their call; as large as gRPC allows unless told. */
  readonly maxMessageBytes?: number;
}

const OPTIONS: grpc.ClientOptions = {
  "grpc.max_send_message_length": -1,
  // How much a peer may send ahead of being read: pulls of large objects stay fast over long distances.
  "grpc-node.flow_control_window": 16 * 1024 * 1024,
  // Official servers cut clients that ask more often than every five minutes.
  "grpc.keepalive_time_ms": 310_000,
  // A peer that was restarted is found again quickly.
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // Whether to try again is the caller's policy; a signed call may not be sent twice.
  "grpc.enable_retries": 0,
  // Nor is a large message kept to send it again.
  "grpc.per_rpc_retry_buffer_size": SMALL_MESSAGE_BYTES,
  "grpc.service_config_disable_resolution": 1,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_http_proxy": 0,
  "grpc.enable_channelz": 0,
};

/** How long a peer may take to answer a connection. */
const CONNECT_TIMEOUT_MS = 20_000;

const { READY, TRANSIENT_FAILURE } = grpc.connectivityState;
const identity = (bytes: Buffer) => bytes;

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
  readonly #insecure: boolean;
  readonly #client: grpc.Client;
  readonly #closed = new AbortController();

  constructor({ address, tls, maxMessageBytes = -1 }: GrpcClientOptions) {
    const peer = parseAddress(address);
    this.address = formatAddress(peer);
    this.#insecure = tls === "insecure";
    const credentials = tls === "insecure"
      ? grpc.credentials.createInsecure()
      : new TlsCredentials(peer, tls);
    this.#client = new grpc.Client(grpcTarget(this.address), credentials, {
      ...OPTIONS,
      "grpc.max_receive_message_length": maxMessageBytes,
    });
  }

  async unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<RawReply> {
    let headers = new Metadata();
    let body: Uint8Array | undefined;
    let count = 0;
    const onHeaders = (got: Metadata) => headers = got;
    for await (const message of this.#messages(path, request, { ...options, onHeaders })) {
      if (++count > 1) break;
      body = message;
    }
    if (body && count === 1) return { headers, body };
    throw new RpcError("INTERNAL", `Expected one reply message, received ${count}`);
  }

  stream(path: string, request: Uint8Array, options: CallOptions = {}): AsyncIterable<Uint8Array> {
    return this.#messages(path, request, options);
  }

  async ready(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const channel = this.#client.getChannel();
    let failure = new RpcError("UNAVAILABLE", "The peer does not answer");
    while (true) {
      this.#closed.signal.throwIfAborted();
      const state = channel.getConnectivityState(true);
      if (state === READY) return;
      if (state === TRANSIENT_FAILURE) failure = await this.#whyAway() ?? failure;
      if (failure.details.startsWith(HANDSHAKE_FAILED)) throw failure;
      if (!await changed(channel, { state, deadline })) throw failure;
    }
  }

  close(): void {
    this.#closed.abort(new RpcError("CANCELLED", "The client was closed"));
    this.#client.close();
  }

  async *#messages(
    path: string,
    request: Uint8Array,
    options: CallOptions & { onHeaders?: (headers: Metadata) => void },
  ): AsyncGenerator<Uint8Array> {
    const { timeoutMs, signal, onHeaders } = options;
    const metadata = toGrpc(options.metadata);
    const deadline = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
    this.#closed.signal.throwIfAborted();
    if (signal?.aborted) throw cancelled();
    const call = request.length > SMALL_MESSAGE_BYTES
      ? sendLarge(request, this.#client.makeBidiStreamRequest(path, identity, identity, metadata, deadline))
      : this.#client.makeServerStreamRequest(
        ...[path, identity, identity, asBuffer(request), metadata, deadline] as const,
      );
    // Also when nobody reads any more: an error without a listener would end the process.
    call.on("error", () => {});
    call.once("metadata", (got: grpc.Metadata) => {
      onHeaders?.(fromGrpc(got));
      const stream = streamUnderClient(call);
      if (stream) discardSpentChunks(stream);
    });
    using end = this.#earlyEnd(call, signal);
    try {
      yield* call;
    } catch (error) {
      throw end.reason ?? this.#rpcError(error as grpc.ServiceError);
    } finally {
      call.cancel();
    }
  }

  #earlyEnd(call: { cancel(): void }, signal: AbortSignal | undefined): EarlyEnd {
    const end = new EarlyEnd(call);
    end.on(this.#closed.signal, () => this.#closed.signal.reason);
    if (signal) end.on(signal, cancelled);
    const connected = () => this.#client.getChannel().getConnectivityState(false) === READY;
    if (!connected()) end.after(CONNECT_TIMEOUT_MS, () => connected() ? undefined : late(this.address));
    return end;
  }

  /** Without a connection grpc-js gives the reason to calls alone, and then at once. */
  #whyAway(): Promise<RpcError | undefined> {
    return this.unary("/corolla/WhyAway", new Uint8Array(), { timeoutMs: 1_000 }).then(
      () => undefined,
      (error) => error.code === "UNAVAILABLE" ? error : undefined,
    );
  }

  #rpcError({ code, details }: Partial<grpc.ServiceError>): RpcError {
    const name = grpc.status[code ?? -1] as StatusName | undefined;
    if (!name || details === undefined) return new RpcError("INTERNAL", "The reply cannot be read");
    if (LOST.test(details)) return new RpcError("UNAVAILABLE", `The connection was lost: ${details}`);
    return new RpcError(name, this.#explained(details));
  }

  #explained(details: string): string {
    const [, why] = UNCONNECTED.exec(details) ?? [];
    if (why === undefined || why.startsWith(HANDSHAKE_FAILED)) return why ?? details;
    if (/^(connect|getaddrinfo) /.test(why)) return `Cannot connect to ${this.address}: ${why}`;
    const hint = this.#insecure ? " (it may expect TLS)" : "";
    return `Cannot speak gRPC with ${this.address}: ${why}${hint}`;
  }
}

/** What grpc-js says when there is no connection, with the reason in it. */
const UNCONNECTED =
  /^No connection established\. Last error: (?:Error: )?(.*?)(?: \([-:.TZ\d]{24}\))?\. Resolution note: /s;

/** What grpc-js says when a connection ends with a call on it; the codes that it gives to this differ. */
const LOST =
  /^(Connection dropped|Call cancelled|Write error: .*|Received RST_STREAM with code (0 .*|\d+ triggered by internal client error: (read|write) E\w+))$/s;

/** Resolves with false when the time is over first. */
function changed(
  channel: grpc.ChannelInterface,
  from: { state: grpc.connectivityState; deadline: number },
): Promise<boolean> {
  return new Promise((resolve) =>
    channel.watchConnectivityState(from.state, from.deadline, (error) => resolve(!error))
  );
}

/** What ends a call from this side before its deadline. */
class EarlyEnd implements Disposable {
  /** Why it ended; undefined when it did not. */
  reason: RpcError | undefined;
  readonly #done = new AbortController();
  readonly #call: { cancel(): void };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: { cancel(): void }) {
    this.#call = call;
  }

  on(signal: AbortSignal, reason: () => RpcError): void {
    signal.addEventListener("abort", () => this.#end(reason()), { signal: this.#done.signal });
  }

  /** Asks after `ms` whether there is a reason. */
  after(ms: number, reason: () => RpcError | undefined): void {
    this.#timer = setTimeout(() => this.#end(reason()), ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#done.abort();
  }

  #end(reason: RpcError | undefined): void {
    if (!reason) return;
    this.reason ??= reason;
    this.#call.cancel();
  }
}

function cancelled(): RpcError {
  return new RpcError("CANCELLED", "Cancelled on client side");
}

function late(address: string): RpcError {
  const seconds = CONNECT_TIMEOUT_MS / 1000;
  return new RpcError("UNAVAILABLE", `Cannot connect to ${address}: no answer within ${seconds} s`);
}
