import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { LaunchSettings } from "./app_command.ts";
import { startLauncherWorker } from "./launcher_host.ts";
import { RemoteLauncher } from "./launcher_port.ts";
import type { AppOrder } from "./ports.ts";

const NO_GRANTS = { read: [], write: [], net: [] };
const ENVIRONMENT = { PATH: Deno.env.get("PATH") ?? "", DENO_NO_UPDATE_CHECK: "1" };

const APP = `
import { readyLine } from "${new URL("./app_lines.ts", import.meta.url).href}";
console.error("child " + Deno.pid);
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  if (text === "hang\\n") continue;
  console.log(await readyLine(text.trim()));
}
`;

async function settingsIn(folder: string): Promise<LaunchSettings> {
  const main = `${folder}/app.ts`;
  await Deno.writeTextFile(main, APP);
  await Deno.mkdir(`${folder}/scratch`);
  const flags = ["--quiet", "--no-prompt", "--no-config", "--no-check"];
  return {
    own: {
      executable: Deno.execPath(),
      source: { main, flags, grants: { serverapp: NO_GRANTS, clientapp: NO_GRANTS } },
      appFlags: { serverapp: [], clientapp: [] },
    },
    python: {},
    parentPid: Deno.pid,
    scratchFolder: `${folder}/scratch`,
    runsFolder: `${folder}/runs`,
    allowRuntimeDependencyInstallation: false,
    environment: ENVIRONMENT,
  };
}

function orderFor(token: string): AppOrder {
  const appIo = { address: "127.0.0.1:9094" };
  return { plugin: "clientapp", runtime: "typescript", runId: 1n, taskId: 2n, token, appIo };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("orders reach the launcher Worker through a port, and its stop ends every process", async () => {
  await inFolder(async (folder) => {
    const host = startLauncherWorker(await settingsIn(folder), (reason) => assert(false, reason));
    const launcher = new RemoteLauncher(host.connect());
    assertEquals(await launcher.start(orderFor("one")).ended, { kind: "ready" });
    assertEquals(await launcher.start(orderFor("two")).ended, { kind: "ready" });
    const hanging = launcher.start(orderFor("hang"));
    await host.stop();
    assertEquals((await hanging.ended).kind, "exited");
  });
});

Deno.test("an order can be stopped", async () => {
  await inFolder(async (folder) => {
    const host = startLauncherWorker(await settingsIn(folder), (reason) => assert(false, reason));
    const process = new RemoteLauncher(host.connect()).start(orderFor("hang"));
    process.stop();
    const end = await process.ended;
    assertEquals(end.kind === "exited" && end.signal, "SIGTERM");
    await host.stop();
  });
});

Deno.test("a program that is not in the settings cannot be started", async () => {
  await inFolder(async (folder) => {
    const settings = await settingsIn(folder);
    const broken = { ...settings, own: { ...settings.own, executable: `${folder}/no-such-program` } };
    const host = startLauncherWorker(broken, (reason) => assert(false, reason));
    const end = await new RemoteLauncher(host.connect()).start(orderFor("one")).ended;
    assertStringIncludes(end.kind === "notStarted" ? end.reason : "", "no-such-program");
    await host.stop();
  });
});

const DAEMON = (settings: LaunchSettings, order: AppOrder) => `
import { startLauncherWorker } from "${new URL("./launcher_host.ts", import.meta.url).href}";
import { RemoteLauncher } from "${new URL("./launcher_port.ts", import.meta.url).href}";
const settings = ${JSON.stringify(settings)};
const order = ${JSON.stringify({ ...order, runId: 1, taskId: 2 })};
const host = startLauncherWorker({ ...settings, parentPid: Deno.pid }, console.error);
new RemoteLauncher(host.connect()).start(order);
setInterval(() => {}, 1000);
`;

Deno.test({
  name: "app processes of ours leave when the daemon is killed",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const script = `${folder}/daemon.ts`;
      await Deno.writeTextFile(script, DAEMON(await settingsIn(folder), orderFor("hang")));
      const daemon = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--allow-all",
          "--unstable-worker-options",
          "--no-check",
          "--no-config",
          script,
        ],
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const errors = daemon.stderr.pipeThrough(new TextDecoderStream()).getReader();
      let said = "";
      while (!/child \d+\n/.test(said)) {
        const { value, done } = await errors.read();
        assert(!done, `its child must run: ${said}`);
        said += value;
      }
      const child = Number(/child (\d+)/.exec(said)![1]);
      assert(isAlive(child), `its child must run: ${said}`);
      daemon.kill("SIGKILL");
      await daemon.status;
      await errors.cancel();
      for (let tries = 0; isAlive(child); tries++) {
        assert(tries < 12_000, "the child is still there");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }),
});

/** A zombie waits for init and works no more. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
