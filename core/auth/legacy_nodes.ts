import { timingSafeEqual } from "@std/crypto";
import type { UncheckedCall } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { fromUrlSafe, legacyMac, legacyMacKey, signedForms, toUrlSafe } from "../wire/legacy_token.ts";
import type { NodeKey } from "./keys.ts";
import { LEGACY_HEADERS } from "./legacy_headers.ts";
import { SharedSecrets } from "./shared_secret.ts";

/** What the MAC of a request shows: who called, and nothing of when. The bytes are those of 1.14.0. */
export class LegacyNodes {
  readonly #secrets: SharedSecrets;

  /** @param key of the SuperLink: the operator's, since nodes know it */
  constructor(readonly key: NodeKey) {
    this.#secrets = new SharedSecrets(key.agreementKey, legacyMacKey);
  }

  /** The header with which the SuperLink answers CreateNode: its public key. */
  get answer(): [name: string, value: string] {
    return [LEGACY_HEADERS.publicKey, toUrlSafe(this.key.publicKey)];
  }

  /** Whether a call is made in the way of 1.14.0; some methods are the same today. */
  isLegacy({ metadata }: UncheckedCall): boolean {
    return metadata.texts(LEGACY_HEADERS.publicKey).length > 0;
  }

  /** The key that the caller says it has: PEM SubjectPublicKeyInfo. @throws {RpcError} UNAUTHENTICATED */
  claimedKey({ metadata }: UncheckedCall): Uint8Array {
    const key = only(metadata.texts(LEGACY_HEADERS.publicKey));
    if (!key) throw accessDenied();
    return key;
  }

  /** Checks that the holder of the key has made this request. @throws {RpcError} UNAUTHENTICATED */
  async verify(call: UncheckedCall, publicKey: Uint8Array): Promise<void> {
    const token = only(call.metadata.texts(LEGACY_HEADERS.token));
    if (!token) throw accessDenied();
    const key = await this.#secrets.with(publicKey).catch(() => {
      throw accessDenied();
    });
    for (const form of formsOf(call)) {
      const expected = await legacyMac(key, form);
      if (token.length === expected.length && timingSafeEqual(expected, token)) return;
    }
    throw accessDenied();
  }
}

/** What an honest sender may have made the MAC over; the body was decoded, so it has a form. */
function* formsOf({ method, requestBytes }: UncheckedCall): Generator<Uint8Array> {
  try {
    yield* signedForms(method.name, requestBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

function only(values: string[]): Uint8Array | undefined {
  const bytes = values.length === 1 ? fromUrlSafe(values[0]) : undefined;
  return bytes?.length ? bytes : undefined;
}

/** The one refusal that 1.14.0 knows. */
export function accessDenied(): RpcError {
  return new RpcError("UNAUTHENTICATED", "Access denied");
}
