/** Apps that misbehave: each run ends with the reason, whoever asks is told, and the federation goes on. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { zipSync } from "fflate";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { buildFab, MAX_FAB_BYTES } from "../../core/wire/fab/fab.ts";
import { control } from "../../core/wire/methods.ts";
import { descendantsOf } from "../confinement/process_tree.ts";
import type { Stage } from "../interop/harness.ts";
import { act, appFolder, eventually, Site, ticksOf, type WatchedRun } from "./site.ts";

/** So many runs at a time: they mostly wait for each other's processes. */
const AT_A_TIME = 3;

/** An app of the folder `wild`, and what must be known of its run afterwards. */
interface Misbehaviour {
  readonly name: string;
  /** Files that stand in the place of its own. */
  readonly files?: Readonly<Record<string, string>>;
  readonly config?: string[];
  readonly details: RegExp;
}

const SERVER_DEEDS: Record<string, RegExp> = {
  throws: /RangeError: thrown on purpose$/,
  "throws a string": /no error at all$/,
  rejects: /TypeError: rejected on purpose$/,
  "throws later": /EvalError: thrown late on purpose$/,
  exits: /the app ended itself with status 3 instead of returning$/,
  closes: /the app ended itself with status 0 instead of returning$/,
};

const CLIENT_DEEDS: Record<string, RegExp> = {
  throws: /code 2: <class 'RangeError'>:<'thrown on purpose'>$/,
  "throws a string": /code 2: .*no error at all/,
  rejects: /code 2: <class 'TypeError'>:<'rejected on purpose'>$/,
  "throws later": /code 2: <class 'EvalError'>:<'thrown late on purpose'>$/,
  exits: /code 2: .*the app ended itself with status 3 instead of returning/,
  closes: /code 2: .*the app ended itself with status 0 instead of returning/,
  "returns nothing": /code 2: .*must be made by message\.reply.*: it is undefined/,
  "returns something": /code 2: .*must be made by message\.reply.*: it is a Object/,
};

/** What a component's file may hold instead of an app, and what is said about it. */
const BROKEN_FILES: Record<string, { text: string; reason: RegExp }> = {
  "a syntax error": { text: "export const app = ;\n", reason: /Expression expected/ },
  "no such export": {
    text: "export const other = 1;\n",
    reason: /"app" of \w+\.ts must be a \w+App .*no such/,
  },
  "something else": {
    text: "export const app = 1;\n",
    reason: /"app" of \w+\.ts must be a \w+App .*something/,
  },
  "an import of nothing": { text: 'import "./missing.ts";\n', reason: /missing\.ts/ },
  "an error while it loads": { text: 'throw new Error("not today");\n', reason: /not today/ },
};

const MISBEHAVIOURS: Misbehaviour[] = [
  ...Object.entries(SERVER_DEEDS).map(([deed, details]) => ({
    name: `a ServerApp that ${deed}`,
    config: [`server="${deed}"`],
    details,
  })),
  ...Object.entries(CLIENT_DEEDS).map(([deed, details]) => ({
    name: `a ClientApp that ${deed}`,
    config: [`client="${deed}"`],
    details,
  })),
  ...Object.entries(BROKEN_FILES).flatMap(([what, { text, reason }]) =>
    ["server.ts", "client.ts"].map((file) => ({
      name: `a ${file} with ${what}`,
      files: { [file]: text },
      details: file === "client.ts" ? new RegExp(`code 1: .*${reason.source}`) : reason,
    }))
  ),
];

act("apps that fail in all ways end with the reason, and the federation goes on", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  for (const name of ["supernode-1", "supernode-2"]) await site.addNode(name);
  const waiting = [...MISBEHAVIOURS];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await misbehave(site, next);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  const good = await site.watch(appFolder("wild"));
  assertEquals([good.code, good.status], [0, "finished:completed"]);
  assertStringIncludes(good.stdout, "all 2 nodes answered");
});

async function misbehave(site: Site, { name, files = {}, config, details }: Misbehaviour): Promise<void> {
  const run = await site.watch(variant(site.stage, name, files), config);
  assertFailed(run, details, name);
}

/** The run has failed, and `flwr run` has said why. */
function assertFailed(run: WatchedRun, details: RegExp, name: string): void {
  assertEquals([run.code, run.status], [1, "finished:failed"], name);
  assertMatch(run.details, details, name);
  assertStringIncludes(run.stderr, `Run ${run.runId} failed: ${run.details}`, name);
}

/** A copy of the app `wild` with other files in it. */
function variant(stage: Stage, name: string, files: Readonly<Record<string, string>>): string {
  const wild = appFolder("wild");
  const folder = `apps/${name.replaceAll(/\W+/g, "-")}`;
  for (const { name } of Deno.readDirSync(wild)) {
    stage.write(`${folder}/${name}`, files[name] ?? Deno.readTextFileSync(`${wild}/${name}`));
  }
  return stage.path(folder);
}

