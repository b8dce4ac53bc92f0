/** The curves that node keys may be on. */
export type Curve = "P-256" | "P-384" | "P-521";

/** Every curve, smallest first. */
export const CURVES: readonly Curve[] = ["P-256", "P-384", "P-521"];

/** Bytes of one coordinate, of a private number, and of one half of a raw signature. */
export const FIELD_BYTES: Readonly<Record<Curve, number>> = { "P-256": 32, "P-384": 48, "P-521": 66 };

/** The half of a key pair that everybody may see. */
export interface EcPublicKey {
  readonly curve: Curve;
  /** The uncompressed point: 4, x, y. */
  readonly point: Uint8Array;
}

/** A whole key pair. */
export interface EcPrivateKey extends EcPublicKey {
  /** The secret number, big-endian, exactly as many bytes as the field has. */
  readonly scalar: Uint8Array;
}

/** Whether `point` has the shape of an uncompressed point of this curve; whether it lies on it is not checked. */
export function isUncompressedPoint(point: Uint8Array, curve: Curve): boolean {
  return point.length === 1 + 2 * FIELD_BYTES[curve] && point[0] === 4;
}
