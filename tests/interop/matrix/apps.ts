/** Python apps that use all of the official package, and what becomes of them in other hands. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { peakMegabytes } from "../../bench/memory.ts";
import { type AppRun, type AppSetting, Federation, type Security } from "../federation.ts";
import type { Maker, Stage } from "../harness.ts";
import type { AppColumn, AppRow } from "./rows.ts";
import type { Trial } from "./trial.ts";

/** Who carries the messages. */
interface Carriers {
  readonly superlink: Maker;
  readonly node: Maker;
  readonly security: Security;
}

const OURS: Carriers = { superlink: "ours", node: "ours", security: "tls" };
const OUR_SUPERLINK: Carriers = { superlink: "ours", node: "official", security: "plain" };
const OUR_NODES: Carriers = { superlink: "official", node: "ours", security: "plain" };

/** All apps with all carriers that are tried. */
export function appTrials(): Trial[] {
  return [
    trial("messages", "our SuperLink", (stage) => exchangeMessages(stage, OUR_SUPERLINK), { fast: true }),
    trial("messages", "our SuperNodes", (stage) => exchangeMessages(stage, OUR_NODES)),
    trial("messages", "both ours", (stage) => exchangeMessages(stage, OURS)),
    trial("raises", "our SuperLink", (stage) => raise(stage, OUR_SUPERLINK, ["python"])),
    trial("raises", "our SuperNodes", (stage) => raise(stage, OUR_NODES, ["python"])),
    trial("raises", "both ours", (stage) => raise(stage, OURS, ["python", "typescript"])),
    trial("strategies", "our SuperLink", (stage) => tryStrategies(stage, OUR_SUPERLINK)),
    trial("strategies", "our SuperNodes", (stage) => tryStrategies(stage, OUR_NODES), { rare: true }),
    trial("strategies", "both ours", (stage) => tryStrategies(stage, OURS)),
    trial("classic", "our SuperLink", (stage) => tryClassic(stage, OUR_SUPERLINK)),
    trial("classic", "our SuperNodes", (stage) => tryClassic(stage, OUR_NODES)),
    trial("classic", "both ours", (stage) => tryClassic(stage, OURS)),
    trial("records", "our SuperLink", (stage) => sendMuch(stage, OUR_SUPERLINK, "records=5000")),
    trial("records", "our SuperNodes", (stage) => sendMuch(stage, OUR_NODES, "records=5000")),
    trial("records", "both ours", (stage) => sendMuch(stage, OURS, "records=5000")),
    trial("large", "our SuperLink", (stage) => sendMuch(stage, OUR_SUPERLINK, "megabytes=300")),
    trial("large", "our SuperNodes", (stage) => sendMuch(stage, OUR_NODES, "megabytes=300")),
    trial("large", "both ours", (stage) => sendMuch(stage, OURS, "megabytes=300")),
  ];
}

function trial(
  row: AppRow,
  column: AppColumn,
  run: Trial["run"],
  { fast = false, rare = false }: Partial<Pick<Trial, "fast" | "rare">> = {},
): Trial {
  return { row, column, fast, rare, run };
}

/** As official parts carry them, where a ClientApp that crashes is given up after a minute only. */
const MESSAGE_FACTS = {
  "nodes": "1",
  "echoes are the same": "[True, True, True]",
  "special": "{'num-partitions': 1, 'partition-id': 0, 'type': 'train.special'}",
  "state": "['record 0', 'record 1']",
  "query.fail": "error 2 query.fail",
  "query.fail answers": "True",
  "timeout": "[0, True]",
  "message for nobody": "['']",
  "reply of nobody": "['error 3 system']",
  "expired": "['error 3 system']",
  "late": "['content query']",
  "taken": "['error 3 system']",
};
const CRASH_FACTS = { "query.crash": "error 8 query.crash", "query.crash answers": "True" };

