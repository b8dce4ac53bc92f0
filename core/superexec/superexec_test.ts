import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeLauncher, type Part } from "../../tests/fakes/supernode.ts";
import { RpcClient } from "../rpc/client.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { type CallContext, route, Router } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { clientAppIo, serverAppIo } from "../wire/methods.ts";
import { createSuperExec, type SuperExecOptions } from "./superexec.ts";

/** A scripted AppIo service: its tasks, who claimed them, and what was reported about them. */
class Service {
  pending: { task_id: string; type: string; run_id: string }[] = [];
  /** Tokens to give; a task without one goes to somebody else. */
  tokens: Record<string, string> = {};
  component: string | undefined;
  /** Tokens of tasks that are over. */
  readonly over = new Set<string>();
  readonly reports: string[] = [];
  polls = 0;
  refuse: RpcError | undefined;

  target(methods: typeof clientAppIo | typeof serverAppIo) {
    type Context = CallContext<null>;
    const pull = () => {
      this.polls++;
      if (this.refuse) return Promise.reject(this.refuse);
      return Promise.resolve({ tasks: this.pending });
    };
    const claim = ({ task_id }: { task_id: string }, context: Context) => {
      this.pending = this.pending.filter((task) => task.task_id !== task_id);
      if (this.component) context.setHeader("corolla-app-component", this.component);
      return Promise.resolve({ token: this.tokens[task_id] });
    };
    const report = (output: { sub_status: string; details: string }, { metadata }: Context) => {
      const token = metadata.text("flwr-task-token")!;
      if (this.over.has(token)) {
        return Promise.reject(new RpcError("UNAUTHENTICATED", "Authentication failed."));
      }
      this.reports.push(`${token} ${output.sub_status}: ${output.details}`);
      return Promise.resolve({});
    };
    const routes = [
      route(methods.PullPendingTasks, pull),
      route(methods.ClaimTask, claim),
      route(methods.PushTaskOutput, report),
    ];
    return new Router<null>({ routes, guard: { admit: () => Promise.resolve(null) }, log: new FakeLog() });
  }
}

interface Bench {
  service: Service;
  clock: FakeClock;
  log: FakeLog;
  launcher: FakeLauncher;
  over: Promise<void>;
  stop(): Promise<void>;
}

function bench(part: Part, changes: Partial<SuperExecOptions> = {}, service = new Service()): Bench {
  const [clock, log, launcher] = [new FakeClock(), new FakeLog(), new FakeLauncher(part)];
  const methods = changes.plugin === "serverapp" ? serverAppIo : clientAppIo;
  const superexec = createSuperExec({
    appIo: new RpcClient(new MemoryTransport(service.target(methods), { clock })),
    methods,
    plugin: "clientapp",
    launcher,
    endpoint: { address: "127.0.0.1:9094" },
    clock,
    log,
    appRuntimeDefault: "python",
    ...changes,
  });
  const end = new AbortController();
  const over = superexec.run(end.signal);
  over.catch(() => {});
  return { service, clock, log, launcher, over, stop: () => (end.abort(), over) };
}

const task = (task_id: string, type = "flwr-clientapp") => ({ task_id, type, run_id: "7" });
const ready: Part = () => Promise.resolve({ kind: "ready" });
const crash: Part = () => Promise.resolve({ kind: "exited", code: 1, lastWords: "boom" });
const hang: Part = () => new Promise(() => {});

Deno.test("a service that does not hold polls is asked once a second", async () => {
  const { service, clock, stop } = bench(ready);
  await settled();
  assertEquals(service.polls, 1);
  await clock.advance(999);
  assertEquals(service.polls, 1);
  await clock.advance(1);
  assertEquals(service.polls, 2);
  await stop();
});

Deno.test("each task gets a process, told what the peer says or what the operator chose", async () => {
  const { service, clock, launcher, stop } = bench(ready);
  service.pending = [task("1")];
  service.tokens = { 1: "t1", 2: "t2" };
  await clock.advance(1_000);
  service.component = "./client.ts:app";
  service.pending = [task("2")];
  await clock.advance(1_000);
  assertEquals(launcher.orders.map(({ token, runtime, runId, taskId }) => [token, runtime, runId, taskId]), [
    ["t1", "python", 7n, 1n],
    ["t2", "typescript", 7n, 2n],
  ]);
  await stop();
});

