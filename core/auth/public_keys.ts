import { Buffer } from "node:buffer";
import { rawSignature } from "../wire/ecdsa_signature.ts";
import type { Curve } from "../wire/ec_key.ts";
import { decodeSpkiPem } from "../wire/spki.ts";
import { Turns } from "./turns.ts";

/** Keys kept ready; about what a large federation has. */
const DEFAULT_CAPACITY = 10_000;

/** No key that Flower writes is longer; strangers could fill the memory with text around a key. Bytes. */
const LONGEST_KEPT = 512;

/** Signatures that are checked at the same time: more than that the rest of a call cannot follow. */
const AT_ONCE = 4;

interface Verifier {
  readonly curve: Curve;
  readonly key: CryptoKey;
  /** What it last found good: a node may show one signature in several calls of the same moment. */
  lastGood?: Signed;
}

/** Bytes and what shall vouch for them. */
interface Signed {
  readonly data: Uint8Array<ArrayBuffer>;
  /** DER. */
  readonly signature: Uint8Array;
}

/** Checks signatures of nodes. Keys once read stay ready, the most recently used ones of them. */
export class PublicKeys {
  readonly #ready = new Map<string, Verifier>();
  readonly #turns = new Turns(AT_ONCE);
  readonly #capacity: number;

  constructor(options: { capacity?: number } = {}) {
    this.#capacity = options.capacity ?? DEFAULT_CAPACITY;
  }

  /** How many keys are ready. */
  get size(): number {
    return this.#ready.size;
  }

  /**
   * Whether `signature` (DER, ECDSA with SHA-256 on every curve) was made over `data` with the key in `pem`.
   * False too when there is no usable key in `pem`.
   */
  async verify(pem: Uint8Array, signed: Signed): Promise<boolean> {
    try {
      const verifier = await this.#verifier(pem);
      if (verifier.lastGood && same(verifier.lastGood, signed)) return true;
      const raw = rawSignature(signed.signature, verifier.curve);
      if (!raw) return false;
      const algorithm = { name: "ECDSA", hash: "SHA-256" };
      const good = await this.#turns.take(() =>
        crypto.subtle.verify(algorithm, verifier.key, Uint8Array.from(raw), signed.data)
      );
      // A copy, since the signature may be a view into a whole request.
      if (good) verifier.lastGood = { data: signed.data, signature: Uint8Array.from(signed.signature) };
      return good;
    } catch {
      // WebCrypto throws for a point that is not on its curve.
      return false;
    }
  }

  async #verifier(pem: Uint8Array): Promise<Verifier> {
    const name = Buffer.from(pem).toString("latin1");
    const verifier = this.#ready.get(name) ?? await importVerifier(pem);
    if (pem.length > LONGEST_KEPT) return verifier;
    this.#ready.delete(name);
    this.#ready.set(name, verifier);
    if (this.#ready.size > this.#capacity) this.#ready.delete(this.#ready.keys().next().value!);
    return verifier;
  }
}

function same(a: Signed, b: Signed): boolean {
  return Buffer.from(a.data).equals(b.data) && Buffer.from(a.signature).equals(b.signature);
}

async function importVerifier(pem: Uint8Array): Promise<Verifier> {
  const decoded = decodeSpkiPem(pem);
  if (!decoded) throw new TypeError("Cannot read the public key as it must be a PEM key on a NIST curve");
  const algorithm = { name: "ECDSA", namedCurve: decoded.curve };
  const point = Uint8Array.from(decoded.point);
  const key = await crypto.subtle.importKey("raw", point, algorithm, false, ["verify"]);
  return { curve: decoded.curve, key };
}

/** Whether a node may have this key: PEM SubjectPublicKeyInfo of a point on P-256, P-384 or P-521. */
export async function isNodeKey(pem: Uint8Array): Promise<boolean> {
  try {
    const { key } = await importVerifier(pem);
    const { namedCurve } = key.algorithm as EcKeyAlgorithm;
    const halves = { "P-256": 64, "P-384": 96, "P-521": 132 }[namedCurve as Curve];
    // Import does not look whether the point is on the curve; verifying throws when it is not.
    const never = new Uint8Array(halves).fill(1);
    await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, never, new Uint8Array());
    return true;
  } catch {
    return false;
  }
}
