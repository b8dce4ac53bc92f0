import type { Http2Session, Http2Stream } from "node:http2";
import { keptByStreams } from "../collector.ts";
import { largeTraffic } from "../ballast.ts";
import { asBuffer } from "./metadata.ts";

/** How much of a message is handed to the runtime at a time: it keeps a copy of that until it is sent. */
const SLICE_BYTES = 256 * 1024;

/** The next slice waits while the socket holds more than this. */
const SOCKET_BACKLOG_BYTES = 64 * 1024;

/**
 * Writes a large part of a message, or all of it. Resolves when most of it is sent, or when the stream is gone.
 *
 * The runtime takes whatever is written to a stream, copies it and says at once that it is written; what the peer's
 * window allows then lies in the socket's queue. So a message is written in slices, each after the socket has sent
 * what it had: a message in flight costs its own bytes and little more. What the window does not allow waits in the
 * stream, and there slices would take twice the room of a whole.
 */
export async function writePaced(
  stream: Http2Stream & NodeJS.WritableStream,
  bytes: Uint8Array,
): Promise<void> {
  largeTraffic();
  const windowBytes = stream.session?.remoteSettings?.initialWindowSize ?? 0;
  const sliceBytes = bytes.length <= windowBytes ? SLICE_BYTES : bytes.length;
  for (let at = 0; at < bytes.length && isOpen(stream); at += sliceBytes) {
    const slice = asBuffer(bytes.subarray(at, at + sliceBytes));
    await soon(stream, (done) => stream.write(slice, done));
    while (backlogBytes(stream) > SOCKET_BACKLOG_BYTES) {
      await drained(stream.session!);
    }
  }
  keptByStreams(sliceBytes);
}

const draining = new WeakMap<Http2Session, Promise<void>>();

/** Resolves when the socket has sent what it had, or is gone; all who wait for it share one listener. */
function drained(session: Http2Session): Promise<void> {
  const known = draining.get(session);
  if (known) return known;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    draining.delete(session);
    session.off("close", done);
    resolve();
  };
  session.socket.once("drain", done);
  session.once("close", done);
  draining.set(session, promise);
  return promise;
}

/** Resolves with the action, or when the stream is gone: then it may never call back. */
function soon(stream: Http2Stream, action: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("close", done);
      resolve();
    };
    stream.once("close", done);
    action(done);
  });
}

function backlogBytes(stream: Http2Stream): number {
  try {
    return isOpen(stream) ? stream.session?.socket.writableLength ?? 0 : 0;
  } catch {
    // The socket was taken from the session in this moment.
    return 0;
  }
}

function isOpen(stream: Http2Stream): boolean {
  return !stream.destroyed && !stream.closed;
}
