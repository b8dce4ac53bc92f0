/** Python apps that do their worst, in the hands of our daemons: behind the kernel's fence they get at nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "../confinement/federation.ts";
import { alive, descendantsOf, goes } from "../confinement/process_tree.ts";
import { fromSource } from "../confinement/program.ts";
import { freePort } from "../fakes/free_port.ts";
import { peerFolder } from "./harness.ts";

const HOSTILE = fileURLToPath(new URL("../confinement/apps/hostile_python", import.meta.url));
const SECRET = "that no app was given";

/** Why an attempt may be refused. Anything else, a mistake in the attempt above all, does not count. */
const REFUSALS = /refused: (PermissionError: |nothing there|OSError: \[Errno (18|38)\]|CalledProcessError)/;

const HIDDEN = /refused: (FileNotFoundError: \[Errno 2\]|ProcessLookupError: )/;

/** Where there is no network there is still the process's own loopback, on which nobody listens. */
const NOBODY = /\| a port.*refused: (ConnectionRefusedError: |OSError: \[Errno (99|101)\])/;

const isLinux = Deno.build.os === "linux";
const hasBubblewrap = isLinux && await new Deno.Command("bwrap", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

Deno.test(
  {
    name: "Python apps behind the fence get at nothing that they were not given",
    ignore: !isLinux,
  },
  (t) =>
    doTheirWorst(t, {
      flags: ["--require-fence"],
      start: /Apps are fenced in by Landlock \d+:/,
      hides: false,
      counts: () => true,
    }),
);

/** What bubblewrap leaves to do in its cage, where it reaches nobody: programs run, there are sockets of all kinds. */
const OPEN =
  /\| (the home|a program|listens|a datagram|a raw socket|multipath|a Unix socket|asks the kernel|rings|another|shared memory|traces)/;

Deno.test({
  name:
    "Python apps behind bubblewrap get at no file, no process and nobody on the network that they were not given",
  ignore: !hasBubblewrap,
}, (t) =>
  doTheirWorst(t, {
    flags: ["--app-fence", "bubblewrap"],
    start: /Apps are fenced in by bubblewrap: files, network, other processes/,
    hides: true,
    hasNoNetwork: true,
    counts: (line) => !OPEN.test(line),
  }));

Deno.test({
  name:
    "Python apps behind bubblewrap that are granted a port keep the whole network, and the daemon says so",
  ignore: !hasBubblewrap,
}, (t) =>
  doTheirWorst(t, {
    flags: ["--app-fence", "bubblewrap"],
    start: /Apps are fenced in by bubblewrap: their files are, their network connections are not/,
    hides: true,
    counts: (line) => !OPEN.test(line) && !/\| a port/.test(line),
  }));

/** A fence, and what it is held to. */
interface Trial {
  readonly flags: readonly string[];
  /** What a daemon says about it. */
  readonly start: RegExp;
  /** Whether what is withheld is not there at all. */
  readonly hides: boolean;
  /** Whether no connection is granted, and none can be had. */
  readonly hasNoNetwork?: boolean;
  /** Whether an attempt must be refused. */
  counts(line: string): boolean;
}

/** An address of a SuperNode's own, for which its folder has a name that is known before. */
function ownPort(): string[] {
  return ["--clientappio-api-address", `127.0.0.1:${freePort()}`];
}

async function doTheirWorst(t: Deno.TestContext, trial: Trial): Promise<void> {
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
    ...trial.flags,
    ...["--allow-app-read", federation.path("data")],
    ...trial.hasNoNetwork ? [] : ["--allow-app-net", `127.0.0.1:${granted.addr.port}`],
  ];
  const superlink = await federation.begin({ superlink: flags });
  const supernode = await federation.addSuperNode({
    flags: [...flags, ...trial.hasNoNetwork ? ownPort() : []],
  });
  for (const daemon of [superlink, supernode]) {
    await daemon.says(trial.start);
  }

  const run = async (side: string, daemon: number) => {
    const settings = {
      ...{ side, "key-path": federation.keyPath(1), folder: federation.path("private") },
      ...{ "granted-path": federation.path("data/images.txt"), "secret-variable": "COROLLA_TEST_SECRET" },
    };
    const words = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    words.push(
      `port=${forbidden.addr.port}`,
      `granted-port=${trial.hasNoNetwork ? 0 : granted.addr.port}`,
      `daemon=${daemon}`,
    );
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
      const refused = (line: string) =>
        REFUSALS.test(line) || trial.hides && HIDDEN.test(line) ||
        trial.hasNoNetwork && NOBODY.test(line);
      assertEquals(attempts.filter((line) => trial.counts(line) && !refused(line)), []);
      assertEquals(lines.filter((line) => line.startsWith("may |")), [
        "may | bundle: [build-system]",
        "may | own: in its own folder",
        "may | granted: what the operator grants",
        ...trial.hasNoNetwork ? [] : ["may | port: 127.0.0.1"],
      ]);
    });
  }

  await t.step("a refusal stands in the run's log as what it is", async () => {
    const lines = await run("denied", supernode.pid);
    assertMatch(lines.join("\n"), /(Permission denied|No such file or directory): '.*client_credentials_1'/);
    // Who can grant it reads the node's own output.
    const hint =
      /The fence around apps \((Landlock|bubblewrap)\) .*client_credentials_1.*--allow-app-read \/.*client_credentials_1/;
    await supernode.says(hint);
    const words = ["run", HOSTILE, "test", "--stream", "--run-config"];
    const settings = `side="server-denied" key-path=${JSON.stringify(federation.keyPath(1))}`;
    const { stdout, stderr } = await federation.flwr([...words, settings]);
    assertMatch(stdout, hint, stderr);
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
}

Deno.test({
  name: "Python apps behind the fence are gone with a SuperNode that is killed",
  ignore: !isLinux,
}, async () => {
  const env = { PATH: `${peerFolder()}:${Deno.env.get("PATH")}` };
  await using federation = await Federation.prepare({ program: fromSource, env });
  await federation.begin();
  const supernode = await federation.addSuperNode({ flags: ["--require-fence"] });
  const words = ["flwr", "run", HOSTILE, "test", "--run-config", 'side="sleep"'];
  await federation.spawn(words, { home: "user" });
  await supernode.says(/sleeping/);
  const started = await descendantsOf(supernode.pid);
  assertEquals(started.map(({ command }) => command.match(/flwr-\w+app/)?.[0]), ["flwr-clientapp"]);
  await supernode.stop("SIGKILL");
  await goes(() => alive(started), { withinMs: 15_000 });
});
