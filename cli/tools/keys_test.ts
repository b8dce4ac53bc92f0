import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { parse } from "@std/csv";
import { readPrivateKey, readPublicKey } from "../../core/auth/key_file.ts";
import { nodeKeyOf } from "../../core/auth/keys.ts";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { hasProgram, runProgram } from "../../tests/fakes/program.ts";
import { UserError } from "../output.ts";
import { keys } from "./keys.ts";

async function inFolder(test: (cwd: string) => Promise<void>): Promise<void> {
  const cwd = await Deno.makeTempDir();
  try {
    await test(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function make(cwd: string, args: string[]): Promise<string> {
  const env = fakeEnv({ cwd });
  assertEquals(await keys(args, env), 0);
  assertEquals(env.err(), "");
  return env.out();
}

const refusal = (cwd: string, args: string[]) => assertRejects(() => keys(args, fakeEnv({ cwd })), UserError);
const namesIn = async (path: string) =>
  (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name).sort();
const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
const pair = (name: string) => [name, `${name}.pub`];
const GUIDE = [
  ...pair("client_credentials_1"),
  ...pair("client_credentials_2"),
  "client_public_keys.csv",
  ...pair("server_credentials"),
];

Deno.test("keys: makes the guide's files, private keys readable to their owner only", () =>
  inFolder(async (cwd) => {
    const said = await make(cwd, []);
    assertEquals(await namesIn(`${cwd}/keys`), GUIDE);
    for (const name of GUIDE) {
      const secret = !name.includes(".");
      assertEquals(modeOf(`${cwd}/keys/${name}`), secret ? 0o600 : 0o644);
    }
    assertStringIncludes(said, "keys/client_credentials_2");
    assertEquals(said.includes("BEGIN"), false);
  }));

Deno.test("keys: the two files of a pair belong together and are read by a SuperNode", () =>
  inFolder(async (cwd) => {
    await make(cwd, ["--nodes", "1"]);
    const path = `${cwd}/keys/client_credentials_1`;
    const { publicKey } = await nodeKeyOf(await readPrivateKey({ content: await Deno.readFile(path), path }));
    assertEquals(
      Buffer.from(await readPublicKey(await Deno.readFile(`${path}.pub`), path)),
      Buffer.from(publicKey),
    );
  }));

Deno.test("keys: the list holds the public keys without comments, and grows with later ones", () =>
  inFolder(async (cwd) => {
    const listed = async () => parse(await Deno.readTextFile(`${cwd}/keys/client_public_keys.csv`))[0];
    const expected = async (numbers: number[]) => {
      const files = numbers.map((number) =>
        Deno.readTextFile(`${cwd}/keys/client_credentials_${number}.pub`)
      );
      return (await Promise.all(files)).map((line) => line.split(" ").slice(0, 2).join(" "));
    };
    await make(cwd, []);
    assertEquals(await listed(), await expected([1, 2]));
    const server = await Deno.readTextFile(`${cwd}/keys/server_credentials`);
    const said = await make(cwd, ["--start", "3", "--nodes", "3"]);
    assertEquals(await listed(), await expected([1, 2, 3, 4, 5]));
    assertEquals(await Deno.readTextFile(`${cwd}/keys/server_credentials`), server);
    assertEquals(said.includes("server_credentials"), false);
  }));

Deno.test("keys: replaces no key, and makes none when one is in the way", () =>
  inFolder(async (cwd) => {
    await make(cwd, ["--nodes", "1"]);
    const before = await Deno.readTextFile(`${cwd}/keys/client_credentials_1`);
    const error = await refusal(cwd, []);
    assertStringIncludes(error.message, `${cwd}/keys/client_credentials_1`);
    assertStringIncludes(error.hint!, "--start");
    assertEquals(await Deno.readTextFile(`${cwd}/keys/client_credentials_1`), before);
    assertEquals((await namesIn(`${cwd}/keys`)).includes("client_credentials_2"), false);
  }));

Deno.test("keys: numbers below 1 are refused", () =>
  inFolder(async (cwd) => {
    for (const args of [["--nodes", "0"], ["--start", "0"], ["--nodes", "x"]]) {
      assertStringIncludes((await refusal(cwd, args)).message, "whole number of at least 1");
    }
    assertEquals(await namesIn(cwd), []);
  }));

Deno.test({
  name: "keys: ssh-keygen reads what is made",
  ignore: !await hasProgram("ssh-keygen", "-?"),
  fn: () =>
    inFolder(async (cwd) => {
      await make(cwd, []);
      for (const name of ["server_credentials", "client_credentials_1", "client_credentials_2"]) {
        assertStringIncludes(
          await runProgram(cwd, "ssh-keygen", "-l", "-f", `keys/${name}.pub`),
          "384 SHA256:",
        );
        const derived = await runProgram(cwd, "ssh-keygen", "-y", "-f", `keys/${name}`);
        assertEquals(derived, await Deno.readTextFile(`${cwd}/keys/${name}.pub`));
      }
    }),
});
