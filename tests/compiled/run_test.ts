import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "../confinement/federation.ts";
import { alive, descendantsOf, goes } from "../confinement/process_tree.ts";
import type { Running } from "../confinement/running.ts";
import { binary, isLinux, isWindows, runsOnPin } from "./binary.ts";
import { onFederation } from "./on_federation.ts";

/** Adds a known amount to a model on two nodes, and says what came out. */
const APP = fileURLToPath(new URL("../interop/apps/typescript_app", import.meta.url));
const RESULT = "The model is 8.0 everywhere after 4.0 calls of each node";

const partition = (id: number) => ["--node-config", `partition-id=${id} num-partitions=2`];

/** Ends a daemon by a signal, which only Windows does not have, and makes sure that it leaves nothing behind. */
async function leaves(daemon: Running, signal: Deno.Signal): Promise<void> {
  const started = isWindows ? [] : await descendantsOf(daemon.pid);
  const ended = await daemon.stop(isWindows ? "SIGKILL" : signal);
  if (isWindows) return;
  const { code, stderr } = ended;
  if (ended.signal !== "SIGABRT" || await runsOnPin()) {
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /terminated gracefully\.\r?\n$/);
  }
  await goes(() => alive(started), { withinMs: 5_000 });
}

Deno.test("compiled: a federation with TLS and registered nodes trains, and leaves in good order", () =>
  onFederation(async (federation) => {
    const superlink = await federation.begin();
    const nodes = [
      await federation.addSuperNode({ flags: partition(0) }),
      await federation.addSuperNode({ host: "localhost", flags: partition(1) }),
    ];
    for (const daemon of [superlink, ...nodes]) {
      await daemon.says(isLinux ? /INFO.*Apps are fenced in by / : /WARNING.*Apps are not fenced in/);
    }
    const { code, stdout, stderr } = await federation.flwr(["run", APP, "test", "--stream"]);
    assertEquals(code, 0, `${stdout}${stderr}\n${federation.said}`);
    assertStringIncludes(stdout, RESULT);
    const list = await federation.flwr(["list", "test", "--format", "json"]);
    assertEquals(JSON.parse(list.stdout).runs.map(({ status }: { status: string }) => status), [
      "finished:completed",
    ]);
    for (const [index, node] of nodes.entries()) await leaves(node, index === 0 ? "SIGTERM" : "SIGINT");
    await leaves(superlink, "SIGTERM");
  }));

Deno.test({
  name: "compiled: a daemon that is interrupted while it starts leaves nothing behind",
  ignore: isWindows,
}, async () => {
  await using federation = await Federation.prepare({ program: binary });
  const ports = ["fleet", "control", "serverappio"].flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const moment of [/Starting Flower/, /Control API/, /Fleet API/]) {
      const daemon = await federation.spawn(["superlink", "--insecure", ...ports], { home: "superlink" });
      await daemon.says(moment);
      const started = await descendantsOf(daemon.pid);
      const ended = await daemon.stop(signal);
      // Before the role is started the signal ends the process by itself.
      assert(
        ended.code === 0 || ended.signal === signal,
        `${signal} at ${moment}: ${ended.code} ${ended.stderr}`,
      );
      await goes(() => alive(started), { withinMs: 5_000 });
    }
  }
});
