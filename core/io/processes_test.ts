import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import type { LaunchSettings } from "./app_command.ts";
import { systemClock } from "./clock.ts";
import type { AppEnd, AppOrder, Clock } from "./ports.ts";
import { ProcessLauncher } from "./processes.ts";

const NO_GRANTS = { read: [], write: [], net: [] };
const ENVIRONMENT = { PATH: Deno.env.get("PATH") ?? "", DENO_NO_UPDATE_CHECK: "1" };

/** Plays an app process of ours: the token says what it does with its task. */
const FAKE_APP = `
import { readyLine } from "${new URL("./app_lines.ts", import.meta.url).href}";
const say = (text) => console.log(text);
say("pid " + Deno.pid + " args " + Deno.args.join(" "));
Deno.addSignalListener("SIGTERM", () => stubborn || Deno.exit(0));
let stubborn = false;
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  rest += text;
  while (rest.includes("\\n")) {
    const token = rest.slice(0, rest.indexOf("\\n"));
    rest = rest.slice(token.length + 1);
    if (token === "crash") { console.error("Traceback\\nValueError: bad weights"); Deno.exit(3); }
    if (token === "stubborn") { stubborn = true; say("working"); continue; }
    if (token === "liar") { say("\\u001ecorolla-ready 00"); continue; }
    say("task done");
    console.log(await readyLine(token));
  }
}
say("left");
`;

interface Workshop {
  launcher: ProcessLauncher;
  folder: string;
  lines: string[];
  clock: Clock;
  order(token: string, changes?: Partial<AppOrder>): AppOrder;
}

/**
 * @param options.clock the machine's unless given; one that stands still gives output all the time that it needs to come
 * after its process has ended
 */
async function workshop(
  test: (shop: Workshop) => Promise<void>,
  options: { clock?: Clock; python?: string } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const main = `${folder}/fake_app.ts`;
  await Deno.mkdir(`${folder}/scratch`);
  await Deno.writeTextFile(main, FAKE_APP);
  const lines: string[] = [];
  const flags = ["--quiet", "--no-prompt", "--no-config", "--no-check"];
  const python: { clientapp?: string } = {};
  if (options.python !== undefined) {
    python.clientapp = `${folder}/flwr-clientapp`;
    await Deno.writeTextFile(python.clientapp, options.python, { mode: 0o755 });
  }
  const settings: LaunchSettings = {
    own: {
      executable: Deno.execPath(),
      source: { main, flags, grants: { serverapp: NO_GRANTS, clientapp: NO_GRANTS } },
      appFlags: { serverapp: [], clientapp: ["--allow-app-read", "/data"] },
    },
    python,
    parentPid: Deno.pid,
    scratchFolder: `${folder}/scratch`,
    runsFolder: `${folder}/runs`,
    allowRuntimeDependencyInstallation: false,
    environment: ENVIRONMENT,
  };
  const clock = options.clock ?? systemClock;
  const output = { stdout: (text: string) => lines.push(text), stderr: (text: string) => lines.push(text) };
  const launcher = new ProcessLauncher(settings, { clock, output });
  const order = (token: string, changes: Partial<AppOrder> = {}): AppOrder => ({
    plugin: "clientapp",
    runtime: "typescript",
    runId: 1n,
    taskId: 2n,
    token,
    appIo: { address: "127.0.0.1:9094" },
    ...changes,
  });
  try {
    await test({ launcher, folder, lines, clock, order });
  } finally {
    const stopped = launcher.stop();
    if (clock instanceof FakeClock) await clock.advance(5_000);
    await stopped;
    await Deno.remove(folder, { recursive: true });
  }
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries++) {
    assert(tries < 12_000, "what the test waits for does not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("one process of ours serves several ClientApp tasks, and its tokens stand on no command line", async () => {
  await workshop(async ({ launcher, lines, order }) => {
    for (const token of ["secret-1", "secret-2", "secret-3"]) {
      assertEquals(await launcher.start(order(token)).ended, { kind: "ready" });
    }
    assertEquals(lines.filter((line) => line.startsWith("pid ")).length, 1);
    assertEquals(lines.filter((line) => line === "task done\n").length, 3);
    assertStringIncludes(
      lines[0],
      "args flwr-clientapp --clientappio-api-address 127.0.0.1:9094 --token-file - --insecure " +
        `--parent-pid ${Deno.pid} --allow-app-read /data`,
    );
    assert(!lines.join("").includes("secret-"));
    assert(!lines.join("").includes("corolla-ready"));
  });
});

