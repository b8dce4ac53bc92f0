import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./federation.ts";
import { alive, descendantsOf, goes, type Process } from "./process_tree.ts";
import { fromSource } from "./program.ts";
import type { Running } from "./running.ts";

/*
 * Who leaves, leaves nothing behind: neither a daemon that is asked to go at any moment, nor one that is killed.
 */

const HOSTILE = fileURLToPath(new URL("./apps/hostile", import.meta.url));
const ignore = Deno.build.os === "windows";

/** App processes hear at once that their daemon is gone; they may need a moment to leave. */
const LEAVE_MS = 5_000;

/** Lines after which a daemon is interrupted; none: as soon as the process exists. */
const MOMENTS = [undefined, /Starting Flower/, /(Control|ClientAppIo) API|Connection attempt failed/];

const nobody = "127.0.0.1:1";
const DAEMONS: Record<string, string[]> = {
  superlink: [
    "--insecure",
    ...["fleet", "control", "serverappio"].flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]),
  ],
  supernode: ["--insecure", "--superlink", nobody, "--clientappio-api-address", "127.0.0.1:0"],
  superexec: ["--insecure", "--appio-api-address", nobody, "--plugin-type", "serverapp"],
};

Deno.test({ name: "leaving: Ctrl-C while a daemon starts ends it and all it started", ignore }, async () => {
  await using federation = await Federation.prepare({ program: fromSource });
  for (const [role, flags] of Object.entries(DAEMONS)) {
    for (const [index, moment] of MOMENTS.entries()) {
      const daemon = await federation.spawn([role, ...flags], { home: `${role} ${index}` });
      if (moment) await daemon.says(moment);
      // All that it starts before its first word is the look for a fence, which is over in a moment.
      const isLooking = !daemon.said.includes("Starting Flower");
      const started = await descendantsOf(daemon.pid);
      const { code, signal } = await daemon.stop("SIGINT");
      // Until it listens for signals one ends the process by itself.
      const atOnce = signal === "SIGINT" && (started.length === 0 || isLooking) && moment !== MOMENTS.at(-1);
      assert(code === 0 || atOnce, `${role} at ${moment}: ${code} ${daemon.said}`);
      if (atOnce) await goes(() => alive(started), { withinMs: LEAVE_MS });
      assertEquals(await alive(started), [], `${role} at ${moment}`);
    }
  }
});

/** A run in which the ClientApp never ends, and the processes that work for it. */
async function spinning(federation: Federation, on: { superlink: Running; supernode: Running }) {
  await federation.spawn(["flwr", "run", HOSTILE, "test", "--run-config", 'story="spin"'], { home: "user" });
  await on.supernode.says(/spinning/);
  const [server, client] = await Promise.all([on.superlink.pid, on.supernode.pid].map(descendantsOf));
  const which = (processes: Process[]) => processes.map(({ command }) => command.match(/flwr-\w+app/)?.[0]);
  assertEquals([which(server), which(client)], [["flwr-serverapp"], ["flwr-clientapp"]]);
  return { server, client };
}

Deno.test({ name: "leaving: in the middle of a run nothing stays behind", ignore }, async (t) => {
  await using federation = await Federation.prepare({ program: fromSource });
  const first = await federation.begin();

  await t.step("when a SuperNode or a SuperLink is killed", async () => {
    const supernode = await federation.addSuperNode();
    const { server, client } = await spinning(federation, { superlink: first, supernode });
    await supernode.stop("SIGKILL");
    await goes(() => alive(client), { withinMs: LEAVE_MS });
    assertEquals(await alive(server), server);
    await first.stop("SIGKILL");
    await goes(() => alive(server), { withinMs: LEAVE_MS });
  });

  await t.step("when they are interrupted", async () => {
    const superlink = await federation.startSuperLink();
    const supernode = await federation.addSuperNode();
    const { server, client } = await spinning(federation, { superlink, supernode });
    for (const [daemon, started] of [[supernode, client], [superlink, server]] as const) {
      const { code, stderr } = await daemon.stop("SIGINT");
      assertEquals(code, 0, stderr);
      assertMatch(stderr, /terminated gracefully\.\n$/);
      assertEquals(await alive(started), []);
    }
  });
});
