import { type Curve, FIELD_BYTES } from "./ec_key.ts";

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * A DER signature as two numbers of fixed width, which is what WebCrypto wants; `undefined` when it is not
 * exactly the DER form of two non-negative numbers that fit the curve's field.
 */
export function rawSignature(der: Uint8Array, curve: Curve): Uint8Array | undefined {
  const width = FIELD_BYTES[curve];
  const sequence = element(der, SEQUENCE);
  const r = sequence && sequence.rest.length === 0 ? element(sequence.body, INTEGER) : undefined;
  const s = r && element(r.rest, INTEGER);
  if (!r || !s || s.rest.length !== 0) return undefined;
  const halves = [magnitude(r.body, width), magnitude(s.body, width)];
  if (!halves[0] || !halves[1]) return undefined;
  const raw = new Uint8Array(2 * width);
  halves.forEach((half, index) => raw.set(half!, (index + 1) * width - half!.length));
  return raw;
}

/** A signature of two numbers of the same width in DER, which is what Flower sends. */
export function derSignature(raw: Uint8Array): Uint8Array {
  const width = raw.length / 2;
  const integers = [raw.subarray(0, width), raw.subarray(width)].map((half) => {
    const start = half.findIndex((byte) => byte !== 0);
    const digits = start < 0 ? [0] : [...half.subarray(start)];
    return encoded(INTEGER, digits[0] & 0x80 ? [0, ...digits] : digits);
  });
  return Uint8Array.from(encoded(SEQUENCE, integers.flat()));
}

/** The first element of `bytes` and what follows it, if it has this tag and its length is written minimally. */
function element(bytes: Uint8Array, tag: number): { body: Uint8Array; rest: Uint8Array } | undefined {
  if (bytes.length < 2 || bytes[0] !== tag) return undefined;
  const long = bytes[1] === 0x81;
  const start = long ? 3 : 2;
  const length = bytes[start - 1];
  // No signature on these curves is longer than one length byte can say.
  if ((long && !(length >= 0x80)) || (!long && bytes[1] >= 0x80) || bytes.length < start + length) {
    return undefined;
  }
  return { body: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

/** The digits of a non-negative INTEGER without its sign byte, at most `width` of them. */
function magnitude(body: Uint8Array, width: number): Uint8Array | undefined {
  if (body.length === 0 || body[0] & 0x80) return undefined;
  const padded = body.length > 1 && body[0] === 0;
  if (padded && !(body[1] & 0x80)) return undefined;
  const digits = padded ? body.subarray(1) : body;
  return digits.length <= width ? digits : undefined;
}

function encoded(tag: number, body: number[]): number[] {
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  return [tag, ...length, ...body];
}
