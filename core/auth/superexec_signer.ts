import { Buffer } from "node:buffer";
import type { Clock, Random } from "../io/ports.ts";
import type { Credential } from "../rpc/client.ts";
import { Metadata } from "../rpc/metadata.ts";
import { bodyHash, superexecKey, superexecSignature } from "../wire/superexec_signature.ts";
import { rowOf } from "./method_table.ts";
import { SUPEREXEC_HEADERS } from "./superexec_headers.ts";

/** Bytes of a nonce; twice as many characters. */
const NONCE_BYTES = 16;

/**
 * Signs the calls that a SuperExec makes for itself; other methods get no headers.
 * @param secret the content of the secret's file exactly as it is, not empty
 */
export function superexecSigner(secret: Uint8Array, options: { clock: Clock; random: Random }): Credential {
  const key = superexecKey(secret);
  return ({ method, requestBytes }) => {
    if (rowOf(method.path)?.credential !== "superexec") return new Metadata();
    const claim = {
      method: method.path,
      timestamp: String(Math.floor(options.clock.now() / 1_000)),
      nonce: Buffer.from(options.random.bytes(NONCE_BYTES)).toString("hex"),
      bodySha256: bodyHash(requestBytes),
    };
    return new Metadata([
      [SUPEREXEC_HEADERS.timestamp, claim.timestamp],
      [SUPEREXEC_HEADERS.nonce, claim.nonce],
      [SUPEREXEC_HEADERS.bodySha256, claim.bodySha256],
      [SUPEREXEC_HEADERS.signature, superexecSignature(key, claim)],
    ]);
  };
}
