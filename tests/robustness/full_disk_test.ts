/** A disk that runs full under a SuperLink: the run ends and says why, and everything else goes on. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { act, appFolder, Site } from "./site.ts";

const DISK = "16m";
/** Does not fit. */
const LARGE = ["elements=6000000", "nodes=1"];
const NO_ROOM = /RESOURCE_EXHAUSTED: Cannot .* as its disk must have room/;
const SMALL = ["elements=1000", "nodes=1"];

act(
  "on a full disk a push is refused with the reason, the run fails, and the next one works",
  async (stage) => {
    const site = new Site(stage);
    Deno.mkdirSync(site.stateFolder, { recursive: true });
    mount(site.stateFolder);
    try {
      await site.startSuperLink();
      await site.addNode("supernode");
      const before = await site.succeed(SMALL);
      for (const config of [LARGE, ["small-arrays=5000", "nodes=1"]]) {
        const run = await site.watch(appFolder("steady"), config);
        assertEquals([run.code, run.status], [1, "finished:failed"]);
        assertMatch(run.details, NO_ROOM);
        assertStringIncludes(run.stderr, run.details);
        await site.succeed(SMALL);
      }
      const runId = await site.begin(appFolder("steady"), [...SMALL, "train-ms=4000"]);
      await site.superlink.says(new RegExp(`gets message \\w+ of run ${runId}`));
      const filler = fill(site.stateFolder);
      const end = await site.end(runId);
      assertEquals(end.status, "finished:failed");
      assertMatch(end.details, NO_ROOM);
      Deno.removeSync(filler);
      await site.succeed(SMALL);
      const runs = await site.runs();
      assertEquals([runs.length, runs.at(-1)], [7, before.runId]);
      await site.restartSuperLink();
      assertEquals(await site.runs(), runs);
    } finally {
      await stage.clear();
      umount(site.stateFolder);
    }
  },
  { ignore: !mayMount() },
);

/** Somebody else takes all the room that is left. @returns the path of what takes it */
function fill(folder: string): string {
  const path = `${folder}/somebody-elses`;
  using file = Deno.openSync(path, { create: true, write: true });
  const block = new Uint8Array(4_096);
  try {
    while (file.writeSync(block) > 0);
  } catch {
    // That was the last of it.
  }
  return path;
}

function mount(folder: string): void {
  const { success, stderr } = run("mount", "-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", folder);
  assert(success, new TextDecoder().decode(stderr));
}

function umount(folder: string): void {
  run("umount", "--lazy", folder);
}

/** Whether this user can have a small disk: seldom anybody but root. */
function mayMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = Deno.makeTempDirSync();
  const { success } = run("mount", "-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", folder);
  if (success) umount(folder);
  Deno.removeSync(folder);
  return success;
}

function run(program: string, ...args: string[]): Deno.CommandOutput {
  return new Deno.Command(program, { args, stdout: "null", stderr: "piped" }).outputSync();
}
