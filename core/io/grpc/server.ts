import * as grpc from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type { ByteBudget } from "../../rpc/budget.ts";
import type { AnyMethod } from "../../rpc/method.ts";
import { RpcError } from "../../rpc/status.ts";
import type { CallTarget } from "../../rpc/transport.ts";
import type { Log } from "../ports.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { grpcTarget } from "./endpoint.ts";
import { asBuffer } from "./metadata.ts";
import { ServerCall } from "./server_call.ts";

/** The files of a TLS listener, as PEM. Client certificates are never asked for. */
export interface ServerTls {
  /** The server's certificate, then those that lead to its root. */
  readonly certificateChain: Uint8Array;
  readonly privateKey: Uint8Array;
  /** The CA, for what is missing between the chain and its root. */
  readonly rootCertificates: Uint8Array;
}

/** What a gRPC listener needs. */
export interface GrpcServerOptions {
  /** `host:port`; port 0 lets the system choose. */
  readonly address: string;
  /** Plain text unless given. */
  readonly tls?: ServerTls;
  readonly target: CallTarget;
  /** What the target answers; calls of other methods are refused before their body is read. */
  readonly methods: readonly AnyMethod[];
  /** Larger requests are refused. */
  readonly maxMessageBytes: number;
  /** The room in memory that all large requests and replies under way share; several listeners may share one. */
  readonly budget: ByteBudget;
  readonly log: Log;
}

/** A listener that is up. */
export interface GrpcServer {
  /** `host:port` with the port that was bound. */
  readonly address: string;
  readonly port: number;
  /** Takes no more calls, ends the held ones, and closes after the last call or `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Somebody else listens there. */
export class AddressInUseError extends Error {
  override name = "AddressInUseError";

  constructor(readonly address: string, options?: ErrorOptions) {
    super(`Port in server address ${address} is already in use.`, options);
  }
}

const OPTIONS: grpc.ServerOptions = {
  "grpc.max_concurrent_streams": 1_000,
  // How often a silent connection is asked whether it is still there.
  "grpc.keepalive_time_ms": 210_000,
  "grpc.max_send_message_length": -1,
  "grpc.max_receive_message_length": -1,
  "grpc.enable_channelz": 0,
};

const identity = (bytes: Buffer) => bytes;

/**
 * Listens for gRPC calls and passes their bytes to the target.
 * @throws {AddressInUseError} when the port is taken
 * @throws {Error} when the address cannot be bound or the TLS files cannot be used
 */
export async function serveGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const { host } = parseAddress(options.address);
  const door = { ...options, secure: options.tls !== undefined };
  const running = new Set<ServerCall>();
  /** A call's metadata are all that grpc-js passes from its interceptors to its handlers. */
  const calls = new WeakMap<grpc.Metadata, ServerCall>();
  const intercept: grpc.ServerInterceptor = (_method, base) => {
    const call = new ServerCall(base, door);
    running.add(call);
    call.closed.then(() => running.delete(call));
    return call.intercepted((metadata) => calls.set(metadata, call));
  };
  const server = new grpc.Server({ ...OPTIONS, interceptors: [intercept] });
  const answer: grpc.handleServerStreamingCall<Buffer, Buffer> = (outlet) =>
    calls.get(outlet.metadata)!.answer(outlet);
  // A unary reply is a stream of one message.
  for (const { path } of options.methods) server.register(path, answer, identity, identity, "serverStream");
  const port = await bind(server, options);
  const address = formatAddress({ host, port });
  return { address, port, stop: (graceMs) => stop(server, { address, running, graceMs }) };
}

function bind(server: grpc.Server, { address, tls }: GrpcServerOptions): Promise<number> {
  return new Promise((resolve, reject) =>
    server.bindAsync(grpcTarget(address), credentials(tls), (error, port) => {
      if (!error) return resolve(port);
      if (error.message.includes("EADDRINUSE")) {
        return reject(new AddressInUseError(address, { cause: error }));
      }
      const reason = /errors: \[(.*)\]$/.exec(error.message)?.[1] ?? error.message;
      reject(new Error(`Cannot listen on ${address}: ${reason}`, { cause: error }));
    })
  );
}

function credentials(tls: ServerTls | undefined): grpc.ServerCredentials {
  if (!tls) return grpc.ServerCredentials.createInsecure();
  const pair = { cert_chain: asBuffer(tls.certificateChain), private_key: asBuffer(tls.privateKey) };
  // Without a CA every root of the system would be offered, and handshakes break.
  return grpc.ServerCredentials.createSsl(asBuffer(tls.rootCertificates), [pair], false);
}

async function stop(
  server: grpc.Server,
  options: { address: string; running: ReadonlySet<ServerCall>; graceMs: number },
): Promise<void> {
  const { address, running, graceMs } = options;
  const reason = new RpcError("UNAVAILABLE", "The server is shutting down");
  for (const call of running) call.interrupt(reason);
  // First, because what is closing already would not be cut after the time of grace.
  server.drain(grpcTarget(address), graceMs);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
}
