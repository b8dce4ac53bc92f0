import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { vectors } from "../../proto/vectors.ts";
import { CURVES, FIELD_BYTES } from "./ec_key.ts";
import { parseOpensshPublicKey } from "./openssh_key.ts";
import { decodeSpkiPem, encodeSpkiPem } from "./spki.ts";

interface AuthVectors {
  signature_1_32_1: { keys: Record<string, { curve: string; openssh_public: string; spki_pem: string }> };
}
const { keys } = (await vectors<AuthVectors>("auth.json")).signature_1_32_1;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (pem: Uint8Array) => new TextDecoder().decode(pem);

for (const [name, key] of Object.entries(keys)) {
  Deno.test(`spki: ${name} is written exactly as the reference writes it, and read back`, () => {
    const decoded = parseOpensshPublicKey(key.openssh_public);
    assertEquals(text(encodeSpkiPem(decoded)), key.spki_pem);
    assertEquals(decodeSpkiPem(bytes(key.spki_pem)), decoded);
  });

  Deno.test(`spki: ${name} is understood with other line ends and surroundings`, () => {
    const expected = decodeSpkiPem(bytes(key.spki_pem));
    const forms = [
      key.spki_pem.trimEnd(),
      key.spki_pem.replaceAll("\n", "\r\n"),
      `text\n${key.spki_pem}more\n`,
    ];
    for (const form of forms) assertEquals(decodeSpkiPem(bytes(form)), expected);
  });
}

Deno.test("spki: any point of any curve survives both ways", () => {
  const anyKey = fc.constantFrom(...CURVES).chain((curve) => {
    const length = 2 * FIELD_BYTES[curve];
    return fc.uint8Array({ minLength: length, maxLength: length })
      .map((xy) => ({ curve, point: Uint8Array.of(4, ...xy) }));
  });
  fc.assert(fc.property(anyKey, (key) => {
    const pem = encodeSpkiPem(key);
    assertEquals(decodeSpkiPem(pem), key);
    assertEquals(text(pem).split("\n").every((line) => line.length <= 64), true);
    assertEquals(pem.at(-1), 10);
  }));
});

const pem = keys.client_p256.spki_pem;
const body = pem.split("\n").slice(1, -2).join("");
const wrap = (der: Uint8Array) =>
  `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...der))}\n-----END PUBLIC KEY-----\n`;
const der = Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
const REFUSED: Record<string, string> = {
  "nothing": "",
  "DER": String.fromCharCode(...der),
  "another label": pem.replaceAll("PUBLIC", "PRIVATE"),
  "no end": pem.slice(0, -10),
  "no BASE64": pem.replace(body[0], "*"),
  "a byte too few": wrap(der.slice(0, -1)),
  "a byte too many": wrap(Uint8Array.of(...der, 0)),
  "a compressed point": wrap(der.with(26, 2)),
  "a curve nobody uses": wrap(der.with(22, 99)),
};

for (const [name, refused] of Object.entries(REFUSED)) {
  Deno.test(`spki: ${name} is no key`, () => {
    assertEquals(decodeSpkiPem(Uint8Array.from(refused, (char) => char.charCodeAt(0))), undefined);
  });
}
