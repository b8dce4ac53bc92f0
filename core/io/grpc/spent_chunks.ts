import { Buffer } from "node:buffer";
import type { ClientHttp2Stream } from "node:http2";
import { largeTraffic } from "../ballast.ts";
import { discard } from "../../rpc/discard.ts";
import { SMALL_MESSAGE_BYTES } from "./request_gate.ts";

const PREFIX_BYTES = 5;

/**
 * Gives back what the first message of a reply arrived in, as soon as grpc-js has joined it, if it is a large one:
 * until the collector comes by, a model would take twice its size. Nothing is done once something was read.
 */
export function discardSpentChunks(stream: ClientHttp2Stream): void {
  if (stream.readableDidRead) return;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  const chunks: Buffer[] = [];
  let receivedBytes = 0;

  const take = (chunk: Buffer) => {
    if (receivedBytes < PREFIX_BYTES) chunk.copy(prefix, receivedBytes);
    receivedBytes += chunk.length;
    chunks.push(chunk);
    if (receivedBytes < PREFIX_BYTES) return;
    const lengthBytes = prefix.readUInt32BE(1);
    const spareBytes = receivedBytes - PREFIX_BYTES - lengthBytes;
    const isLarge = lengthBytes > SMALL_MESSAGE_BYTES;
    if (isLarge) largeTraffic();
    if (isLarge && spareBytes < 0) return;
    stream.off("data", take);
    if (!isLarge) return;
    // The next message begins in this one.
    if (spareBytes > 0) chunks.pop();
    // grpc-js joins them in this turn.
    queueMicrotask(() => chunks.forEach((spent) => discard(spent)));
  };
  stream.prependListener("data", take);
}
