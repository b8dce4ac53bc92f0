import http2, { type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from "node:http2";
import { RpcError } from "../../rpc/status.ts";
import { formatAddress, type HostPort } from "./address.ts";
import { type ClientTls, dial } from "./dial.ts";
import { Outlet } from "./outlet.ts";
import { sessionRelease } from "./session_handle.ts";

/** How long a peer may take to answer a connection. */
const CONNECT_TIMEOUT_MS = 20_000;

/** How much a peer may send ahead of being read: pulls of large objects stay fast over long distances. */
const WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * How often a silent peer is asked whether it is still there, and how long the answer may take. Official servers cut
 * clients that ask more often than every five minutes.
 */
const KEEPALIVE_MS = 310_000;
const KEEPALIVE_PATIENCE_MS = 20_000;

/** One HTTP/2 connection to a peer, up from the moment the peer has spoken HTTP/2. */
export class ClientConnection {
  /** For the requests of the calls on it. */
  readonly outlet: Outlet;
  readonly #session: ClientHttp2Session;
  readonly #keepalive: ReturnType<typeof setInterval>;
  /** Why the connection ended, or will: for the calls that were on it. */
  #failure = "the connection was closed";
  #usable = true;

  private constructor(session: ClientHttp2Session) {
    this.outlet = new Outlet(session);
    this.#session = session;
    this.#keepalive = setInterval(() => this.#ping(), KEEPALIVE_MS);
    session.on("error", (error) => this.#failure = error.message);
    session.on("goaway", () => {
      this.#usable = false;
      this.#failure = "the peer is going away";
    });
    const release = sessionRelease(session);
    session.on("close", () => {
      this.#usable = false;
      clearInterval(this.#keepalive);
      release();
    });
  }

  /** Connects. @throws {RpcError} UNAVAILABLE with the reason */
  static async open(
    peer: HostPort,
    options: { tls: ClientTls; signal: AbortSignal },
  ): Promise<ClientConnection> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(timeout(peer)), CONNECT_TIMEOUT_MS);
    const onAbort = () => late.abort(options.signal.reason);
    options.signal.addEventListener("abort", onAbort);
    if (options.signal.aborted) onAbort();
    try {
      const socket = await dial(peer, { tls: options.tls, signal: late.signal });
      const scheme = options.tls === "insecure" ? "http" : "https";
      const session = http2.connect(`${scheme}://${formatAddress(peer)}`, {
        createConnection: () => socket,
        settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
        maxSessionMemory: Number.MAX_SAFE_INTEGER,
      });
      await firstSettings(session, { peer, signal: late.signal });
      session.setLocalWindowSize(WINDOW_BYTES);
      return new ClientConnection(session);
    } finally {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Whether new calls may use it. */
  get usable(): boolean {
    return this.#usable && !this.#session.closed && !this.#session.destroyed;
  }

  /** Why calls on it failed; undefined while it is up. */
  get failure(): string | undefined {
    return this.#session.destroyed || this.#session.closed ? this.#failure : undefined;
  }

  /** Begins a call. @throws {Error} when the connection ended meanwhile */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    return this.#session.request(headers);
  }

  /** Ends the connection and the calls on it. */
  close(): void {
    this.#usable = false;
    clearInterval(this.#keepalive);
    this.#session.destroy();
  }

  #ping(): void {
    const late = setTimeout(() => {
      this.#failure = "the peer did not answer any more";
      this.#session.destroy();
    }, KEEPALIVE_PATIENCE_MS);
    try {
      this.#session.ping(() => clearTimeout(late));
    } catch {
      clearTimeout(late);
    }
  }
}

/** Resolves when the peer has shown that it speaks HTTP/2. */
function firstSettings(
  session: ClientHttp2Session,
  { peer, signal }: { peer: HostPort; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal.removeEventListener("abort", onAbort);
      for (const event of ["remoteSettings", "error", "close"]) session.removeAllListeners(event);
    };
    const fail = (error: RpcError) => {
      done();
      session.on("error", () => {});
      session.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal.reason);
    const address = formatAddress(peer);
    const silent = (why: string) =>
      fail(new RpcError("UNAVAILABLE", `Cannot speak gRPC with ${address}: ${why} (it may expect TLS)`));
    session.once("remoteSettings", () => {
      done();
      resolve();
    });
    session.once("error", (error: Error) => silent(error.message));
    session.once("close", () => silent("the peer closed the connection"));
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

function timeout(peer: HostPort): RpcError {
  const seconds = CONNECT_TIMEOUT_MS / 1000;
  return new RpcError(
    "UNAVAILABLE",
    `Cannot connect to ${formatAddress(peer)}: no answer within ${seconds} s`,
  );
}
