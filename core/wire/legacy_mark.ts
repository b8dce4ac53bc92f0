import { Buffer } from "node:buffer";

/**
 * What a SuperNode of ours adds to each request in the way of Flower 1.14.0: field 1000, a text. To 1.14.0 it is a field
 * that it does not know, so that the MAC covers it; a SuperLink of ours reads that the node would rather use its own.
 */
const MARK = Buffer.from([0xc2, 0x3e, 15, ...Buffer.from("corolla can mac")]);

/** The request with the mark behind it. */
export function marked(request: Uint8Array): Uint8Array {
  return Buffer.concat([request, MARK]);
}

/** Whether a request has the mark. */
export function isMarked(request: Uint8Array): boolean {
  return request.length >= MARK.length && MARK.equals(request.subarray(request.length - MARK.length));
}
