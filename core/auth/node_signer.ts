import type { Clock } from "../io/ports.ts";
import type { Credential } from "../rpc/client.ts";
import { Metadata } from "../rpc/metadata.ts";
import { derSignature } from "../wire/ecdsa_signature.ts";
import { pythonTimestamp } from "../wire/timestamp.ts";
import type { NodeKey } from "./keys.ts";
import { NODE_HEADERS } from "./node_headers.ts";

/** Vouches for a SuperNode's calls: each try carries the time and a signature of it. */
export function nodeSigner(key: NodeKey, options: { clock: Clock }): Credential {
  return async () => {
    const timestamp = pythonTimestamp(options.clock.now());
    const signed = new TextEncoder().encode(timestamp);
    const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, signed);
    return new Metadata([
      [NODE_HEADERS.publicKey, key.publicKey],
      [NODE_HEADERS.timestamp, timestamp],
      [NODE_HEADERS.signature, derSignature(new Uint8Array(raw))],
    ]);
  };
}
