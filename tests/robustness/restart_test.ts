/** A SuperLink that is killed and started again: what it had acknowledged is there, and work goes on. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { alive, descendantsOf, goes } from "../confinement/process_tree.ts";
import { act, appFolder, eventually, Site } from "./site.ts";

/** How soon after its restart a SuperLink must have ended the runs whose apps died with it: 5 s, and the looks at it. */
const ENDED_WITHIN_MS = 8_000;

/** How long the apps of a SuperLink that is gone may live on: they look for it five times a second. */
const APPS_GONE_WITHIN_MS = 5_000;

/** Some MB in several objects: pushing it takes a moment. */
const LARGE = "elements=10000000";

/** A moment of a run at which the SuperLink is killed. */
interface Moment {
  readonly name: string;
  readonly config: string[];
  reached(site: Site, runId: string): Promise<unknown>;
}

const PUSHING: Moment = {
  name: "while objects are pushed",
  config: [LARGE],
  reached: (site) => eventually(() => Promise.resolve(objectsIn(site.stateFolder) || undefined), "an object"),
};

const TRAINING: Moment = {
  name: "while nodes train",
  config: ["train-ms=4000"],
  reached: (site, runId) => site.superlink.says(new RegExp(`gets message \\w+ of run ${runId}`)),
};

const PENDING: Moment = {
  name: "before the ServerApp is up",
  config: [],
  reached: (site, runId) => site.superlink.says(new RegExp(`Created run ${runId}`)),
};

act(
  "a killed SuperLink comes back: runs have failed, all else is there, SuperNodes come back",
  async (stage) => {
    const site = new Site(stage);
    await site.startSuperLink();
    const nodes = [await site.addNode("supernode-1"), await site.addNode("supernode-2")];
    const runs: string[] = [(await site.succeed()).runId];
    for (const { name, config, reached } of [PUSHING, TRAINING, PENDING]) {
      const runId = await site.begin(appFolder("steady"), config);
      runs.unshift(runId);
      await reached(site, runId);
      const apps = await descendantsOf(stage.pid(site.superlink.name));
      const upAt = await site.restartSuperLink();
      const run = await site.end(runId);
      const tookMs = Date.now() - upAt;
      // What had not begun to run has lost nothing and goes on.
      if (name !== PENDING.name || run.status !== "finished:completed") {
        assertEquals(run, { status: "finished:failed", details: "the SuperLink was restarted" });
        assert(tookMs < ENDED_WITHIN_MS, `killed ${name}: ended after ${tookMs} ms`);
      }
      await goes(() => alive(apps), { withinMs: APPS_GONE_WITHIN_MS });
      assertEquals(await site.runs(), runs);
    }
    runs.unshift((await site.succeed()).runId);
    assertEquals(await site.runs(), runs);
    for (const { role, nodeId } of nodes) {
      assertEquals(role.said().match(/SuperNode ID: \d+/g), [`SuperNode ID: ${nodeId}`]);
    }
    await objectsGo(site.stateFolder);
  },
);

act("a killed SuperLink comes back while the apps live: runs go on to the end", async (stage) => {
  const site = new Site(stage, { isolation: "process" });
  await site.startSuperLink();
  await site.addSuperExec();
  for (const name of ["supernode-1", "supernode-2"]) await site.addNode(name);
  for (const { name, config, reached } of [PUSHING, TRAINING]) {
    const runId = await site.begin(appFolder("steady"), config);
    await reached(site, runId);
    await site.restartSuperLink();
    assertEquals(await site.end(runId), { status: "finished:completed", details: "N/A" }, `killed ${name}`);
    const { stdout } = await site.flwr("log", runId, "test");
    assertStringIncludes(stdout, "aggregate_train: Received 2 results and 0 failures");
    assertStringIncludes(stdout, "trained in 1 rounds");
    await objectsGo(site.stateFolder);
  }
});

/** Resolves when no object is stored: the files go after the rows. */
async function objectsGo(stateFolder: string): Promise<void> {
  await eventually(
    () => Promise.resolve(objectsIn(stateFolder) === 0 || undefined),
    "the end of the objects",
  );
}

/** How many objects are stored, whole or not. */
function objectsIn(stateFolder: string): number {
  let count = 0;
  const walk = (folder: string) => {
    for (const entry of entriesOf(folder)) {
      if (entry.isDirectory) walk(`${folder}/${entry.name}`);
      else if (/[0-9a-f]{64}$/.test(entry.name)) count++;
    }
  };
  walk(`${stateFolder}/state.db-objects`);
  return count;
}

/** What is in a folder: nothing, when the SuperLink has removed it meanwhile. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
