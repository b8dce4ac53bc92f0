import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { needsCompartment, tokensFrom } from "./app_process.ts";
import { clientapp } from "./clientapp.ts";
import { serverapp } from "./serverapp.ts";

const wrong: [line: string[], status: number, text: string][] = [
  [[], 2, "exactly one of --token and --token-file"],
  [["--insecure", "--token", "a", "--token-file", "b"], 2, "exactly one of --token and --token-file"],
  [["--insecure", "--token-file", "/nowhere/token"], 1, "Cannot read --token-file /nowhere/token"],
  [["--insecure", "--token", " "], 1, "its token is empty"],
  [["--insecure", "--token", "a", "--parent-pid", "me"], 2, "it must be the id of a process"],
  [["--insecure", "--root-certificates", "/nowhere/ca", "--token", "a"], 1, "--insecure means no TLS"],
  [["--root-certificates", "/nowhere/ca", "--token", "a"], 1, "does not point to a file"],
];

for (const [line, status, text] of wrong) {
  for (const [name, command] of [["flwr-serverapp", serverapp], ["flwr-clientapp", clientapp]] as const) {
    Deno.test(`${name} ${line.join(" ")} is refused`, async () => {
      const transport = { address: "", unary: never, stream: never, ready: never, close() {} };
      const env = fakeEnv({ connect: () => transport as never });
      const error = await assertRejects(() => command(line, env), UserError);
      assertStringIncludes(error.message, text);
      assertEquals(error.exitStatus, status);
    });
  }
}

function never(): never {
  throw new Error("Nothing should be called");
}

Deno.test("an address that is none is refused by the name of its flag", async () => {
  const line = ["--insecure", "--token", "a", "--clientappio-api-address", "nowhere"];
  const error = await assertRejects(() => clientapp(line, fakeEnv()), UserError);
  assertStringIncludes(error.message, "--clientappio-api-address nowhere");
});

Deno.test("tokens come one a line, without blanks", async () => {
  const env = fakeEnv({ stdin: ["one", "", " two "] });
  const flags = { "token-file": "-" } as Parameters<typeof tokensFrom>[1];
  assertEquals(await Array.fromAsync(tokensFrom(env, flags)), ["one", "two"]);
});

Deno.test("a token file is trimmed", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "secret\n");
  const flags = { "token-file": path } as Parameters<typeof tokensFrom>[1];
  assertEquals(await Array.fromAsync(tokensFrom(fakeEnv(), flags)), ["secret"]);
  await Deno.remove(path);
});

Deno.test("a compiled program runs apps behind a fence, else in a compartment, else warns of them", () => {
  const env = fakeEnv();
  const bare = { fenced: false };
  assertEquals(needsCompartment(env, { ...bare, allowed: false, standalone: false }), false);
  assertEquals(needsCompartment(env, { allowed: false, fenced: true, standalone: true }), false);
  assertEquals(needsCompartment(env, { allowed: true, fenced: true, standalone: true }), false);
  assertEquals(needsCompartment(env, { ...bare, allowed: false, standalone: true }), true);
  assertEquals(env.err(), "");
  assertEquals(needsCompartment(env, { ...bare, allowed: true, standalone: true }), false);
  assertStringIncludes(env.err(), "not confined");
});