async function exchangeMessages(stage: Stage, carriers: Carriers): Promise<void> {
  const federation = await carry(stage, carriers, { nodes: 1 });
  const withCrash = carriers.node === "ours";
  const config = withCrash ? "with-crash=true" : undefined;
  const run = await complete(federation, { cli: "ours", app: "messages", config });
  assertEquals(factsOf(run), { ...MESSAGE_FACTS, ...withCrash ? CRASH_FACTS : {} });
}

/** The run fails, and both command lines show why. */
async function raise(stage: Stage, carriers: Carriers, apps: readonly AppSetting["app"][]): Promise<void> {
  const federation = await carry(stage, carriers, { nodes: 2 });
  for (const app of apps) {
    await raiseIn(federation, app, "ServerApp");
    await raiseIn(federation, app, "ClientApp");
  }
}

async function raiseIn(
  federation: Federation,
  app: AppSetting["app"],
  raiser: "ServerApp" | "ClientApp",
): Promise<void> {
  const config = `raise-in="${raiser.toLowerCase()}"`;
  const { code, stdout, stderr, runId } = await federation.run({ cli: "ours", app, rounds: 1, config });
  assertNotEquals(code, 0);
  // What a ClientApp raises reaches the log through its error reply.
  const cause = `the ${raiser} raises on purpose`;
  assertStringIncludes(stdout + stderr, cause);
  // Our strategies give the nodes' reasons for ending; the official ones go on, and the app looks.
  const reason = raiser === "ServerApp" || app === "typescript" ? cause : "no node returned a model";
  for (const cli of ["ours", "official"] as const) {
    const run = await federation.listed(cli, runId);
    assertEquals(run.status, "finished:failed");
    assert(String(run["status-details"]).includes(reason), `flwr list of ${cli}: ${run["status-details"]}`);
  }
  assertStringIncludes(stderr, reason);
}

const STRATEGIES = 18;

async function tryStrategies(stage: Stage, carriers: Carriers): Promise<void> {
  const federation = await carry(stage, carriers, { nodes: 3 });
  const run = await complete(federation, { cli: "ours", app: "strategies", timeoutMs: 900_000 });
  const facts = factsOf(run);
  assertEquals([Object.keys(facts).length, ...new Set(Object.values(facts))], [STRATEGIES, "the same"]);
}

async function tryClassic(stage: Stage, carriers: Carriers): Promise<void> {
  const federation = await carry(stage, carriers, { nodes: 3 });
  const run = await complete(federation, { cli: "ours", app: "classic", timeoutMs: 600_000 });
  assertEquals(factsOf(run), { "server_fn": "the model is right", "SecAgg+": "the model is right" });
}

async function sendMuch(stage: Stage, carriers: Carriers, config: string): Promise<void> {
  const federation = await carry(stage, carriers, { nodes: 2 });
  const run = await complete(federation, { cli: "ours", app: "large", config, timeoutMs: 1_200_000 });
  const { nodes, seconds } = factsOf(run);
  assertEquals(nodes, "2");
  if (Deno.build.os !== "linux") return;
  const peak = peakMegabytes(stage.pid(`superlink-${carriers.superlink}`)).toFixed(0);
  console.log(`${config}: ${seconds} s there and back; the SuperLink's peak: ${peak} MB`);
}

async function carry(
  stage: Stage,
  { superlink, node, security }: Carriers,
  { nodes }: { nodes: number },
): Promise<Federation> {
  const federation = await Federation.start(stage, { superlink, security, partitions: nodes });
  const partitions = [...Array(nodes).keys()];
  await Promise.all(partitions.map((partition) => federation.addNode({ maker: node, partition })));
  return federation;
}

async function complete(federation: Federation, setting: AppSetting): Promise<AppRun> {
  const run = await federation.run(setting);
  assertEquals(run.code, 0, run.stdout + run.stderr);
  return run;
}

/** The lines in which an app says what it found. */
function factsOf({ stdout }: AppRun): Record<string, string> {
  const facts = stdout.matchAll(/^FACT (.*?): (.*)$/gm);
  return Object.fromEntries([...facts].map(([, name, value]) => [name, value]));
}
