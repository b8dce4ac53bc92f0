import type { ServerHttp2Session } from "node:http2";
import type { Connection } from "../ports.ts";
import { formatAddress } from "./address.ts";
import { sessionRelease } from "./session_handle.ts";

/**
 * How much a peer may send ahead of being read, for each stream and for a connection. It bounds what paused uploads
 * hold in memory, and with the round trip time the speed of one upload: 256 KiB every 50 ms are 5 MiB/s.
 */
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 1024 * 1024;

const known = new WeakMap<ServerHttp2Session, Connection>();
let count = 0;

/** The connection that a session is: the same object for every call on it. */
export function connectionOf(session: ServerHttp2Session, options: { secure: boolean }): Connection {
  const old = known.get(session);
  if (old) return old;
  const { remoteAddress, remotePort } = session.socket;
  const closed = new AbortController();
  const release = sessionRelease(session);
  session.once("close", () => {
    closed.abort();
    release();
  });
  session.settings({ initialWindowSize: STREAM_WINDOW_BYTES });
  session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
  const connection = {
    id: `connection-${++count}`,
    peerAddress: formatAddress({ host: remoteAddress ?? "unknown", port: remotePort ?? 0 }),
    secure: options.secure,
    closed: closed.signal,
  };
  known.set(session, connection);
  return connection;
}
