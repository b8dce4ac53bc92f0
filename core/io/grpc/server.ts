import http2, { type Http2SecureServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ByteBudget } from "../../rpc/budget.ts";
import type { AnyMethod } from "../../rpc/method.ts";
import { RpcError } from "../../rpc/status.ts";
import type { CallTarget } from "../../rpc/transport.ts";
import type { Log } from "../ports.ts";
import { formatAddress, type HostPort, parseAddress } from "./address.ts";
import { asBuffer } from "./headers.ts";
import { ServerConnection } from "./server_connection.ts";

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

const MAX_CONCURRENT_STREAMS = 1_000;

/**
 * How much a peer may send ahead of being read, for each stream and for a connection. It bounds what paused uploads
 * hold in memory, and with the round trip time the speed of one upload: 256 KiB every 50 ms are 5 MiB/s.
 */
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 1024 * 1024;

/**
 * Listens for gRPC calls and passes their bytes to the target.
 * @throws {AddressInUseError} when the port is taken
 * @throws {Error} when the address cannot be bound or the TLS files cannot be used
 */
export async function serveGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const { target, budget, maxMessageBytes, log } = options;
  const wanted = parseAddress(options.address);
  const server = createServer(options.tls);
  const paths = new Set(options.methods.map((method) => method.path));
  const door = { target, paths, maxMessageBytes, budget, log };
  const connections = new Set<ServerConnection>();
  server.on("session", (session: ServerHttp2Session) => {
    const connection = new ServerConnection(session, { door, secure: options.tls !== undefined });
    connections.add(connection);
    connection.closed.addEventListener("abort", () => connections.delete(connection));
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
  });
  const port = await listen(server, wanted);
  return {
    address: formatAddress({ host: wanted.host, port }),
    port,
    stop: (graceMs) => stop(server, { connections, graceMs }),
  };
}

function createServer(tls: ServerTls | undefined): Http2Server | Http2SecureServer {
  const common = {
    settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS, initialWindowSize: STREAM_WINDOW_BYTES },
    // Its behaviour at the limit is to fail streams at random; the budget and the windows bound memory instead.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  };
  if (!tls) return http2.createServer(common);
  return http2.createSecureServer({
    ...common,
    cert: asBuffer(tls.certificateChain),
    key: asBuffer(tls.privateKey),
    ca: asBuffer(tls.rootCertificates),
    minVersion: "TLSv1.2",
    ALPNProtocols: ["h2"],
  });
}

function listen(server: Http2Server | Http2SecureServer, { host, port }: HostPort): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error & { code?: string }) => {
      const address = formatAddress({ host, port });
      if (error.code === "EADDRINUSE") return reject(new AddressInUseError(address, { cause: error }));
      reject(new Error(`Cannot listen on ${address}: ${error.message}`, { cause: error }));
    };
    server.once("error", refuse);
    server.listen({ host, port }, () => {
      server.off("error", refuse);
      // A connection that breaks while it is taken must not end the process.
      for (const event of ["error", "sessionError", "tlsClientError", "clientError"]) {
        server.on(event, () => {});
      }
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function stop(
  server: Http2Server | Http2SecureServer,
  options: { connections: ReadonlySet<ServerConnection>; graceMs: number },
): Promise<void> {
  const { connections, graceMs } = options;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const reason = new RpcError("UNAVAILABLE", "The server is shutting down");
  const gone = [...connections].map((connection) =>
    new Promise<void>((resolve) => connection.closed.addEventListener("abort", () => resolve()))
  );
  for (const connection of connections) connection.drain(reason);
  const grace = Promise.withResolvers<void>();
  const timer = setTimeout(grace.resolve, graceMs);
  await Promise.race([Promise.all(gone), grace.promise]);
  clearTimeout(timer);
  for (const connection of connections) connection.destroy();
  await closed;
}
