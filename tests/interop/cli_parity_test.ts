/**
 * Scripts that read `flwr --format json` must not notice whose `flwr` it is: the same keys, the same kinds of
 * values, and the same values where both look at the same. Only a failure is told apart: ours ends with a status
 * that is not 0.
 */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { parse } from "smol-toml";
import { Federation } from "./federation.ts";
import { type Ended, type Maker, play, type Stage } from "./harness.ts";
import { pyproject } from "../fakes/pyproject.ts";

const NOBODY = "1234567890";
const DEFAULT_FEDERATION = "@none/default";
const MAKERS = ["official", "ours"] as const satisfies readonly Maker[];

play("scripts read the same JSON from both flwrs", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "auth" });
  const both = new Both(federation);
  const app = copyOfApp(stage);
  const key = (number: number) => stage.path(`keys/client_credentials_${number}.pub`);

  await both.sameValues("list");
  await both.sameValues("supernode", "list");
  await both.sameValues("config", "list");

  const nodes = await both.sameKinds(["supernode", "register", key(1)], ["supernode", "register", key(2)]);
  await both.sameFailure("supernode", "register", key(1));
  await federation.addNode({ maker: "ours", partition: 0 });
  await both.sameValues("supernode", "list");

  const runs = await both.sameKinds(["run", app], ["run", app]);
  assertEquals(withoutIds(runs[1]), withoutIds(runs[0]));
  const [first, second] = runs.map((run) => String(run["run-id"]));
  await settled(federation, first);
  await settled(federation, second);
  await both.sameValues("list");
  await both.sameValues("list", "--limit", "1");
  await both.sameValues("list", "--run-id", first);
  await both.sameValues("federation", "list");
  await both.sameValues("federation", "list", "--federation", DEFAULT_FEDERATION);

  await both.sameKinds(["stop", first], ["stop", second]);
  await both.sameFailure("stop", first);
  await both.sameValues("list");
  const ids = nodes.map((node) => (node["node-id"] as { number: string }).number);
  await both.sameKinds(["supernode", "unregister", ids[0]], ["supernode", "unregister", ids[1]]);
  await both.sameValues("supernode", "list");
  await both.sameValues("federation", "list", "--federation", DEFAULT_FEDERATION);

  await both.sameFailure("list", "--run-id", NOBODY);
  await both.sameFailure("stop", NOBODY);
  await both.sameFailure("supernode", "unregister", NOBODY);
  await both.sameFailure("federation", "create", "mine");
  await both.sameFailure("federation", "archive", "@none/mine");
  await both.sameFailure("federation", "add-supernode", ids[0], DEFAULT_FEDERATION);
  await both.sameFailure("federation", "remove-supernode", ids[0], DEFAULT_FEDERATION);
  await both.sameFailure("federation", "remove-account", DEFAULT_FEDERATION, "somebody");
  await both.sameFailure(
    "federation",
    "simulation-config",
    DEFAULT_FEDERATION,
    "test",
    "--num-supernodes",
    "3",
  );
  await both.sameFailure("federation", "invite", "list");
  await both.sameFailure("federation", "invite", "create", "somebody", DEFAULT_FEDERATION);
  await both.sameFailure("federation", "invite", "accept", DEFAULT_FEDERATION);
  await both.sameFailure("federation", "invite", "reject", DEFAULT_FEDERATION);
  await both.sameFailure("federation", "invite", "revoke", "somebody", DEFAULT_FEDERATION);
  await both.sameFailure("run", app, "test", "--federation", "@none/mine");
});

play("both flwrs build the same archive and install it to the same place", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "plain" });
  const app = copyOfApp(stage);
  const built: [string, Uint8Array, string][] = [];
  for (const maker of MAKERS) {
    const { stdout } = await federation.flwr(maker, ["build", "--app", app]);
    const [, name] = stdout.match(/Successfully built (\S+\.fab)/) ?? [];
    assert(name, stdout);
    const home = stage.path(`homes/user-${maker}-of-ours`);
    const { code, stdout: installed } = await federation.flwr(maker, ["install", name]);
    assertEquals(code, 0, installed);
    built.push([name, Deno.readFileSync(`${home}/${name}`), installed.replaceAll(home, "HOME")]);
  }
  assertEquals(built[1], built[0]);
});

