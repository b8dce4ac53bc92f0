import type * as grpc from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import type { ClientHttp2Stream } from "node:http2";
import { asBuffer } from "./metadata.ts";
import { writePaced } from "./paced_write.ts";
import { SMALL_MESSAGE_BYTES } from "./request_gate.ts";

/** The part of a large message that grpc-js sends. */
const HEAD_BYTES = SMALL_MESSAGE_BYTES;

/** A call of a client, in bytes both ways. */
export type ClientCall = grpc.ClientDuplexStream<Buffer, Buffer>;

/**
 * The part of a request that grpc-js takes as its message. For a large request that is only its head, under a prefix
 * that announces all of it: grpc-js would copy the whole, and hand it to the runtime in one go, which copies it again.
 */
export function headOf(request: Uint8Array): Buffer {
  if (request.length <= HEAD_BYTES) return asBuffer(request);
  const head = asBuffer(request.subarray(0, HEAD_BYTES));
  head.copy = (framed, at, ...range) => {
    if (at !== 5 || framed.length !== HEAD_BYTES + 5) {
      throw new Error("Cannot call with this version of grpc-js: it frames messages in another way");
    }
    (framed as Buffer).writeUInt32BE(request.length, 1);
    return Buffer.prototype.copy.call(head, framed, at, ...range);
  };
  return head;
}

/** Sends what {@link headOf} left and ends the request. */
export async function sendRest(
  request: Uint8Array,
  to: { call: ClientCall; stream: ClientHttp2Stream },
): Promise<void> {
  if (request.length > HEAD_BYTES) await writePaced(to.stream, request.subarray(HEAD_BYTES));
  to.call.end();
}