/**
 * How soon `flwr stop` must have ended everything, in milliseconds: about a second, and what a busy machine adds. A
 * SuperNode that did not hear of it would ask after 10 s.
 */
const STOPPED_WITHIN_MS = 5_000;

act("an app that hangs is ended by flwr stop, whatever it is doing", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  const { role: node } = await site.addNode("supernode");
  const daemons = { superlink: stage.pid(site.superlink.name), supernode: stage.pid(node.name) };
  for (const deed of ["waits", "spins"]) {
    for (const [side, who] of [["server", "ServerApp"], ["client", "ClientApp"]]) {
      const runId = await site.begin(appFolder("wild"), [`${side}="${deed}"`]);
      await eventually(async () => {
        const log = side === "server"
          ? (await site.flwr("log", runId, "test", "--show")).stdout
          : node.said();
        return log.includes(`the ${who} ${deed}`) || undefined;
      }, `the ${who}`);
      const { code, stdout } = await site.flwr("stop", runId, "test");
      const stoppedAt = Date.now();
      await eventually(async () => await isQuiet(daemons) || undefined, "the end of the app's work");
      assert(Date.now() - stoppedAt < STOPPED_WITHIN_MS, `${who} ${deed}: ${Date.now() - stoppedAt} ms`);
      assertEquals([code, (await site.look(runId)).status], [0, "finished:stopped"], stdout);
      const { code: status, stderr } = await site.flwr("run", appFolder("wild"), "test", "--stream");
      assertEquals(status, 0, stderr);
    }
  }
});

/** Over how long it is looked whether anything works, in milliseconds, and how many ticks of 10 ms are nothing. */
const QUIET = { ms: 300, ticks: 6 };

/** Whether no ServerApp is left, and what is kept for the next ClientApp does nothing. */
async function isQuiet({ superlink, supernode }: { superlink: number; supernode: number }): Promise<boolean> {
  if ((await descendantsOf(superlink)).length > 0) return false;
  const kept = (await descendantsOf(supernode)).map(({ pid }) => pid);
  const before = ticksOf(kept);
  await new Promise((resolve) => setTimeout(resolve, QUIET.ms));
  return ticksOf(kept) - before < QUIET.ticks;
}

act("an app that eats all memory loses its process only", async (stage) => {
  const site = new Site(stage, { env: { DENO_V8_FLAGS: "--max-old-space-size=300" } });
  await site.startSuperLink();
  await site.addNode("supernode");
  for (
    const [side, details] of [["server", /Fatal JavaScript out of memory/], ["client", /code 8: /]] as const
  ) {
    const run = await site.watch(appFolder("wild"), [`${side}="eats"`]);
    assertFailed(run, details, `the ${side} eats`);
  }
  const good = await site.watch(appFolder("wild"));
  assertEquals([good.code, good.status], [0, "finished:completed"]);
});

act("an app's archive that is broken, too large or leaves its folder starts no run", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  // Random, so that it stays as large in the archive.
  const noise = Array.from({ length: 200 }, () => crypto.getRandomValues(new Uint8Array(60_000)).toBase64());
  const large = variant(stage, "large", { "misdeeds.ts": `// ${noise.join("")}` });
  const { code, stderr } = await site.flwr("run", large, "test", "--stream");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "FAB size exceeds maximum allowed size of 10,485,760 bytes");

  const folder = appFolder("wild");
  const files = [...Deno.readDirSync(folder)].map(({ name }) =>
    [name, Deno.readFileSync(`${folder}/${name}`)] as const
  );
  const good = buildFab(new Map(files)).content;
  const leaving = (path: string) => zipSync({ ...Object.fromEntries(files), [path]: new Uint8Array(1) });
  const refusals: [Uint8Array, string][] = [
    [new Uint8Array(100), "File is not a zip file"],
    [good.slice(0, good.length / 2), "File is not a zip file"],
    [leaving("../evil.ts"), `"../evil.ts" would lie outside the app's folder`],
    [leaving("/evil.ts"), `"/evil.ts" would lie outside the app's folder`],
  ];
  const client = new RpcClient(connectGrpc({ address: site.address("control"), tls: "insecure" }));
  for (const [content, reason] of refusals) {
    const error = await assertRejects(() => client.call(control.StartRun, { fab: { content } }), RpcError);
    assertStringIncludes(error.details, reason);
  }
  // Flower's own answer: one without a run.
  const reply = await client.call(control.StartRun, { fab: { content: new Uint8Array(MAX_FAB_BYTES + 1) } });
  assertEquals(reply.run_id, undefined);
  client.transport.close();
  assertEquals(await site.runs(), []);
});