play(
  "a run's log is whole to the last line, on both SuperLinks, and its end is the status",
  async (stage) => {
    const app = talkativeApp(stage);
    for (const superlink of MAKERS) {
      const federation = await Federation.start(stage, { superlink, security: "plain" });
      const good = await federation.flwr("ours", ["run", app, "test", "--stream"]);
      assertStringIncludes(good.stdout, "line 0\n");
      assertStringIncludes(good.stdout, "the last line\n");
      assertEquals(good.code, 0);
      const bad = await federation.flwr("ours", ["run", app, "test", "--stream", "-c", "fail=true"]);
      assertStringIncludes(bad.stdout, "the last line\n");
      assertStringIncludes(bad.stderr, "failed: ServerApp failed with exception: not good enough");
      assertEquals(bad.code, 1);
      const { stdout } = await federation.flwr("ours", ["list", "test"]);
      assertStringIncludes(stdout, "failed: ServerApp failed with exception: not good enough");
    }
  },
);

play("both flwrs move the SuperLinks of an app to the same config.toml", async (stage) => {
  const moved = [];
  for (const maker of MAKERS) {
    const app = `apps-${maker}/app`;
    stage.write(`${app}/pyproject.toml`, OLD_PROJECT);
    stage.write(`homes/${maker}/config.toml`, OLD_CONFIG);
    const { code, stdout } = await stage.run({
      name: maker,
      maker,
      program: "flwr",
      args: ["list", stage.path(app), "remote"],
    });
    assertEquals(code, 1);
    assertStringIncludes(stdout, "  remote (default)\n");
    const texts = [`homes/${maker}/config.toml`, `${app}/pyproject.toml`].map((path) =>
      Deno.readTextFileSync(stage.path(path)).replaceAll(maker, "MAKER")
    );
    moved.push(texts.map((text) => structuredClone(parse(text))));
    const again = await stage.run({ name: maker, maker, program: "flwr", args: ["config", "list"] });
    assertStringIncludes(again.stdout, "  mine\n  remote (default)\n  simulation\n");
  }
  assertEquals(moved[1], moved[0]);
});

const OLD_CONFIG = `[superlink]
default = "mine"

[superlink.mine]
address = "127.0.0.1:1"
insecure = true

[superlink.remote]
address = "127.0.0.1:2"
`;

const OLD_PROJECT = pyproject({
  name: "app",
  publisher: "corolla",
  serverapp: "parts:server",
  clientapp: "parts:client",
  tables: `[tool.flwr.federations]
default = "remote"

[tool.flwr.federations.remote]
address = "127.0.0.1:3"
root-certificates = "../ca.crt"

[tool.flwr.federations.simulation]
options.num-supernodes = 10
options.backend.name = "ray"
options.backend.client-resources.num-gpus = 0.5
`,
});

/** What a script reads; numbers stand in the words of the JSON, so that `1` is not `1.0`. */
type Json = Record<string, unknown>;

/** The same question to both command lines. */
class Both {
  constructor(readonly federation: Federation) {}