Deno.test("a task that nothing here can run is left to others, and does not make us hurry", async () => {
  const { service, clock, launcher, stop } = bench(ready);
  service.pending = [task("1", "flwr-serverapp"), task("2")];
  service.tokens = { 1: "t1", 2: "t2" };
  await clock.advance(3_000);
  assertEquals(launcher.orders.map((order) => order.token), ["t2"]);
  assertEquals(service.pending, [task("1", "flwr-serverapp")]);
  assertEquals(service.polls <= 5, true);
  await stop();
});

Deno.test("a simulation is a ServerApp's task that brings its SuperNodes along", async () => {
  const { service, clock, launcher, log, stop } = bench(crash, { plugin: "serverapp" });
  service.pending = [task("1", "flwr-simulation"), task("2", "flwr-serverapp")];
  service.tokens = { 1: "t1", 2: "t2" };
  await clock.advance(1_000);
  assertEquals(launcher.orders.map(({ plugin, simulates }) => [plugin, simulates]), [
    ["serverapp", true],
    ["serverapp", undefined],
  ]);
  const [first] = log.texts("warn");
  assertEquals(
    first,
    "[RUN 7] The flwr-simulation process ended with exit code 1 before its task was done: boom",
  );
  await stop();
});

Deno.test("a task that another SuperExec claimed first is not started", async () => {
  const { service, clock, launcher, stop } = bench(ready);
  service.pending = [task("1")];
  await clock.advance(1_000);
  assertEquals(launcher.orders, []);
  await stop();
});

Deno.test("several tasks are worked on at the same time", async () => {
  const { service, clock, launcher, stop } = bench(hang, { plugin: "serverapp" });
  service.pending = [task("1", "flwr-serverapp"), task("2", "flwr-serverapp")];
  service.tokens = { 1: "t1", 2: "t2" };
  await clock.advance(1_000);
  assertEquals(launcher.orders.length, 2);
  await stop();
});

const failure = "The flwr-clientapp process ended with exit code 1 before its task was done: boom";

for (
  const [name, plugin, component, reports] of [
    ["ServerApp of any SuperLink is reported", "serverapp", undefined, [
      "t1 failed: The flwr-serverapp process ended with exit code 1 before its task was done: boom",
    ]],
    ["ClientApp of our SuperNode is reported", "clientapp", "./client.ts:app", [`t1 failed: ${failure}`]],
    ["ClientApp of an official SuperNode is left to lapse", "clientapp", undefined, []],
  ] as const
) {
  Deno.test(`a dead ${name}`, async () => {
    const { service, clock, stop } = bench(crash, { plugin });
    service.component = component;
    service.pending = [task("1", `flwr-${plugin}`)];
    service.tokens = { 1: "t1" };
    await clock.advance(1_000);
    assertEquals(service.reports, [...reports]);
    await stop();
  });
}

Deno.test("a process that ended after its task was done is no news", async () => {
  const { service, clock, log, stop } = bench(crash, { plugin: "serverapp" });
  service.pending = [task("1", "flwr-serverapp")];
  service.tokens = { 1: "t1" };
  service.over.add("t1");
  await clock.advance(1_000);
  assertEquals([service.reports, log.texts("warn")], [[], []]);
  await stop();
});

Deno.test("a process that exits with 0 has spoken for itself", async () => {
  const exit: Part = () => Promise.resolve({ kind: "exited", code: 0, lastWords: "" });
  const { service, clock, stop } = bench(exit, { plugin: "serverapp" });
  service.pending = [task("1", "flwr-serverapp")];
  service.tokens = { 1: "t1" };
  await clock.advance(1_000);
  assertEquals(service.reports, []);
  await stop();
});

Deno.test("a SuperExec that stops ends its processes and says so for their tasks", async () => {
  const { service, clock, stop } = bench(hang, { plugin: "serverapp" });
  service.pending = [task("1", "flwr-serverapp")];
  service.tokens = { 1: "t1" };
  await clock.advance(1_000);
  await stop();
  assertEquals(service.reports, ["t1 failed: The SuperExec that ran it was stopped"]);
});

Deno.test("a service that refuses the SuperExec ends it; one in trouble is asked again", async () => {
  const service = new Service();
  service.refuse = new RpcError("INTERNAL", "out of order");
  const { clock, log, over } = bench(ready, {}, service);
  await clock.advance(2_000);
  assertEquals(service.polls, 3);
  assertEquals(log.texts("warn")[0], "Cannot get tasks: out of order");
  service.refuse = new RpcError("UNAUTHENTICATED", "Authentication failed.");
  await clock.advance(1_000);
  await assertRejects(() => over, RpcError, "UNAUTHENTICATED");
});
