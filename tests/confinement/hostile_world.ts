import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./federation.ts";
import { alive, descendantsOf, goes } from "./process_tree.ts";
import type { Program } from "./program.ts";
import type { Ended, Running } from "./running.ts";

const HOSTILE = fileURLToPath(new URL("./apps/hostile", import.meta.url));

/** What must never be seen in an app's hands. */
const SECRET = "that no app was given";

/** Of each kind: an attempt takes one of its own. */
const FILES = 40;

/** Why an attempt may be refused. Anything else, a mistake in the attempt above all, does not count. */
const REFUSALS = [
  /Requires (read|write|import|net|env|run|sys|ffi) access/,
  /NotCapable|EPERM/,
  /--cached-only is specified/,
  /Can't escalate parent thread permissions/,
  /too many attached databases - max 0/,
  /failed to open preopen/,
  /^\w+ \| EventSource: refused: failed to connect/,
  // The kernel's own words, where Deno asks nobody.
  /Os \{ code: 13, kind: PermissionDenied/,
  // In the compiled program nothing fetches modules.
  /Module not found: (https?:|jsr:)|Could not find constraint '/,
  /"bytes" is not a valid module type|type of "bytes" is unsupported/,
];

/** A federation with one SuperNode, and things around it that no app was given. */
class HostileWorld implements AsyncDisposable {
  /** How often somebody connected to the port that is forbidden. */
  connections = 0;
  supernode!: Running;
  /** What the SuperLink's operator lets ServerApps talk to. */
  readonly granted = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("from the granted host"),
  );

  private constructor(readonly federation: Federation, readonly forbidden: Deno.TcpListener) {
    this.#countConnections();
  }

  static async start(program: Program): Promise<HostileWorld> {
    const forbidden = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    // Whatever Deno itself would fetch, it would ask for here.
    const proxy = `http://127.0.0.1:${forbidden.addr.port}`;
    const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, JSR_URL: proxy, NO_PROXY: "127.0.0.1" };
    const federation = await Federation.prepare({ program, env });
    const world = new HostileWorld(federation, forbidden);
    try {
      await world.#furnish();
      const results = federation.path("results");
      const granted = `127.0.0.1:${world.granted.addr.port}`;
      await federation.begin({ superlink: ["--allow-app-write", results, "--allow-app-net", granted] });
      world.supernode = await federation.addSuperNode({
        flags: ["--allow-app-read", federation.path("data")],
      });
      return world;
    } catch (error) {
      console.error(federation.said);
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #furnish(): Promise<void> {
    const { federation } = this;
    for (const folder of ["private", "data", "results"]) await Deno.mkdir(federation.path(folder));
    const write = (name: string, text: string) => Deno.writeTextFile(federation.path(name), text);
    for (let count = 0; count < FILES; count++) {
      await write(`private/${count}.ts`, `export const secret = "${SECRET}";`);
      await write(`private/${count}.json`, `"${SECRET}"`);
      await write(`private/${count}.txt`, SECRET);
    }
    await write("data/images.txt", "what the operator grants");
  }

  /** Runs the app and gives what it printed. */
  async run(story: string, config?: Record<string, string>): Promise<Ended> {
    return await (await this.federation.spawn(this.words(story, config), { home: "user" })).ended;
  }

  /** The command line that runs the app. */
  words(story: string, config: Record<string, string> = {}): string[] {
    const settings = {
      story,
      "key-path": this.federation.keyPath(1),
      folder: this.federation.path("private"),
      "granted-path": this.federation.path("data/images.txt"),
      ...config,
    };
    const words = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    words.push(`port=${this.forbidden.addr.port}`, `granted-port=${this.granted.addr.port}`);
    return ["flwr", "run", HOSTILE, "test", "--stream", "--run-config", words.join(" ")];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.forbidden.close();
    await this.granted.shutdown();
    await this.federation[Symbol.asyncDispose]();
  }

  async #countConnections(): Promise<void> {
    for await (const connection of this.forbidden) {
      this.connections++;
      connection.close();
    }
  }
}

/**
 * Has apps do their worst, run by real processes: a SuperLink with TLS, a SuperNode with a key, from source each daemon
 * with no more permissions than `corolla permissions` prints for it.
 */
