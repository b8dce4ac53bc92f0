/**
 * Keys of nodes, and what two nodes can compute of each other's: NIST P-384, its x coordinate through HKDF-SHA256, as
 * the text of a Fernet key.
 *
 * @module
 */
const CURVE = { name: "ECDH", namedCurve: "P-384" };
const SHARED_BITS = 384;
const KEY_BITS = 256;
const PEM_COLUMNS = 64;

/** A pair of keys, each as the bytes of its PEM text. */
export interface PemKeyPair {
  /** PKCS #8. */
  readonly privateKey: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** A fresh pair. */
export async function newKeyPair(): Promise<PemKeyPair> {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  return {
    privateKey: pemOf(await crypto.subtle.exportKey("pkcs8", pair.privateKey), "PRIVATE KEY"),
    publicKey: pemOf(await crypto.subtle.exportKey("spki", pair.publicKey), "PUBLIC KEY"),
  };
}

/**
 * The key that two nodes share: 32 bytes in base64url, as text.
 * @throws {TypeError} when one of the two is no key of the curve
 */
export async function sharedKey(privateKey: Uint8Array, publicKey: Uint8Array): Promise<Uint8Array> {
  const x = await coordinate(privateKey, publicKey);
  const material = await crypto.subtle.importKey("raw", x, "HKDF", false, ["deriveBits"]);
  const nothing = new Uint8Array();
  const derivation = { name: "HKDF", hash: "SHA-256", salt: nothing, info: nothing };
  const key = new Uint8Array(await crypto.subtle.deriveBits(derivation, material, KEY_BITS));
  return new TextEncoder().encode(key.toBase64({ alphabet: "base64url" }));
}

async function coordinate(privateKey: Uint8Array, publicKey: Uint8Array): Promise<ArrayBuffer> {
  try {
    const mine = await crypto.subtle.importKey("pkcs8", derOf(privateKey), CURVE, false, ["deriveBits"]);
    const theirs = await crypto.subtle.importKey("spki", derOf(publicKey), CURVE, false, []);
    return await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, SHARED_BITS);
  } catch (error) {
    throw new TypeError("Cannot agree on a key as both keys must be PEM texts of NIST P-384", {
      cause: error,
    });
  }
}

function pemOf(der: ArrayBuffer, label: string): Uint8Array {
  const base64 = new Uint8Array(der).toBase64();
  const lines = base64.match(new RegExp(`.{1,${PEM_COLUMNS}}`, "g"))!;
  return new TextEncoder().encode(`-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`);
}

function derOf(pem: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(new TextDecoder().decode(pem).replace(/-----[^-]+-----/g, ""));
}
