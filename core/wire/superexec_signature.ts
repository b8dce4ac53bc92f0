import { createHash, createHmac } from "node:crypto";

/** What a SuperExec vouches for with one call. */
export interface SuperExecClaim {
  /** The method's full path. */
  readonly method: string;
  /** Unix seconds, as the header says them. */
  readonly timestamp: string;
  /** Chosen afresh for each call. */
  readonly nonce: string;
  /** {@link bodyHash} of the request. */
  readonly bodySha256: string;
}

/** The key that calls are signed with, made of the content of the secret's file exactly as it is. */
export function superexecKey(secret: Uint8Array): Uint8Array {
  return createHmac("sha256", secret).update("superexec-auth-v1").digest();
}

/** Lower-case hex SHA-256 of a request. None of the signed requests holds a map, so its bytes have one form only. */
export function bodyHash(request: Uint8Array): string {
  return createHash("sha256").update(request).digest("hex");
}

/** The text that is signed. */
export function superexecText(claim: SuperExecClaim): string {
  return `method=${claim.method}\nts=${claim.timestamp}\nnonce=${claim.nonce}\nbody_sha256=${claim.bodySha256}`;
}

/** Lower-case hex HMAC-SHA256 of the claim. */
export function superexecSignature(key: Uint8Array, claim: SuperExecClaim): string {
  return createHmac("sha256", key).update(superexecText(claim)).digest("hex");
}
