import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { RpcError } from "../../rpc/status.ts";
import type { Connection } from "../ports.ts";
import { formatAddress } from "./address.ts";
import { Outlet } from "./outlet.ts";
import { sessionRelease } from "./session_handle.ts";
import { type DoorContext, ServerCall } from "./server_call.ts";

/** How often a silent connection is asked whether it is still there, and how long the answer may take. */
const KEEPALIVE_MS = 210_000;
const KEEPALIVE_PATIENCE_MS = 20_000;

let count = 0;

/** One HTTP/2 connection of a peer and the calls on it. */
export class ServerConnection implements Connection {
  readonly id = `connection-${++count}`;
  readonly peerAddress: string;
  readonly secure: boolean;
  readonly #session: ServerHttp2Session;
  readonly #door: DoorContext;
  readonly #outlet: Outlet;
  readonly #closed = new AbortController();
  readonly #calls = new Set<ServerCall>();
  readonly #keepalive: ReturnType<typeof setInterval>;
  #stopping: RpcError | undefined;

  constructor(session: ServerHttp2Session, options: { door: DoorContext; secure: boolean }) {
    const { remoteAddress, remotePort } = session.socket;
    this.peerAddress = formatAddress({ host: remoteAddress ?? "unknown", port: remotePort ?? 0 });
    this.secure = options.secure;
    this.#session = session;
    this.#door = options.door;
    this.#outlet = new Outlet(session);
    this.#keepalive = setInterval(() => this.#ping(), KEEPALIVE_MS);
    session.on(
      "error",
      (error) => this.#door.log.debug(`Connection of ${this.peerAddress} broke: ${error.message}`),
    );
    const release = sessionRelease(session);
    session.on("close", () => {
      this.#close();
      release();
    });
    session.on(
      "stream",
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) =>
        this.#begin(stream, headers, raw),
    );
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** How many calls are under way. */
  get calls(): number {
    return this.#calls.size;
  }

  /** Takes no more calls, ends the held ones with `reason`, and closes when the last has ended. */
  drain(reason: RpcError): void {
    this.#stopping = reason;
    for (const call of this.#calls) call.interrupt(reason);
    if (!this.#session.closed) this.#session.close();
  }

  /** Cuts the connection. */
  destroy(): void {
    if (!this.#session.destroyed) this.#session.destroy();
  }

  #begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]): void {
    const call = new ServerCall(stream, headers, {
      connection: this,
      door: this.#door,
      outlet: this.#outlet,
    });
    this.#calls.add(call);
    call.run(raw).finally(() => this.#calls.delete(call));
    if (this.#stopping) call.refuse(this.#stopping);
  }

  #ping(): void {
    const late = setTimeout(() => this.destroy(), KEEPALIVE_PATIENCE_MS);
    try {
      this.#session.ping(() => clearTimeout(late));
    } catch {
      clearTimeout(late);
      this.destroy();
    }
  }

  #close(): void {
    clearInterval(this.#keepalive);
    this.#closed.abort();
  }
}
