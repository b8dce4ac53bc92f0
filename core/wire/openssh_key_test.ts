import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey } from "node:crypto";
import fc from "fast-check";
import { vectorPath, vectors } from "../../proto/vectors.ts";
import { type Curve, CURVES, FIELD_BYTES } from "./ec_key.ts";
import {
  formatOpensshPrivateKey,
  formatOpensshPublicKey,
  parseOpensshPrivateKey,
  parseOpensshPublicKey,
} from "./openssh_key.ts";
import { KeyError, type KeyProblem } from "./key_error.ts";
import { encodeSpkiPem } from "./spki.ts";

interface KeyVector {
  curve: string;
  openssh_private: string;
  openssh_public: string;
  pkcs8_pem: string;
  spki_pem: string;
}
const auth = await vectors<{ signature_1_32_1: { keys: Record<string, KeyVector> } }>("auth.json");
const { keys } = auth.signature_1_32_1;
const keyFile = (name: string) => Deno.readTextFileSync(vectorPath(`keys/${name}`));

function problemOf(parse: () => unknown): { problem: KeyProblem; kind?: string } {
  const { problem, kind } = assertThrows(parse, KeyError);
  return { problem, kind };
}

for (const [name, vector] of Object.entries(keys)) {
  Deno.test(`openssh: ${name} holds the same key as its PKCS#8 and SPKI files`, () => {
    const key = parseOpensshPrivateKey(vector.openssh_private);
    const jwk = createPrivateKey(vector.pkcs8_pem).export({ format: "jwk" });
    assertEquals(Buffer.from(key.scalar), Buffer.from(jwk.d!, "base64url"));
    assertEquals(Buffer.from(encodeSpkiPem(key)).toString(), vector.spki_pem);
    const spki = createPublicKey(vector.pkcs8_pem).export({ format: "pem", type: "spki" });
    assertEquals(vector.spki_pem, spki);
  });

  Deno.test(`openssh: ${name}.pub is read and written`, () => {
    const { curve, point } = parseOpensshPrivateKey(vector.openssh_private);
    assertEquals(parseOpensshPublicKey(vector.openssh_public), { curve, point });
    const words = vector.openssh_public.trim().split(" ");
    assertEquals(formatOpensshPublicKey({ curve, point }), words.slice(0, 2).join(" "));
    assertEquals(formatOpensshPublicKey({ curve, point }, "c"), `${words.slice(0, 2).join(" ")} c`);
  });

  Deno.test(`openssh: ${name} is understood with CRLF and with text around it`, () => {
    const key = parseOpensshPrivateKey(vector.openssh_private);
    assertEquals(parseOpensshPrivateKey(vector.openssh_private.replaceAll("\n", "\r\n")), key);
    assertEquals(parseOpensshPrivateKey(`my key\n${vector.openssh_private}\n`), key);
  });
}

Deno.test("openssh: any private number survives both ways, short ones and those with a high first bit too", () => {
  const anyKey = fc.constantFrom(...CURVES).chain((curve: Curve) => {
    const width = FIELD_BYTES[curve];
    const leadingZeros = fc.integer({ min: 0, max: width });
    const filled = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    return fc.tuple(filled(width), leadingZeros, filled(2 * width), filled(4), fc.string()).map(
      ([digits, zeros, xy, check, comment]) => ({
        key: { curve, scalar: digits.fill(0, 0, zeros), point: Uint8Array.of(4, ...xy) },
        options: { check, comment },
      }),
    );
  });
  fc.assert(fc.property(anyKey, ({ key, options }) => {
    const text = formatOpensshPrivateKey(key, options);
    assertEquals(parseOpensshPrivateKey(text), key);
    assertEquals(text.split("\n").every((line) => line.length <= 70), true);
  }));
});

Deno.test("openssh: no changed byte changes the curve or the point unnoticed", () => {
  const key = parseOpensshPrivateKey(keys.client_p256.openssh_private);
  const text = formatOpensshPrivateKey(key, { check: new Uint8Array(4), comment: "c" });
  const body = Buffer.from(text.split("\n").slice(1, -2).join(""), "base64");
  const change = fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(fc.property(change, ([at, flip]) => {
    const changed = Buffer.from(body);
    changed[at] ^= flip;
    const parse = () =>
      parseOpensshPrivateKey(text.replace(/\n[^-]+\n/, `\n${changed.toString("base64")}\n`));
    let read;
    try {
      read = parse();
    } catch (error) {
      assertEquals(error instanceof KeyError, true);
      return;
    }
    assertEquals(read.curve, key.curve);
    assertEquals(read.point, key.point);
  }));
});

Deno.test("openssh: what is no usable private key says why", () => {
  const vector = keys.client_credentials_1;
  assertEquals(problemOf(() => parseOpensshPrivateKey(keyFile("client_encrypted"))).problem, "encrypted");
  assertEquals(problemOf(() => parseOpensshPrivateKey(keyFile("client_ed25519"))), {
    problem: "otherKind",
    kind: "ssh-ed25519",
  });
  assertEquals(problemOf(() => parseOpensshPrivateKey(vector.pkcs8_pem)).problem, "unknownFormat");
  assertEquals(problemOf(() => parseOpensshPrivateKey(vector.openssh_public)).problem, "unknownFormat");
  assertEquals(problemOf(() => parseOpensshPrivateKey("")).problem, "unknownFormat");
  const lines = vector.openssh_private.split("\n");
  const cut = [...lines.slice(0, 4), ...lines.slice(-2)].join("\n");
  assertEquals(problemOf(() => parseOpensshPrivateKey(cut)).problem, "damaged");
});

Deno.test("openssh: what is no usable public key says why", () => {
  const line = keys.client_credentials_1.openssh_public;
  const other = keys.client_p256.openssh_public.split(" ")[1];
  const table: [string, KeyProblem][] = [
    [keys.client_credentials_1.spki_pem, "unknownFormat"],
    [` ${line}`, "unknownFormat"],
    [`\n${line}`, "unknownFormat"],
    ["ecdsa-sha2-nistp384", "unknownFormat"],
    ["", "unknownFormat"],
    [keyFile("client_ed25519.pub"), "otherKind"],
    [`ecdsa-sha2-nistp384 ${other}`, "damaged"],
    [line.slice(0, 60), "damaged"],
  ];
  for (const [text, problem] of table) {
    assertEquals(problemOf(() => parseOpensshPublicKey(text)).problem, problem);
  }
});

Deno.test("openssh: blanks between the words may be many or tabs, and what follows does not matter", () => {
  const key = parseOpensshPublicKey(keys.client_p521.openssh_public);
  const [kind, blob] = keys.client_p521.openssh_public.split(" ");
  for (const text of [`${kind}\t \t${blob}`, `${kind} ${blob}\r\nsecond line`, `${kind} ${blob} a, b`]) {
    assertEquals(parseOpensshPublicKey(text), key);
  }
});