Deno.test("two ClientApp tasks at a time get two processes", async () => {
  await workshop(async ({ launcher, lines, order }) => {
    const both = [launcher.start(order("a")), launcher.start(order("b"))];
    await Promise.all(both.map((process) => process.ended));
    assertEquals(lines.filter((line) => line.startsWith("pid ")).length, 2);
  });
});

Deno.test("no process serves two runs, and no more than two wait for tasks", async () => {
  await workshop(async ({ launcher, lines, order }) => {
    for (const runId of [1n, 2n, 1n, 2n]) {
      assertEquals(await launcher.start(order("a", { runId })).ended, { kind: "ready" });
    }
    assertEquals(lines.filter((line) => line.startsWith("pid ")).length, 2);
    assertEquals(await launcher.start(order("a", { runId: 3n })).ended, { kind: "ready" });
    await until(() => lines.includes("left\n"));
    assertEquals(await launcher.start(order("a", { runId: 2n })).ended, { kind: "ready" });
    assertEquals(lines.filter((line) => line.startsWith("pid ")).length, 3);
    assertEquals(await launcher.start(order("a", { runId: 1n })).ended, { kind: "ready" });
    assertEquals(lines.filter((line) => line.startsWith("pid ")).length, 4);
  });
});

Deno.test("an idle process is sent away after a minute", async () => {
  const clock = new FakeClock();
  await workshop(async ({ launcher, lines, order }) => {
    assertEquals(await launcher.start(order("a")).ended, { kind: "ready" });
    await settled();
    await clock.advance(59_999);
    assert(!lines.includes("left\n"));
    await clock.advance(1);
    await until(() => lines.includes("left\n"));
    assertEquals(await launcher.start(order("b")).ended, { kind: "ready" });
    assertEquals(lines.filter((line) => line.startsWith("pid ")).length, 2);
  }, { clock });
});

Deno.test("a process that dies ends its task with the code and its last words", async () => {
  await workshop(async ({ launcher, order }) => {
    const end = await launcher.start(order("crash")).ended;
    assertEquals(end, { kind: "exited", code: 3, lastWords: "Traceback\nValueError: bad weights" });
  }, { clock: new FakeClock() });
});

Deno.test("an app cannot say for its process that the task is done", async () => {
  await workshop(async ({ launcher, lines, order }) => {
    const process = launcher.start(order("liar"));
    await until(() => lines.some((line) => line.includes("corolla-ready 00")));
    let ended = false;
    process.ended.then(() => ended = true);
    await settled();
    assertEquals(ended, false);
  });
});

Deno.test("a process that ignores SIGTERM is killed five seconds later", async () => {
  const clock = new FakeClock();
  await workshop(async ({ launcher, lines, order }) => {
    const process = launcher.start(order("stubborn"));
    await until(() => lines.includes("working\n"));
    let end: AppEnd | undefined;
    process.ended.then((value) => end = value);
    process.stop();
    await clock.advance(4_999);
    assertEquals(end, undefined);
    await clock.advance(1);
    await until(() => end !== undefined);
    assertEquals(end?.kind === "exited" && end.signal, "SIGKILL");
  }, { clock });
});

Deno.test("a ServerApp process of ours gets its token and serves one task", async () => {
  await workshop(async ({ launcher, lines, order }) => {
    const end = await launcher.start(order("crash", { plugin: "serverapp" })).ended;
    assertEquals(end.kind === "exited" && end.code, 3);
    assertEquals(lines, [], "its output is not the daemon's");
  });
});

const unix = Deno.build.os !== "windows";

