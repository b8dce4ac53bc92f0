import { assertEquals, assertRejects } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { readKnownKeys } from "./known_keys.ts";

const cwd = new URL("../../tests/vectors/keys", import.meta.url).pathname;
const env = fakeEnv({ cwd });

Deno.test("the operator's list of keys is read", async () => {
  const { path, keys, content } = await readKnownKeys("client_public_keys.csv", { env, curve: "P-384" });
  const pems = keys.map((key) => new TextDecoder().decode(key));
  const expected = ["client_credentials_1", "client_credentials_2"].map((name) =>
    Deno.readTextFileSync(`${cwd}/${name}.spki.pem`)
  );
  assertEquals(pems, expected);
  assertEquals(path, `${cwd}/client_public_keys.csv`);
  assertEquals(content, Deno.readFileSync(path));
});

Deno.test("a list that cannot be used is named with its row", async () => {
  const error = await assertRejects(
    () => readKnownKeys("client_ed25519.pub", { env }),
    UserError,
    `"row 1 of client_ed25519.pub"`,
  );
  assertEquals(error.exitStatus, 1);
});

Deno.test("a list that is not there is named with its flag", async () => {
  await assertRejects(
    () => readKnownKeys("nowhere.csv", { env }),
    UserError,
    "--auth-list-public-keys",
  );
});
