import { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import type { Log } from "../ports.ts";
import type { HostPort } from "./address.ts";
import { answerHttp1, looksLikeHttp1 } from "./http1_answer.ts";
import { asBuffer } from "./metadata.ts";
import type { ServerTls } from "./server.ts";

/** A socket that stands in a folder: whoever may not open it cannot connect. */
export interface UnixSocket {
  readonly path: string;
}

/** What a {@link Front} is made of. */
export interface FrontOptions {
  readonly listenOn: HostPort | UnixSocket;
  /** Plain text unless given. */
  readonly tls?: ServerTls;
  /** What those are told who speak HTTP/1: one sentence. */
  readonly http1Answer: string;
  /** Takes over a connection that speaks HTTP/2; nothing of it was read that is not still there to be read. */
  readonly take: (socket: net.Socket) => void;
  readonly log: Log;
}

/** The socket that a door listens on. */
export interface Front {
  /** The port that was bound; 0 where it has none. */
  readonly port: number;
  /** Shows another certificate to those who connect from now on; nothing in the clear has one. */
  renew(tls: ServerTls): void;
  /** Takes no more connections and ends those that nobody took over; resolves when the ones taken over have ended, too. */
  stop(): Promise<void>;
}

/** How long a connection may be silent before it says what it speaks, and how long its handshake may take. */
const SILENCE_MS = 60_000;

/** So many bytes tell HTTP/2, which begins with `PRI`, from HTTP/1. */
const TELLING_BYTES = 3;

/**
 * Listens, and looks at the first bytes of each connection only: HTTP/2 is handed on with its socket, HTTP/1 is told
 * that it is at the wrong door. What is neither goes to HTTP/2, which ends it.
 * @throws {Error} with a `code` such as `EADDRINUSE` when the address cannot be bound
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  const waiting = new Set<net.Socket>();
  const stopping = new AbortController();
  const meet = (socket: net.Socket) => welcome(socket, { ...options, waiting, stopping: stopping.signal });
  const server = options.tls ? tls.createServer(tlsOptions(options.tls), meet) : net.createServer(meet);
  const shaking = server instanceof tls.Server ? handshakes(server, options.log) : undefined;
  const port = await bind(server, options.listenOn);
  return {
    port,
    renew: (files) => {
      if (server instanceof tls.Server) server.setSecureContext(tlsOptions(files));
    },
    stop: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        for (const socket of [...waiting, ...shaking?.values() ?? []]) socket.destroy();
      }),
  };
}

/** The connections whose TLS handshake is under way, by the peer's address. */
function handshakes(server: tls.Server, log: Log): ReadonlyMap<string, net.Socket> {
  const shaking = new Map<string, net.Socket>();
  const peer = ({ remoteAddress, remotePort }: net.Socket) => `${remoteAddress}:${remotePort}`;
  server.on("connection", (socket: net.Socket) => {
    const name = peer(socket);
    shaking.set(name, socket);
    socket.once("close", () => shaking.get(name) === socket && shaking.delete(name));
  });
  server.on("secureConnection", (socket: tls.TLSSocket) => shaking.delete(peer(socket)));
  // A handshake that fails is the peer's trouble, and it is told so by TLS itself; one that takes too long is just ended.
  server.on("tlsClientError", (error: Error, socket: tls.TLSSocket) => {
    log.debug(`A TLS handshake failed: ${error.message}`);
    socket.destroy();
  });
  return shaking;
}

function bind(server: net.Server, listenOn: HostPort | UnixSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...listenOn }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
}

/** Client certificates are never asked for. */
function tlsOptions(files: ServerTls): tls.TlsOptions {
  return {
    cert: asBuffer(files.certificateChain),
    key: asBuffer(files.privateKey),
    ca: asBuffer(files.rootCertificates),
    ALPNProtocols: ["h2", "http/1.1"],
    minVersion: "TLSv1.2",
    handshakeTimeout: SILENCE_MS,
  };
}

type Host = FrontOptions & { readonly waiting: Set<net.Socket>; readonly stopping: AbortSignal };

function welcome(socket: net.Socket, host: Host): void {
  const { waiting, take, log, stopping } = host;
  // An error without a listener would end the process; what breaks a connection ends in its closing.
  socket.on("error", (error) => log.debug(`A connection broke: ${error.message}`));
  // Who was on the way in when the door closed would hold up its stop: nobody else ends this connection.
  if (stopping.aborted) return void socket.destroy();
  if (socket instanceof tls.TLSSocket && socket.alpnProtocol === "h2") return take(socket);
  waiting.add(socket);
  socket.once("close", () => waiting.delete(socket));
  const giveUp = () => socket.destroy();
  socket.setTimeout(SILENCE_MS, giveUp);
  firstBytes(socket, (bytes) => {
    if (looksLikeHttp1(bytes)) {
      log.debug(`${socket.remoteAddress} speaks HTTP/1 and was told that this port does not`);
      return answerHttp1(socket, { request: bytes, sentence: host.http1Answer });
    }
    // Without the agreement on h2 that gRPC asks for, TLS carries HTTP/1 or nothing.
    if (socket instanceof tls.TLSSocket) return socket.destroy();
    waiting.delete(socket);
    socket.setTimeout(0).off("timeout", giveUp);
    socket.unshift(bytes);
    take(socket);
  });
}

/** Reads as much as tells HTTP/2 from the rest, and pauses the socket. */
function firstBytes(socket: net.Socket, use: (bytes: Buffer) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const look = (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    if (bytes.length < TELLING_BYTES) return;
    socket.off("data", look);
    socket.pause();
    use(bytes);
  };
  socket.on("data", look);
}
