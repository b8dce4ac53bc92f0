import type * as grpc from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { streamUnderClient } from "./http2_stream.ts";
import { asBuffer } from "./metadata.ts";
import { writePaced } from "./paced_write.ts";
import { SMALL_MESSAGE_BYTES } from "./request_gate.ts";

/** The part of a large message that grpc-js sends. Framed it is more than grpc-js would keep to send it again. */
const HEAD_BYTES = SMALL_MESSAGE_BYTES;

type Call = grpc.ClientDuplexStream<Buffer, Buffer>;

/**
 * Begins to send a large request, over a call that has not begun. grpc-js sends its head, under a prefix that announces
 * all of it, and what follows goes straight into the stream: grpc-js would copy the whole, and hand it to the runtime
 * in one go, which copies it again.
 * @returns the call
 */
export function sendLarge(request: Uint8Array, call: Call): Call {
  // It calls back when there is a stream, because the head is not kept.
  call.write(headOf(request), () => sendRest(request, call).catch((error) => call.destroy(error)));
  return call;
}

function headOf(request: Uint8Array): Buffer {
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

async function sendRest(request: Uint8Array, call: Call): Promise<void> {
  const stream = streamUnderClient(call);
  if (!stream) return;
  await writePaced(stream, request.subarray(HEAD_BYTES));
  call.end();
}
