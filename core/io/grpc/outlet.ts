import { Buffer } from "node:buffer";
import type { Http2Session, Http2Stream } from "node:http2";
import { sentLarge } from "../collector.ts";
import { asBuffer } from "./headers.ts";
import { SMALL_MESSAGE_BYTES } from "./message_reader.ts";

/** How much of a message is handed to the runtime at a time: it keeps a copy of that until it is sent. */
const SLICE_BYTES = 256 * 1024;

/** The next slice waits while the socket holds more than this. */
const SOCKET_BACKLOG_BYTES = 64 * 1024;

/**
 * The way out of one HTTP/2 connection.
 *
 * The runtime takes whatever is written to a stream, copies it and says at once that it is written; what the peer's
 * window allows then lies in the socket's queue. So a message is written in slices, each after the socket has sent
 * what it had: a message in flight costs its own bytes and little more.
 */
export class Outlet {
  readonly #session: Http2Session;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(session: Http2Session) {
    this.#session = session;
    session.socket.on("drain", () => this.#wake());
    session.on("close", () => this.#wake());
  }

  /** Writes one message with its gRPC prefix. Resolves when most of it is sent, or when the stream is gone. */
  async write(stream: Http2Stream & NodeJS.WritableStream, message: Uint8Array): Promise<void> {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    if (message.length <= SMALL_MESSAGE_BYTES) return void stream.write(Buffer.concat([prefix, message]));
    stream.write(prefix);
    const whole = asBuffer(message);
    for (let at = 0; at < whole.length && isOpen(stream); at += SLICE_BYTES) {
      await written(stream, whole.subarray(at, at + SLICE_BYTES));
      await this.#room();
    }
    sentLarge(whole.length);
  }

  async #room(): Promise<void> {
    while (this.#backlogBytes() > SOCKET_BACKLOG_BYTES) {
      this.#drained ??= Promise.withResolvers<void>();
      await this.#drained.promise;
    }
  }

  #backlogBytes(): number {
    try {
      return this.#session.closed || this.#session.destroyed ? 0 : this.#session.socket.writableLength;
    } catch {
      // The socket was taken from the session in this moment.
      return 0;
    }
  }

  #wake(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}

function isOpen(stream: Http2Stream): boolean {
  return !stream.destroyed && !stream.closed;
}

function written(stream: Http2Stream & NodeJS.WritableStream, slice: Buffer): Promise<void> {
  return new Promise((resolve) => {
    // A stream that is destroyed may never call back.
    const done = () => {
      stream.off("close", done);
      resolve();
    };
    stream.once("close", done);
    stream.write(slice, done);
  });
}
