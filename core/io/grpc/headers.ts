import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http2";
import { Metadata } from "../../rpc/metadata.ts";

/** What the transport itself writes: never shown to handlers, never taken from them. */
const RESERVED = new Set(["te", "date", "content-type", "connection", "host", "accept-encoding"]);

/** The metadata of a request, from its header names and values in turn as they came. */
export function metadataFromRaw(raw: readonly string[]): Metadata {
  const metadata = new Metadata();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at].toLowerCase();
    if (isReserved(name)) continue;
    if (!name.endsWith("-bin")) metadata.append(name, raw[at + 1]);
    // Proxies may join binary values with commas, which base64 does not have.
    else for (const part of raw[at + 1].split(",")) metadata.append(name, Buffer.from(part.trim(), "base64"));
  }
  return metadata;
}

/** The metadata of a reply. */
export function metadataFromHeaders(headers: IncomingHttpHeaders): Metadata {
  const raw = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, String(one)])
  );
  return metadataFromRaw(raw);
}

/** Metadata as HTTP/2 headers; a name with several values becomes a list. */
export function headersFromMetadata(metadata: Metadata): Record<string, string | string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of metadata) {
    if (isReserved(name)) continue;
    (headers[name] ??= []).push(typeof value === "string" ? value : base64(value));
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );
}

/** A `Buffer` over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function base64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("base64").replace(/=+$/, "");
}

function isReserved(name: string): boolean {
  return name.startsWith(":") || name.startsWith("grpc-") || RESERVED.has(name);
}
