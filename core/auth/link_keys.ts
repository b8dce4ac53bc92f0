import type { Curve } from "../wire/ec_key.ts";
import { epochOf } from "../wire/node_mac.ts";
import { encodeSpkiPem } from "../wire/spki.ts";
import { SharedSecrets } from "./shared_secret.ts";

/** A key of the SuperLink on one curve, made when it is first needed and gone with the process. */
export interface LinkKey {
  /** PEM SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Its name in headers. */
  readonly epoch: Uint8Array;
  /** What it shares with nodes. */
  readonly secrets: SharedSecrets;
}

/** The keys with which a SuperLink agrees on secrets with its nodes. */
export class LinkKeys {
  readonly #keys = new Map<Curve, Promise<LinkKey>>();

  /** The key on a curve. */
  on(curve: Curve): Promise<LinkKey> {
    const key = this.#keys.get(curve) ?? makeLinkKey(curve);
    this.#keys.set(curve, key);
    return key;
  }
}

async function makeLinkKey(curve: Curve): Promise<LinkKey> {
  const algorithm = { name: "ECDH", namedCurve: curve };
  const pair = await crypto.subtle.generateKey(algorithm, false, ["deriveBits"]) as CryptoKeyPair;
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const publicKey = encodeSpkiPem({ curve, point });
  return { publicKey, epoch: epochOf(publicKey), secrets: new SharedSecrets(pair.privateKey) };
}