  /** Both look at the same: they see the same, but for how long something has lasted up to now. */
  async sameValues(...words: string[]): Promise<void> {
    const [official, ours] = [await this.#ask("official", words), await this.#ask("ours", words)];
    assertEquals([official.code, ours.code], [0, 0], `flwr ${words.join(" ")}: ${ours.stdout}${ours.stderr}`);
    assertEquals(withoutTimes(read(ours)), withoutTimes(read(official)), `flwr ${words.join(" ")}`);
    assertEquals(keysOf(ours), keysOf(official), `order of the keys of flwr ${words.join(" ")}`);
  }

  /** Each does its own: the answers have the same keys and kinds of values. @returns both answers */
  async sameKinds(official: string[], ours: string[]): Promise<[Json, Json]> {
    const answers = [await this.#ask("official", official), await this.#ask("ours", ours)];
    assertEquals(answers.map(({ code }) => code), [0, 0], answers[1].stdout);
    const [expected, actual] = answers.map(read);
    assertEquals(kinds(actual), kinds(expected), `flwr ${ours.join(" ")}`);
    return [expected, actual];
  }

  /** Both are refused with the same words; only ours says so with its status. */
  async sameFailure(...words: string[]): Promise<void> {
    const [official, ours] = [await this.#ask("official", words), await this.#ask("ours", words)];
    assertEquals(read(ours), read(official), `flwr ${words.join(" ")}`);
    assertEquals(read(ours).success, false);
    assertEquals(official.code, 0);
    assertNotEquals(ours.code, 0);
  }

  async #ask(maker: Maker, words: readonly string[]): Promise<Ended> {
    return await this.federation.flwr(maker, [...words, "--format", "json"]);
  }
}

function read({ stdout, stderr }: Ended): Json {
  try {
    return parseExact(
      stdout,
      (_key, value, { source }) => typeof value === "number" ? { number: source } : value,
    );
  } catch {
    throw new Error(`This is no JSON: ${stdout}${stderr}`);
  }
}

/** TypeScript's library does not know yet that the words of a number reach the reviver. */
const parseExact = JSON.parse as (
  text: string,
  revive: (key: string, value: unknown, context: { source: string }) => unknown,
) => Json;

function keysOf({ stdout }: Ended): string[] {
  return [...stdout.matchAll(/^\s*"([^"]+)":/gm)].map(([, key]) => key);
}

/** Without what goes on while the two look. */
function withoutTimes(value: unknown): unknown {
  return mapped(
    value,
    (inner, key) => /elapsed$|serverapp-seconds|total-seconds/.test(key) ? kind(inner) : inner,
  );
}

function kinds(value: unknown): unknown {
  return mapped(value, kind);
}

function kind(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return (value as { number: string }).number.includes(".") ? "decimal" : "whole number";
}

/** The value with each leaf replaced; what `read` makes of a number is a leaf. */
function mapped(value: unknown, leaf: (value: unknown, key: string) => unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((inner) => mapped(inner, leaf, key));
  if (typeof value !== "object" || value === null || "number" in value) return leaf(value, key);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, leaf, key)]));
}

function withoutIds({ "run-id": _, ...rest }: Json): Json {
  return rest;
}

/** Waits until a run has left the states that it passes by itself. */
async function settled(federation: Federation, runId: string): Promise<void> {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if ((await federation.listed("ours", runId)).status === "running") return;
  }
  throw new Error(`The run ${runId} does not run`);
}

/** An app in a folder whose name the official `flwr build` takes. Its ServerApp waits for two nodes. */
function copyOfApp(stage: Stage): string {
  const from = new URL("./apps/python_app/", import.meta.url);
  for (const { name, isFile } of Deno.readDirSync(from)) {
    if (isFile) stage.write(`app/${name}`, Deno.readTextFileSync(new URL(name, from)));
  }
  return stage.path("app");
}

function talkativeApp(stage: Stage): string {
  stage.write(
    "talkative/pyproject.toml",
    pyproject({
      name: "talkative",
      publisher: "corolla",
      serverapp: "parts:server",
      clientapp: "parts:client",
      tables: "[tool.flwr.app.config]\nfail = false\n",
    }),
  );
  stage.write(
    "talkative/parts.py",
    `from flwr.clientapp import ClientApp
from flwr.serverapp import ServerApp

client = ClientApp()
server = ServerApp()

@server.main()
def main(grid, context):
    for number in range(200):
        print("line", number)
    print("the last line")
    if context.run_config["fail"]:
        raise ValueError("not good enough")
`,
  );
  return stage.path("talkative");
}
