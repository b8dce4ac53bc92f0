import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { type KeyPairFlags, readKeyPair } from "./key_files.ts";

const cwd = new URL("../../tests/vectors/", import.meta.url).pathname;

function flags(privatePath: string, more: Partial<KeyPairFlags> = {}): KeyPairFlags {
  return {
    owner: "node",
    privateFlag: "auth-supernode-private-key",
    privatePath,
    publicFlag: "auth-supernode-public-key",
    exitCode: 302,
    ...more,
  };
}

const plain = await readKeyPair(flags("protected_keys/plain.openssh"), fakeEnv({ cwd }));

Deno.test("a key pair is read, and its halves must belong together", async () => {
  const env = fakeEnv({ cwd });
  for (const name of ["client_credentials_1", "client_p256", "client_p521"]) {
    await readKeyPair(flags(`keys/${name}`, { publicPath: `keys/${name}.pub` }), env);
    await readKeyPair(flags(`keys/${name}.pkcs8.pem`, { publicPath: `keys/${name}.spki.pem` }), env);
  }
  const wrong = flags("keys/client_p256", { publicPath: "keys/client_p521.pub" });
  const error = await assertRejects(
    () => readKeyPair(wrong, env),
    UserError,
    "must be the public half of keys/client_p256",
  );
  assertEquals(error.exitCode, 302);
});

Deno.test("a passphrase is read from the first line of its file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const content of ["open sesame", "open sesame\n", "open sesame\r\nand more"]) {
      await Deno.writeTextFile(`${folder}/passphrase`, content);
      const given = flags("protected_keys/openssh_aes256-ctr", { passphraseFile: `${folder}/passphrase` });
      assertEquals(await readKeyPair(given, fakeEnv({ cwd })), plain);
      const needless = flags("protected_keys/plain.openssh", { passphraseFile: `${folder}/passphrase` });
      assertEquals(await readKeyPair(needless, fakeEnv({ cwd })), plain);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a passphrase is asked for at the terminal, up to three times", async () => {
  const env = fakeEnv({ cwd, terminal: true, secrets: ["wrong", "open sesame"] });
  assertEquals(await readKeyPair(flags("protected_keys/pkcs8.pem"), env), plain);
  assertEquals(env.err().match(/Passphrase of protected_keys\/pkcs8\.pem: /g)?.length, 2);

  const forgetful = fakeEnv({ cwd, terminal: true, secrets: ["a", "b", "c", "open sesame"] });
  const error = await assertRejects(
    () => readKeyPair(flags("protected_keys/pkcs8.pem"), forgetful),
    UserError,
  );
  assertStringIncludes(error.message, "the passphrase does not open it");
  for (const typed of ["open sesame", "wrong"]) assertEquals(env.err().includes(typed), false);
});

Deno.test("without a terminal, and when the person gives up, the way to a file is shown", async () => {
  for (const env of [fakeEnv({ cwd }), fakeEnv({ cwd, terminal: true, secrets: [] })]) {
    const error = await assertRejects(() => readKeyPair(flags("keys/client_encrypted"), env), UserError);
    assertStringIncludes(error.hint!, "--auth-passphrase-file");
    assertEquals(error.exitCode, 302);
  }
});
