/** Python apps that do their worst, in the hands of our daemons: behind the kernel's fence they get at nothing. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "../confinement/federation.ts";
import { fromSource } from "../confinement/program.ts";
import { peerFolder } from "./harness.ts";

const HOSTILE = fileURLToPath(new URL("../confinement/apps/hostile_python", import.meta.url));
const SECRET = "that no app was given";

/** Why an attempt may be refused. Anything else, a mistake in the attempt above all, does not count. */
const REFUSALS = /refused: (PermissionError: |nothing there|OSError: \[Errno (18|38)\]|CalledProcessError)/;

Deno.test({
  name: "Python apps behind the fence get at nothing that they were not given",
  ignore: Deno.build.os !== "linux",
}, async (t) => {
  using forbidden = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using granted = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const env = { PATH: `${peerFolder()}:${Deno.env.get("PATH")}`, COROLLA_TEST_SECRET: SECRET };
  await using federation = await Federation.prepare({ program: fromSource, env });
  for (const folder of ["private", "data"]) await Deno.mkdir(federation.path(folder));
  for (const name of ["private/1.txt", "private/1.json"]) {
    await Deno.writeTextFile(federation.path(name), SECRET);
  }
  await Deno.writeTextFile(federation.path("data/images.txt"), "what the operator grants");
  const flags = [
    "--require-fence",
    ...["--allow-app-read", federation.path("data")],
    ...["--allow-app-net", `127.0.0.1:${granted.addr.port}`],
  ];
  const superlink = await federation.begin({ superlink: flags });
  const supernode = await federation.addSuperNode({ flags });
  for (const daemon of [superlink, supernode]) {
    assertMatch(daemon.said, /Apps are fenced in by Landlock \d+:/);
  }

  const run = async (side: string, daemon: number) => {
    const settings = {
      ...{ side, "key-path": federation.keyPath(1), folder: federation.path("private") },
      ...{ "granted-path": federation.path("data/images.txt"), "secret-variable": "COROLLA_TEST_SECRET" },
    };
    const words = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    words.push(`port=${forbidden.addr.port}`, `granted-port=${granted.addr.port}`, `daemon=${daemon}`);
    const ended = await federation.flwr([
      "run",
      HOSTILE,
      "test",
      "--stream",
      "--run-config",
      words.join(" "),
    ]);
    assertEquals(ended.code, 0, `${ended.stdout}${ended.stderr}\n${federation.said}`);
    return ended.stdout.split("\n").filter((line) => line.includes(" | "));
  };

  for (const [side, daemon] of [["client", supernode], ["server", superlink]] as const) {
    await t.step(`a ${side === "client" ? "ClientApp" : "ServerApp"}`, async () => {
      const lines = await run(side, daemon.pid);
      const attempts = lines.filter((line) => line.startsWith(`${side} |`));
      assert(attempts.length > 30, lines.join("\n"));
      assertEquals(attempts.filter((line) => !REFUSALS.test(line)), []);
      assertEquals(lines.filter((line) => line.startsWith("may |")), [
        "may | bundle: [build-system]",
        "may | own: in its own folder",
        "may | granted: what the operator grants",
        "may | port: 127.0.0.1",
      ]);
    });
  }

  await t.step("a refusal stands in the run's log as what it is", async () => {
    const lines = await run("denied", supernode.pid);
    assertStringIncludes(lines.join("\n"), `Permission denied: '${federation.keyPath(1)}'`);
  });

  await t.step("nothing is left of their folders, and what a ServerApp made stays with its run", async () => {
    for (const daemon of [supernode, superlink]) assertEquals((await daemon.stop()).code, 0);
    const scratch = federation.path("homes/supernode 1/scratch");
    const [own] = await Array.fromAsync(Deno.readDir(scratch));
    assertEquals(await Array.fromAsync(Deno.readDir(`${scratch}/${own.name.replace(/\.lock$/, "")}`)), []);
    const runs = await Array.fromAsync(Deno.readDir(federation.path("homes/superlink/runs")));
    assertEquals(runs.length, 1);
    assertEquals(
      await Deno.readTextFile(federation.path(`homes/superlink/runs/${runs[0].name}/made`)),
      "in its own folder",
    );
  });
});