export async function doTheirWorst(t: Deno.TestContext, program: Program): Promise<void> {
  await using world = await HostileWorld.start(program);
  const { federation } = world;
  const key = (await Deno.readTextFile(federation.keyPath(1))).split("\n")[1];

  /** The lines of a run that went to its end. */
  const told = async (story: string, config?: Record<string, string>) => {
    const { code, stdout, stderr } = await world.run(story, config);
    assertEquals(code, 0, `${stdout}${stderr}\n${federation.said}`);
    for (const secret of [SECRET, key]) assert(!stdout.includes(secret), `${secret} was read: ${stdout}`);
    return stdout.split("\n").filter((line) => line.includes(" | "));
  };

  await t.step("a ClientApp gets at nothing that it was not given", async () => {
    const lines = await told("attempts may listen datagram");
    onlyRefused(lines, "attempts", { atLeast: 100 });
    assertEquals(lines.filter((line) => line.startsWith("may |")), [
      "may | bundle: This file is part of the bundle, so the app may read it.",
      "may | bundle, imported: This file is part of the bundle, so the app may read it.",
      "may | granted: what the operator grants",
    ]);
    assertMatch(lines.at(-2)!, /^listen \| error 2: .*Requires net access/);
    assertMatch(lines.at(-1)!, /^datagram \| error 2: .*Requires net access/);
    assertEquals(world.connections, 0);
  });

  await t.step("a ServerApp gets at nothing but its run's folder and its grants", async () => {
    const lines = await told("server", { "granted-path": federation.path("results") });
    onlyRefused(lines, "server", { atLeast: 100 });
    assertEquals(lines.filter((line) => line.startsWith("may |")), [
      "may | run folder: in the run's folder",
      "may | granted: in the granted folder",
      "may | network: from the granted host",
    ]);
    assertEquals(world.connections, 0);
  });

  await t.step("what it says over the port to its process gets it nothing", async () => {
    const lines = await told("calls pollute outcome exit crash may");
    const calls = lines.filter((line) => line.startsWith("calls | "));
    assertEquals(calls.length, 8);
    for (const line of calls) assertMatch(line, /: error Cannot call "\w+" over this port$/);
    const [polluted, outcome, exited, crashed, ...may] = lines.slice(calls.length);
    assertMatch(polluted, /^pollute \| (polluted|error [12]: )/);
    assertMatch(outcome, /^outcome \| error 2: /);
    assertMatch(exited, /^exit \| error 2: .*the app ended itself with status 0 instead of returning/);
    assertMatch(crashed, /^crash \| error 2: <class 'Error'>:<'on purpose'>/);
    assertEquals(may.length, 3);
  });

  await t.step("one run finds nothing of what another one left in its process", async () => {
    for (const run of ["first", "second"]) {
      assertEquals(await told("traces"), ["traces | found: nothing"], run);
      assertEquals((await told("may")).length, 3);
    }
  });

  await t.step("an app that never ends is ended by `flwr stop`", async () => {
    const running = await federation.spawn(world.words("spin"), { home: "user" });
    const [, runId] = await running.says(/Successfully started run (\d+)\r?\n/);
    await world.supernode.says(/spinning/);
    const spinners = await descendantsOf(world.supernode.pid);
    assert(spinners.length > 0);
    assertEquals((await federation.flwr(["stop", runId, "test"])).code, 0);
    const { code, stderr } = await running.ended;
    assertEquals(code, 1);
    assertStringIncludes(stderr, "was stopped");
    // Of the processes that wait for tasks the oldest leave first; one that still worked would stay.
    for (let run = 0; run < 2; run++) assertEquals((await told("may")).length, 3);
    await goes(() => alive(spinners), { withinMs: 10_000 });
  });
}

/** Every attempt was refused, for a reason that is one. */
function onlyRefused(lines: string[], who: string, { atLeast }: { atLeast: number }): void {
  const attempts = lines.filter((line) => line.startsWith(`${who} |`));
  assert(attempts.length >= atLeast, `only ${attempts.length} attempts: ${lines.join("\n")}`);
  const others = attempts.filter((line) => {
    const [, outcome] = line.match(/: (refused: .*|DONE: .*)$/) ?? [];
    return !outcome?.startsWith("refused") || !REFUSALS.some((refusal) => refusal.test(line));
  });
  assertEquals(others, []);
}
