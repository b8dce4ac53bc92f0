import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { KeyError, type KeyProblem } from "./key_error.ts";
import { parsePrivateKey } from "./private_key.ts";

const folder = new URL("../../tests/vectors/protected_keys/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, folder));
const bytes = (text: string) => new TextEncoder().encode(text);
const PASSPHRASE = bytes("open sesame");
const expected = await parsePrivateKey(read("plain.openssh"));

const protectedFiles = [
  "openssh_aes256-ctr",
  "openssh_aes128-cbc",
  "openssh_aes256-gcm",
  "pkcs8.pem",
  "sec1.pem",
];

async function problemOf(text: string, passphrase?: Uint8Array): Promise<KeyProblem> {
  return (await assertRejects(() => parsePrivateKey(text, passphrase), KeyError)).problem;
}

for (const name of ["plain.openssh", "plain.pkcs8.pem", "plain.sec1.pem"]) {
  Deno.test(`private key: ${name} is read, with a passphrase or without`, async () => {
    assertEquals(await parsePrivateKey(read(name)), expected);
    assertEquals(await parsePrivateKey(read(name).replaceAll("\n", "\r\n"), PASSPHRASE), expected);
  });
}

for (const name of protectedFiles) {
  Deno.test(`private key: ${name} is opened by its passphrase only`, async () => {
    const text = read(name);
    assertEquals(await parsePrivateKey(text, PASSPHRASE), expected);
    assertEquals(await problemOf(text), "encrypted");
    assertEquals(await problemOf(text, bytes("Open sesame")), "wrongPassphrase");
    assertEquals(await problemOf(text, bytes("")), "wrongPassphrase");
  });
}

Deno.test("private key: every curve in PKCS#8", async () => {
  for (const namedCurve of ["P-256", "P-384", "P-521"]) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve });
    const { curve, point, scalar } = await parsePrivateKey(
      privateKey.export({ format: "pem", type: "pkcs8" }) as string,
    );
    const { x, y, d } = privateKey.export({ format: "jwk" });
    const digits = [x, y, d].map((number) => Buffer.from(number!, "base64url"));
    assertEquals(curve, namedCurve);
    assertEquals(Buffer.from(point), Buffer.concat([Uint8Array.of(4), digits[0], digits[1]]));
    assertEquals(
      BigInt(`0x${Buffer.from(scalar).toString("hex")}`),
      BigInt(`0x${digits[2].toString("hex")}`),
    );
  }
});

Deno.test("private key: other kinds are named", async () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const ed = generateKeyPairSync("ed25519").privateKey;
  for (const [key, kind] of [[rsa, "rsa"], [ed, "ed25519"]] as const) {
    const pem = key.export({ format: "pem", type: "pkcs8" }) as string;
    const error = await assertRejects(() => parsePrivateKey(pem), KeyError);
    assertEquals([error.problem, error.kind], ["otherKind", kind]);
  }
});

Deno.test("private key: no file and no damage brings about anything but a KeyError", async () => {
  const texts = ["plain.openssh", "plain.pkcs8.pem", "plain.sec1.pem", "pkcs8.pem"].map(read);
  const damaged = fc.tuple(fc.constantFrom(...texts), fc.nat(400), fc.string({ maxLength: 3 })).map(
    ([text, at, other]) => text.slice(0, at) + other + text.slice(at + other.length),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, fc.string()), async (text) => {
      await parsePrivateKey(text, PASSPHRASE).catch((error) => {
        if (!(error instanceof KeyError)) throw error;
      });
    }),
    { numRuns: 60 },
  );
});
