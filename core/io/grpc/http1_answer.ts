import { Buffer } from "node:buffer";
import type net from "node:net";

/** How much more of a request is read, and for how long, so that the answer is not lost in a reset. */
const PATIENCE_MS = 2_000;
const PATIENCE_BYTES = 1024 * 1024;

/** Whether these first bytes of a connection begin a request of HTTP/1: a method in capitals that is not HTTP/2's. */
export function looksLikeHttp1(bytes: Buffer): boolean {
  return /^(?!PRI)[A-Z]{3}/.test(bytes.toString("latin1", 0, 3));
}

/** Says what this port is for, to somebody who speaks HTTP/1, and closes the connection. Takes over the socket. */
export function answerHttp1(socket: net.Socket, about: { request: Buffer; sentence: string }): void {
  const head = about.request.toString("latin1");
  const isHead = head.startsWith("HEAD ");
  const { type, text } = /^content-type: *application\/protobuf/im.test(head)
    // Flower's own HTTP clients show this member of an error to their users.
    ? { type: "application/json", text: JSON.stringify({ detail: about.sentence }) + "\n" }
    : { type: "text/plain; charset=utf-8", text: about.sentence + "\n" };
  const body = Buffer.from(text);
  // Some clients show their users nothing but the status line.
  const reason = about.sentence.replaceAll(/[^\x20-\x7e]/g, "");
  socket.end(Buffer.concat([
    Buffer.from(
      `HTTP/1.1 505 ${reason}\r\n` +
        `content-type: ${type}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`,
    ),
    isHead ? Buffer.alloc(0) : body,
  ]));
  readOn(socket);
}

/** Bytes that nobody reads would make the system answer with a reset, and the peer might never see the text. */
function readOn(socket: net.Socket): void {
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > PATIENCE_BYTES) socket.destroy();
  });
  socket.resume();
  socket.setTimeout(0);
  const end = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.once("close", () => clearTimeout(end));
}
