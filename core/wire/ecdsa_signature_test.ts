import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { derSignature, rawSignature } from "./ecdsa_signature.ts";
import { type Curve, CURVES, FIELD_BYTES } from "./ec_key.ts";

const rawOf = (curve: Curve) =>
  fc.uint8Array({ minLength: 2 * FIELD_BYTES[curve], maxLength: 2 * FIELD_BYTES[curve] });

for (const curve of CURVES) {
  Deno.test(`ecdsa signature: raw to DER and back, ${curve}`, () => {
    fc.assert(fc.property(rawOf(curve), (raw) => {
      assertEquals(rawSignature(derSignature(raw), curve), raw);
    }));
  });

  Deno.test(`ecdsa signature: what reads as DER is exactly what is written as DER, ${curve}`, () => {
    const mutated = fc.tuple(
      rawOf(curve),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom("set", "cut", "add"),
    );
    fc.assert(fc.property(mutated, ([raw, at, byte, how]) => {
      const der = derSignature(raw);
      const index = at % der.length;
      if (how === "set") der[index] = byte;
      const changed = how === "cut" ? der.slice(0, index) : how === "add" ? Uint8Array.of(...der, byte) : der;
      const read = rawSignature(changed, curve);
      if (read) assertEquals(derSignature(read), changed);
    }));
  });
}

Deno.test("ecdsa signature: the shortest halves", () => {
  const raw = new Uint8Array(64);
  raw[63] = 0x80;
  assertEquals(derSignature(raw), Uint8Array.of(0x30, 7, 2, 1, 0, 2, 2, 0, 0x80));
  assertEquals(rawSignature(derSignature(raw), "P-256"), raw);
});

Deno.test("ecdsa signature: a half that is too wide for the curve is refused", () => {
  const wide = derSignature(new Uint8Array(96).fill(0x7f));
  assertEquals(rawSignature(wide, "P-256"), undefined);
  assertEquals(rawSignature(wide, "P-384")?.length, 96);
});

const REFUSED: Record<string, number[]> = {
  "nothing": [],
  "an empty sequence": [0x30, 0],
  "one number only": [0x30, 3, 2, 1, 1],
  "a third number": [0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1],
  "a negative number": [0x30, 6, 2, 1, 0x80, 2, 1, 1],
  "a needless zero": [0x30, 7, 2, 2, 0, 1, 2, 1, 1],
  "an empty number": [0x30, 5, 2, 0, 2, 1, 1],
  "a length in long form that fits the short one": [0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],
  "an indefinite length": [0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0],
  "a length beyond the end": [0x30, 7, 2, 1, 1, 2, 1, 1],
  "a byte after the sequence": [0x30, 6, 2, 1, 1, 2, 1, 1, 0],
  "another tag": [0x31, 6, 2, 1, 1, 2, 1, 1],
  "a number of another kind": [0x30, 6, 3, 1, 1, 2, 1, 1],
};

for (const [name, bytes] of Object.entries(REFUSED)) {
  Deno.test(`ecdsa signature: ${name} is refused`, () => {
    assertEquals(rawSignature(Uint8Array.from(bytes), "P-256"), undefined);
  });
}
