import * as grpc from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type net from "node:net";
import type { ByteBudget } from "../../rpc/budget.ts";
import type { AnyMethod } from "../../rpc/method.ts";
import { RpcError } from "../../rpc/status.ts";
import type { CallTarget } from "../../rpc/transport.ts";
import { systemClock } from "../clock.ts";
import type { Clock, Log } from "../ports.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { type Front, openFront } from "./front.ts";
import { RequestLine } from "./request_line.ts";
import { ServerCall } from "./server_call.ts";
import { SlowSenders } from "./slow_senders.ts";

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
  /** `host:port`, where port 0 lets the system choose, or `unix:` and the path of a socket that is not there yet. */
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
  /** What those are told who speak HTTP/1 here: one sentence. */
  readonly http1Answer?: string;
  readonly log: Log;
  /** The machine's unless given. */
  readonly clock?: Clock;
}

/** A listener that is up. */
export interface GrpcServer {
  /** `host:port` with the port that was bound. */
  readonly address: string;
  readonly port: number;
  /** Shows another certificate to those who connect from now on. @throws {Error} when it cannot be used */
  renewTls(tls: ServerTls): void;
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

/** What the address of a socket in a folder begins with, for gRPC of any language. */
const UNIX = "unix:";

const HTTP1_ANSWER = "This port speaks gRPC, which needs HTTP/2.";

const identity = (bytes: Buffer) => bytes;

/**
 * Listens for gRPC calls and passes their bytes to the target.
 * @throws {AddressInUseError} when the port is taken
 * @throws {Error} when the address cannot be bound or the TLS files cannot be used
 */
export async function serveGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const { budget, clock = systemClock } = options;
  const slowSenders = new SlowSenders({ clock, othersWait: () => budget.waiting > 0 });
  const line = new RequestLine(budget);
  const door = { ...options, secure: options.tls !== undefined, line, slowSenders };
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
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const front = await open(options, (socket) => injector.injectConnection(socket)).catch((error) => {
    slowSenders.stop();
    throw error;
  });
  const { port } = front;
  const address = options.address.startsWith(UNIX)
    ? options.address
    : formatAddress({ ...parseAddress(options.address), port });
  return {
    address,
    port,
    renewTls: (tls) => front.renew(tls),
    stop: (graceMs) => stop(server, { front, injector, running, graceMs }).finally(() => slowSenders.stop()),
  };
}

/** TLS ends at the front: grpc-js gets connections that speak HTTP/2, encrypted or not. */
async function open(options: GrpcServerOptions, take: (socket: net.Socket) => void): Promise<Front> {
  const { address, tls, log, http1Answer = HTTP1_ANSWER } = options;
  const listenOn = address.startsWith(UNIX) ? { path: address.slice(UNIX.length) } : parseAddress(address);
  try {
    return await openFront({ listenOn, tls, http1Answer, take, log });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new AddressInUseError(address, { cause: error });
    throw new Error(`Cannot listen on ${address}: ${message}`, { cause: error });
  }
}

async function stop(
  server: grpc.Server,
  options: {
    front: Front;
    injector: ReturnType<grpc.Server["createConnectionInjector"]>;
    running: ReadonlySet<ServerCall>;
    graceMs: number;
  },
): Promise<void> {
  const { front, injector, running, graceMs } = options;
  const reason = new RpcError("UNAVAILABLE", "The server is shutting down");
  for (const call of running) call.interrupt(reason);
  // First, because what is closing already would not be cut after the time of grace.
  injector.drain(graceMs);
  const shutDown = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  await Promise.all([front.stop(), shutDown]);
}
