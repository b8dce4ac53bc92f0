import { Buffer } from "node:buffer";
import { derSignature } from "../wire/ecdsa_signature.ts";
import { type Curve, type EcPrivateKey, FIELD_BYTES } from "../wire/ec_key.ts";
import { encodeSpkiPem } from "../wire/spki.ts";
import { PublicKeys } from "./public_keys.ts";

/** What a SuperNode proves itself with. */
export interface NodeKey {
  readonly curve: Curve;
  /** For signing only; it cannot be exported. */
  readonly privateKey: CryptoKey;
  /** The same for agreeing on a secret only (ECDH); it cannot be exported either. */
  readonly agreementKey: CryptoKey;
  /** PEM SubjectPublicKeyInfo in the form that is registered, sent and compared. */
  readonly publicKey: Uint8Array;
}

/** Makes a key pair. P-384 unless told, as Flower's own tools do. */
export async function generateKeyPair(curve: Curve = "P-384"): Promise<EcPrivateKey> {
  const algorithm = { name: "ECDSA", namedCurve: curve };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const digits = Buffer.from(d!, "base64url");
  const scalar = new Uint8Array(FIELD_BYTES[curve]);
  scalar.set(digits, scalar.length - digits.length);
  return { curve, point, scalar };
}

/** The key of a SuperNode that was given none: it lives as long as the process. */
export async function ephemeralNodeKey(): Promise<NodeKey> {
  return await nodeKeyOf(await generateKeyPair());
}

/** Makes a key pair ready for use. @throws {TypeError} when its halves do not belong together */
export async function nodeKeyOf(pair: EcPrivateKey): Promise<NodeKey> {
  const width = FIELD_BYTES[pair.curve];
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  const jwk = {
    kty: "EC",
    crv: pair.curve,
    x: base64(pair.point.subarray(1, 1 + width)),
    y: base64(pair.point.subarray(1 + width)),
    d: base64(pair.scalar),
  };
  const imported = (name: string, use: KeyUsage) =>
    crypto.subtle.importKey("jwk", jwk, { name, namedCurve: pair.curve }, false, [use]);
  const [privateKey, agreementKey] = [await imported("ECDSA", "sign"), await imported("ECDH", "deriveBits")];
  const key = { curve: pair.curve, privateKey, agreementKey, publicKey: encodeSpkiPem(pair) };
  if (!await signsForItself(key)) {
    throw new TypeError("Cannot use a key whose private and public half differ");
  }
  return key;
}

async function signsForItself(key: NodeKey): Promise<boolean> {
  const data = new Uint8Array([1]);
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, data);
  const signature = derSignature(new Uint8Array(raw));
  return await new PublicKeys().verify(key.publicKey, { data, signature });
}