Deno.test({
  name: "a Python app gets its token in a private file, which goes with the process",
  ignore: !unix,
  fn: async () => {
    const python = `#!/bin/sh\necho "args $*"\necho "token $(cat "$4") $(stat -c %a "$4")"\nexit 0\n`;
    await workshop(async ({ launcher, folder, lines, order }) => {
      const end = await launcher.start(order("secret", { runtime: "python" })).ended;
      assertEquals(end, { kind: "exited", code: 0, lastWords: "" });
      assertMatch(
        lines[0],
        /^args --clientappio-api-address 127\.0\.0\.1:9094 --token-file \S+ --insecure --parent-pid \d+\n$/,
      );
      assertEquals(lines[1], "token secret 600\n");
      assertEquals([...Deno.readDirSync(`${folder}/scratch`)], []);
    }, { python, clock: new FakeClock() });
  },
});

Deno.test({
  name:
    "what a fence refuses a Python app is explained behind the app's own line, once, and is its last word",
  ignore: !unix,
  fn: async () => {
    const refused = `echo "PermissionError: [Errno 13] Permission denied: '/data/x.csv'" >&2`;
    const python = `#!/bin/sh\necho starting >&2\n${refused}\n${refused}\nexit 1\n`;
    await workshop(async ({ launcher, folder, lines, clock, order }) => {
      const nothing = { read: [], execute: [], write: [], devices: [], ports: [], datagrams: false };
      const plans = { serverapp: nothing, clientapp: nothing };
      // Sets no fence: it only starts what follows the dashes.
      const setter = `${folder}/bwrap`;
      const script = `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n`;
      await Deno.writeTextFile(setter, script, { mode: 0o755 });
      const command = { executable: setter, args: [] };
      const fence = { kind: "bubblewrap", command, plans: { typescript: plans, python: plans } } as const;
      const behindIt = new ProcessLauncher({ ...launcher.settings, fence }, { ...launcher.ports, clock });
      const end = await behindIt.start(order("secret", { runtime: "python" })).ended;
      const own = "PermissionError: [Errno 13] Permission denied: '/data/x.csv'\n";
      const hint = lines[2];
      assertEquals(lines, ["starting\n", own, hint, own]);
      assertMatch(
        hint,
        /^The fence around apps \(bubblewrap\) keeps apps from .*--allow-app-read \/data\/x\.csv/,
      );
      assertStringIncludes(end.kind === "exited" ? end.lastWords : "", hint.trim());
    }, { python, clock: new FakeClock() });
  },
});

Deno.test("a Python app on a machine without Flower says what to do", async () => {
  await workshop(async ({ launcher, order }) => {
    const end = await launcher.start(order("secret", { runtime: "python" })).ended;
    assertEquals(end.kind, "notStarted");
    assertStringIncludes(end.kind === "notStarted" ? end.reason : "", "Cannot start flwr-clientapp");
  });
});

Deno.test("a simulation of a Python app is refused where it cannot run, and says what to do", async () => {
  await workshop(async ({ launcher, order }) => {
    const simulation = order("secret", { runtime: "python", plugin: "serverapp", simulates: true });
    const reason = async (launcher: ProcessLauncher) => {
      const end = await launcher.start(simulation).ended;
      return end.kind === "notStarted" ? end.reason : end.kind;
    };
    assertStringIncludes(await reason(launcher), `"pip install 'flwr[simulation]'"`);
    const { settings, ports } = launcher;
    const nothing = { read: [], execute: [], write: [], devices: [], ports: [], datagrams: false };
    const plans = { serverapp: nothing, clientapp: nothing };
    const fence = {
      kind: "landlock",
      command: { executable: "/nowhere", args: [] },
      plans: { typescript: plans, python: plans },
    } as const;
    const python = { simulation: "/nowhere/flwr-simulation" };
    assertStringIncludes(
      await reason(new ProcessLauncher({ ...settings, python, fence }, ports)),
      "--simulation --app-fence none",
    );
  });
});

Deno.test("nothing starts after the launcher was stopped", async () => {
  await workshop(async ({ launcher, order }) => {
    await launcher.stop();
    assertEquals((await launcher.start(order("a")).ended).kind, "notStarted");
  });
});
