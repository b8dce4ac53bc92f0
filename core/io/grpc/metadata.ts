import * as grpc from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { Metadata } from "../../rpc/metadata.ts";
import { RpcError } from "../../rpc/status.ts";

/** What the transport itself writes: never shown to anybody. */
const RESERVED = /^(grpc-|te$|date$|content-type$|accept-encoding$)/;

/** Metadata for grpc-js. @throws {RpcError} INTERNAL when a value cannot be a header */
export function toGrpc(metadata: Metadata | undefined): grpc.Metadata {
  const converted = new grpc.Metadata();
  for (const [name, value] of metadata ?? []) {
    if (RESERVED.test(name)) continue;
    try {
      converted.add(name, typeof value === "string" ? value : asBuffer(value));
    } catch (cause) {
      throw new RpcError("INTERNAL", `Cannot send header "${name}": it must be printable ASCII`, { cause });
    }
  }
  return converted;
}

/** Metadata from grpc-js. HTTP/2 of the runtime joins the values of a text header that came more than once. */
export function fromGrpc(metadata: grpc.Metadata): Metadata {
  const converted = new Metadata();
  for (const name of Object.keys(metadata.toJSON())) {
    if (RESERVED.test(name)) continue;
    for (const value of metadata.get(name)) converted.append(name, value);
  }
  return converted;
}

/** A `Buffer` over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
