import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { vectors } from "../../proto/vectors.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { formatOpensshPrivateKey, parseOpensshPrivateKey } from "../wire/openssh_key.ts";
import { KeyFileError, readPrivateKey, readPublicKey } from "./key_file.ts";
import { generateKeyPair, nodeKeyOf } from "./keys.ts";

interface AuthVectors {
  key_files: { file: string; expected: string }[];
  signature_1_32_1: {
    keys: Record<string, { openssh_private: string; openssh_public: string; spki_pem: string }>;
  };
}
const auth = await vectors<AuthVectors>("auth.json");
const contentOf = (file: string) =>
  Deno.readFileSync(new URL(`../../tests/vectors/${file}`, import.meta.url));
const bytes = (text: string) => new TextEncoder().encode(text);

/** What a SuperNode makes of its private key file. */
async function readNodeKey(content: Uint8Array, path: string) {
  return await nodeKeyOf(await readPrivateKey({ content, path }));
}

const REASONS: Record<string, string> = {
  "reject: not EC": "must be on NIST curve P-256, P-384 or P-521: this one is ssh-ed25519",
  "reject: passphrase": "must be opened with a passphrase",
};

for (const { file, expected } of auth.key_files) {
  Deno.test(`key file: ${file} as private key: ${expected}`, async () => {
    const read = () => readNodeKey(contentOf(file), file);
    // Flower takes OpenSSH's form only; more is understood here.
    if (expected === "accept" || expected === "reject: not OpenSSH format") {
      const name = file.split("/")[1].split(".")[0];
      assertEquals(
        Buffer.from((await read()).publicKey).toString(),
        auth.signature_1_32_1.keys[name].spki_pem,
      );
      return;
    }
    const error = await assertRejects(read, KeyFileError);
    assertStringIncludes(error.message, `Cannot use "${file}" as a node's private key ${REASONS[expected]}`);
    assertEquals(error.hint.endsWith("."), true);
  });
}

Deno.test("key file: a private number that belongs to another point is noticed", async () => {
  const { openssh_private: text } = auth.signature_1_32_1.keys.client_credentials_1;
  const { scalar } = await generateKeyPair();
  const mixed = { ...parseOpensshPrivateKey(text), scalar };
  const content = bytes(formatOpensshPrivateKey(mixed, { check: new FakeRandom().bytes(4), comment: "" }));
  const error = await assertRejects(() => readNodeKey(content, "mixed"), KeyFileError);
  assertStringIncludes(error.message, "must belong to the public key in the same file");
});

Deno.test("key file: no message holds any of the key", async () => {
  const { openssh_private: text } = auth.signature_1_32_1.keys.client_credentials_1;
  const cut = text.split("\n").toSpliced(3, 1).join("\n");
  const error = await assertRejects(() => readNodeKey(bytes(cut), "cut"), KeyFileError);
  assertStringIncludes(error.message, "must be whole");
  for (const line of text.split("\n").slice(1, -2)) {
    assertEquals(`${error.message}${error.hint}`.includes(line), false);
  }
});

Deno.test("key file: public keys for registration", async () => {
  for (const { openssh_public: line, spki_pem: pem } of Object.values(auth.signature_1_32_1.keys)) {
    assertEquals(Buffer.from(await readPublicKey(bytes(line), "k.pub")).toString(), pem);
  }
  const { openssh_private: secret, openssh_public: line } = auth.signature_1_32_1.keys.client_credentials_1;
  const refused = await assertRejects(() => readPublicKey(bytes(secret), "k"), KeyFileError);
  assertStringIncludes(refused.message, `Cannot use "k" as a node's public key must be in OpenSSH's format`);
  assertStringIncludes(refused.hint, ".pub");
  const blob = Buffer.from(line.split(" ")[1], "base64");
  blob[blob.length - 1] ^= 1;
  const beside = bytes(`ecdsa-sha2-nistp384 ${blob.toString("base64")}`);
  await assertRejects(() => readPublicKey(beside, "k.pub"), KeyFileError, "no point of its curve");
});

Deno.test("key file: a public key in PEM is the same as in OpenSSH's form", async () => {
  for (const { spki_pem: pem } of Object.values(auth.signature_1_32_1.keys)) {
    assertEquals(Buffer.from(await readPublicKey(bytes(pem), "k.pem")).toString(), pem);
    const windows = pem.replaceAll("\n", "\r\n");
    assertEquals(Buffer.from(await readPublicKey(bytes(windows), "k.pem")).toString(), pem);
  }
});

Deno.test("key file: a passphrase opens a key, is asked for, and may be wrong", async () => {
  const content = contentOf("protected_keys/openssh_aes256-gcm");
  const path = "protected";
  const passphrase = bytes("open sesame");
  const opened = await readPrivateKey({ content, path, passphrase });
  assertEquals(
    opened,
    await readPrivateKey({ content: contentOf("protected_keys/plain.pkcs8.pem"), path, passphrase }),
  );
  const missing = await assertRejects(() => readPrivateKey({ content, path }), KeyFileError);
  assertEquals(missing.wantsPassphrase, true);
  assertStringIncludes(missing.hint, "--auth-passphrase-file");
  for (const wrong of ["Open sesame", ""]) {
    const error = await assertRejects(
      () => readPrivateKey({ content, path, owner: "SuperLink", passphrase: bytes(wrong) }),
      KeyFileError,
    );
    assertEquals(error.wantsPassphrase, false);
    assertStringIncludes(error.message, "the SuperLink's private key must be opened with its passphrase");
  }
});
