/**
 * Shamir's way to share a secret so that some of the shares, and no fewer, bring it back. Numbers are those of the
 * field with 2^128 elements, modulo x^128 + x^7 + x^2 + x + 1, the highest bit first.
 *
 * @module
 */
import type { RandomBytes } from "../../../model/numeric/noise.ts";

/** Bytes of one number of the field. */
export const ELEMENT_BYTES = 16;
/** Bytes before a share's numbers that say which share it is. */
export const INDEX_BYTES = 4;

const DEGREE = 128n;
const REDUCTION = (1n << DEGREE) | 0x87n;

/** How a secret is shared. */
export interface Sharing {
  /** How many shares there are. */
  readonly count: number;
  /** How many of them are needed. */
  readonly threshold: number;
  readonly random: RandomBytes;
}

/** The shares of a secret, the first with index 1. Each is as long as the secret, filled up, and 4 bytes more. */
export function shareSecret(secret: Uint8Array, { count, threshold, random }: Sharing): Uint8Array[] {
  const chunks = chunksOf(filledUp(secret));
  const shares = Array.from({ length: count }, (_, place) => {
    const share = new Uint8Array(INDEX_BYTES + chunks.length * ELEMENT_BYTES);
    new DataView(share.buffer).setUint32(0, place + 1, true);
    return share;
  });
  chunks.forEach((chunk, place) => {
    const drawn = chunksOf(random((threshold - 1) * ELEMENT_BYTES));
    const coefficients = [...drawn, chunk];
    shares.forEach((share, index) => {
      share.set(bytesOf(polynomialAt(BigInt(index + 1), coefficients)), INDEX_BYTES + place * ELEMENT_BYTES);
    });
  });
  return shares;
}

/** The product of two numbers of the field. */
export function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let shifted = a, rest = b; rest > 0n; rest >>= 1n) {
    if (rest & 1n) product ^= shifted;
    shifted <<= 1n;
    if (shifted >> DEGREE) shifted ^= REDUCTION;
  }
  return product;
}

/** The numbers that bytes stand for, 16 of them each. */
export function chunksOf(bytes: Uint8Array): bigint[] {
  const chunks: bigint[] = [];
  for (let at = 0; at < bytes.length; at += ELEMENT_BYTES) {
    chunks.push(BigInt(`0x${bytes.subarray(at, at + ELEMENT_BYTES).toHex()}`));
  }
  return chunks;
}

/** The bytes that stand for a number. */
export function bytesOf(element: bigint): Uint8Array {
  return Uint8Array.fromHex(element.toString(16).padStart(2 * ELEMENT_BYTES, "0"));
}

/** @param coefficients of the highest power first; the last is the secret */
function polynomialAt(x: bigint, coefficients: readonly bigint[]): bigint {
  return coefficients.reduce((sum, coefficient) => multiply(sum, x) ^ coefficient, 0n);
}

/** Filled up to whole numbers as PKCS #7 has it: with bytes that say how many they are. */
function filledUp(secret: Uint8Array): Uint8Array {
  const missing = ELEMENT_BYTES - secret.length % ELEMENT_BYTES;
  const filled = new Uint8Array(secret.length + missing).fill(missing);
  filled.set(secret);
  return filled;
}
