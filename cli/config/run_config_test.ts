import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { parseWords, readNodeConfig, readRunConfig } from "./run_config.ts";

const good: [string[], Record<string, unknown>][] = [
  [[], {}],
  [[""], {}],
  [["a=1 b=2.5 c=true d='x y' e=\"q\""], { a: 1n, b: 2.5, c: true, d: "x y", e: "q" }],
  [['a="x=y"', "b=1e3", "c=0x10", "d={x=1}"], { a: "x=y", b: 1000, c: 16n, "d.x": 1n }],
  [["a.x=1", "a.y=2"], { "a.x": 1n, "a.y": 2n }],
  [["a.x=1 a.y=2"], { "a.x": 1n, "a.y": 2n }],
  [["a=1", "a=2"], { a: 2n }],
  [["a.x=1", "a=2"], { a: 2n }],
  [["a=9223372036854775807", "b=-9223372036854775808"], {
    a: 2n ** 63n - 1n,
    b: -(2n ** 63n),
  }],
];
for (const [given, expected] of good) {
  Deno.test(`settings ${JSON.stringify(given)} are understood`, () => {
    assertEquals(Object.fromEntries(parseWords("--run-config", given)), expected);
  });
}

const bad: [string, string, string][] = [
  ["novalue", '"novalue" must be written KEY=VALUE', "rounds=3"],
  ["a = 1", '"a = 1" must be written KEY=VALUE', "rounds=3"],
  ["a=1 b", '"b" must be written KEY=VALUE', "rounds=3"],
  ["a=b", "the value of a=b must be", `--run-config 'a="b"'`],
  ["a=1 b=True", "the value of b=True must be", "--run-config b=true"],
  ["a=1,b=2", "a=1,b=2 must be written with blanks", "--run-config 'a=1 b=2'"],
  ["a=[1,2]", "the value of a=[1,2] must be", "For instance"],
  ["a=2026-11-23", "the value of a=2026-11-23 must be", "For instance"],
  ["ä=1", '"ä" is no key', "blanks"],
  ["a=1 a=2", '"a=1 a=2" sets a key twice', "once"],
  ["a=1 a.b=2", '"a=1 a.b=2" sets a key twice', "once"],
  ["a=9223372036854775808", "a must fit 64 bits", "a=9223372036854775808.0"],
];
for (const [given, message, hint] of bad) {
  Deno.test(`the setting ${given} is refused`, () => {
    const error = assertThrows(() => parseWords("--run-config", [given]), UserError, message);
    assert(error.message.startsWith("Cannot use --run-config: "));
    assertStringIncludes(error.hint!, hint);
  });
}

Deno.test("settings given apart are those given together", () => {
  const key = fc.stringMatching(/^[a-z]{1,3}(\.[a-z]{1,3}){0,2}$/);
  fc.assert(fc.property(fc.uniqueArray(key, { maxLength: 5 }), (keys) => {
    const free = keys.filter((a) => !keys.some((b) => b.startsWith(`${a}.`)));
    const pairs = free.map((key, index) => `${key}=${index}`);
    assertEquals(parseWords("--x", pairs), parseWords("--x", [pairs.join(" ")]));
    assertEquals(parseWords("--x", pairs).size, free.length);
  }));
});

Deno.test("one TOML file may hold the settings, flattened", async () => {
  const cwd = await Deno.makeTempDir();
  await Deno.writeTextFile(`${cwd}/s.toml`, "rounds = 5\n[model]\nlr = 0.5\n");
  await Deno.writeTextFile(`${cwd}/list.toml`, "rounds = [5]\n");
  await Deno.writeTextFile(`${cwd}/broken.toml`, "rounds = \n");
  const env = fakeEnv({ cwd });
  assertEquals(Object.fromEntries(await readRunConfig(["s.toml"], env)), { rounds: 5n, "model.lr": 0.5 });
  await assertRejects(
    () => readRunConfig(["list.toml"], env),
    UserError,
    "Cannot use list.toml: the value of rounds must be",
  );
  await assertRejects(
    () => readRunConfig(["broken.toml"], env),
    UserError,
    'Cannot read "broken.toml" as TOML',
  );
  await assertRejects(() => readRunConfig(["none.toml"], env), UserError, "Cannot read none.toml");
  await assertRejects(() => readRunConfig(["s.toml", "a=1"], env), UserError, "alongside");
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("--node-config is read like settings, and its errors say so", async () => {
  assertEquals(Object.fromEntries(await readNodeConfig(["partition-id=0 name='x'"])), {
    "partition-id": 0n,
    name: "x",
  });
  await assertRejects(
    () => readNodeConfig(["name=x"]),
    UserError,
    "Cannot use --node-config: the value of name=x",
  );
});
