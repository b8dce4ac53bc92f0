import { Buffer } from "node:buffer";
import { FIELD_BYTES } from "../wire/ec_key.ts";
import { decodeSpkiPem } from "../wire/spki.ts";

/**
 * What ECDH makes of one side's private key and the other side's public key: the x coordinate, as long as the field.
 * @param privateKey for `deriveBits`
 * @param publicKey PEM SubjectPublicKeyInfo on the same curve
 * @throws {TypeError} when the public key is none, or is on another curve
 */
export async function sharedSecret(privateKey: CryptoKey, publicKey: Uint8Array): Promise<Uint8Array> {
  const decoded = decodeSpkiPem(publicKey);
  const { namedCurve } = privateKey.algorithm as EcKeyAlgorithm;
  if (!decoded || decoded.curve !== namedCurve) {
    throw new TypeError(`Cannot agree on a secret as both keys must be on ${namedCurve}`);
  }
  const algorithm = { name: "ECDH", namedCurve };
  const point = Uint8Array.from(decoded.point);
  try {
    const other = await crypto.subtle.importKey("raw", point, algorithm, false, []);
    const bits = 8 * FIELD_BYTES[decoded.curve];
    return new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: other }, privateKey, bits));
  } catch (cause) {
    throw new TypeError("Cannot agree on a secret as the other key must be a point of its curve", { cause });
  }
}

/** No key that Flower writes is longer; strangers could fill the memory with text around a key. Bytes. */
const LONGEST_KEPT = 512;

/** What one private key shares with others, kept ready for the most recently used of them. */
export class SharedSecrets {
  /** About what a large federation has. */
  static readonly CAPACITY = 10_000;
  readonly #ready = new Map<string, Promise<Uint8Array>>();

  /** @param derive what is to be kept instead of the secret itself */
  constructor(
    readonly privateKey: CryptoKey,
    readonly derive: (secret: Uint8Array) => Uint8Array | Promise<Uint8Array> = (secret) => secret,
  ) {}

  /** What is shared with the holder of this key. @throws {TypeError} as {@link sharedSecret} */
  with(publicKey: Uint8Array): Promise<Uint8Array> {
    const name = Buffer.from(publicKey).toString("latin1");
    const secret = this.#ready.get(name) ?? sharedSecret(this.privateKey, publicKey).then(this.derive);
    if (publicKey.length > LONGEST_KEPT) return secret;
    this.#ready.delete(name);
    this.#ready.set(name, secret);
    secret.catch(() => this.#ready.delete(name));
    if (this.#ready.size > SharedSecrets.CAPACITY) this.#ready.delete(this.#ready.keys().next().value!);
    return secret;
  }
}
