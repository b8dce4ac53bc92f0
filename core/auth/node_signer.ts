import type { Clock } from "../io/ports.ts";
import { Metadata } from "../rpc/metadata.ts";
import { derSignature } from "../wire/ecdsa_signature.ts";
import { pythonTimestamp } from "../wire/timestamp.ts";
import type { NodeKey } from "./keys.ts";
import { NODE_HEADERS } from "./node_headers.ts";

/**
 * How long one signature serves. It covers the time only and is good for minutes, so a fresh one for each of a
 * dozen calls in the same moment would show nothing more and cost both sides milliseconds each.
 */
const REUSE_MS = 1_000;

/** How a {@link nodeSigner} signs. */
export interface NodeSignerOptions {
  readonly clock: Clock;
  /** Says, within what is signed, that the node would rather use a MAC; see `pythonTimestamp`. */
  readonly marked?: boolean;
}

/** Vouches for a SuperNode's calls: each carries a time of the last second and a signature of it. */
export function nodeSigner(key: NodeKey, options: NodeSignerOptions): (call?: unknown) => Promise<Metadata> {
  let signedAtMs = -Infinity;
  let signed: Promise<Metadata> | undefined;
  return () => {
    const nowMs = options.clock.now();
    if (signed && nowMs >= signedAtMs && nowMs < signedAtMs + REUSE_MS) return signed;
    signedAtMs = nowMs;
    return signed = signedHeaders(key, pythonTimestamp(nowMs, options));
  };
}

/** The headers of a call that is signed at this time, in Python's form. */
export async function signedHeaders(key: NodeKey, timestamp: string): Promise<Metadata> {
  const data = new TextEncoder().encode(timestamp);
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, data);
  return new Metadata([
    [NODE_HEADERS.publicKey, key.publicKey],
    [NODE_HEADERS.timestamp, timestamp],
    [NODE_HEADERS.signature, derSignature(new Uint8Array(raw))],
  ]);
}
