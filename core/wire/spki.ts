import { Buffer } from "node:buffer";
import { type Curve, CURVES, type EcPublicKey, isUncompressedPoint } from "./ec_key.ts";

/** What stands before the point in a DER SubjectPublicKeyInfo: the lengths and the names of algorithm and curve. */
const HEADS: Readonly<Record<Curve, Buffer>> = {
  "P-256": Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"),
  "P-384": Buffer.from("3076301006072a8648ce3d020106052b81040022036200", "hex"),
  "P-521": Buffer.from("30819b301006072a8648ce3d020106052b8104002303818600", "hex"),
};

const COLUMNS = 64;

/**
 * The form in which Flower sends, stores and compares public keys: PEM SubjectPublicKeyInfo with 64 columns,
 * LF and a final newline. Two keys are the same when these bytes are.
 */
export function encodeSpkiPem(key: EcPublicKey): Uint8Array {
  const base64 = Buffer.concat([HEADS[key.curve], key.point]).toString("base64");
  const lines = base64.match(new RegExp(`.{1,${COLUMNS}}`, "g"))!;
  return Buffer.from(`-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`);
}

/**
 * The key in a PEM SubjectPublicKeyInfo; `undefined` when it is none, is on another curve or is not
 * uncompressed. Other line ends, columns and surroundings than {@link encodeSpkiPem} writes are understood.
 */
export function decodeSpkiPem(pem: Uint8Array): EcPublicKey | undefined {
  const text = Buffer.from(pem).toString("latin1");
  const body = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const der = Buffer.from(body, "base64");
  const curve = CURVES.find((name) => der.subarray(0, HEADS[name].length).equals(HEADS[name]));
  if (!curve) return undefined;
  const point = Uint8Array.from(der.subarray(HEADS[curve].length));
  return isUncompressedPoint(point, curve) ? { curve, point } : undefined;
}
