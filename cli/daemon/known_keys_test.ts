import { assertEquals, assertRejects } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { readKnownKeys } from "./known_keys.ts";

const VECTORS = new URL("../../tests/vectors/keys/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, VECTORS));
const [first, second] = ["client_credentials_1", "client_credentials_2"].map((name) =>
  read(`${name}.pub`).trim()
);
const pems = ["client_credentials_1", "client_credentials_2"].map((name) => read(`${name}.spki.pem`));

/** The keys in a CSV file with this text, as PEM. */
async function keysIn(csv: string): Promise<string[]> {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cwd}/keys.csv`, csv);
    const keys = await readKnownKeys("keys.csv", fakeEnv({ cwd }));
    return keys.map((key) => new TextDecoder().decode(key));
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

const understood: [string, string, string[]][] = [
  ["one row", `${first},${second}\n`, pems],
  ["one key a row", `${first}\n${second}\n`, pems],
  ["Windows line ends and no last one", `${first}\r\n${second}`, pems],
  ["quoted cells", `"${first}","${second}"`, pems],
  ["the same key twice", `${first},${first}`, pems.slice(0, 1)],
  ["blanks around, an empty cell and an empty row", ` ${first} , ,\n\n${second}`, pems],
  ["a byte order mark", `\ufeff${first}`, pems.slice(0, 1)],
  ["the file that comes with the vectors", read("client_public_keys.csv"), pems],
  ["nothing", "", []],
];
for (const [name, csv, expected] of understood) {
  Deno.test(`public keys are read from a CSV file: ${name}`, async () => {
    assertEquals(await keysIn(csv), expected);
  });
}

Deno.test("a cell that is no key is named by its place", async () => {
  const error = await assertRejects(
    () => keysIn(`${first},not a key`),
    UserError,
    "public key 2 in keys.csv",
  );
  assertEquals(error.exitStatus, 1);
});

Deno.test("a file that is not there is named with its flag", async () => {
  await assertRejects(() => readKnownKeys("nowhere.csv", fakeEnv()), UserError, "--auth-list-public-keys");
});
