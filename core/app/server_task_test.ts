import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FAKE_TOKEN, FakeAppIo, type ScriptedNode } from "../../tests/fakes/app_io.ts";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { FakeStage } from "../../tests/fakes/stage.ts";
import { taskToken } from "../auth/task_token.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { RpcClient } from "../rpc/client.ts";
import { serverAppIo } from "../wire/methods.ts";
import { FedAvg } from "../strategy/fed_avg.ts";
import { ServerApp, type ServerMain } from "./server_app.ts";
import { runServerTask } from "./server_task.ts";
import { TaskSession } from "./task_session.ts";

const context = () => ({
  runId: 77n,
  nodeId: 1n,
  seriesId: 5n,
  nodeConfig: new Map(),
  runConfig: new Map(),
  state: new RecordDict(),
});

/** Adds 1 to every number of the model. */
const adding: ScriptedNode = (message) => {
  const metrics = new MetricRecord({ "num-examples": 10 });
  if (message.metadata.messageType === "evaluate") return message.reply(new RecordDict({ metrics }));
  const [array] = message.content.arrays("arrays").toArrays();
  const arrays = ArrayRecord.from({ w: new NDArray((array.data as Float32Array).map((value) => value + 1)) });
  return message.reply(new RecordDict({ arrays, metrics }));
};

function world(module: Record<string, unknown>, nodes = new Map([[11n, adding], [12n, adding]])) {
  const clock = new FakeClock();
  const random = new FakeRandom();
  const overrides = new Map([["rounds", 2n]]);
  const appIo = new FakeAppIo({ methods: serverAppIo, clock, context: context(), nodes, overrides });
  const config = new Map<string, bigint | string>([["rounds", 9n], ["name", "one"]]);
  const stage = new FakeStage({ clock, module, app: { config } });
  const client = new RpcClient(appIo.transport, { credentials: [taskToken(FAKE_TOKEN)] });
  const session = new TaskSession({ client, methods: serverAppIo, clock, random });
  const leave = new AbortController();
  const host = { clock, random, log: new FakeLog() };
  const run = () => runServerTask({ session, stage, host, signal: leave.signal });
  return { appIo, stage, clock, leave, run };
}

const main = (work: ServerMain) => ({ app: new ServerApp().main(work) });

Deno.test("a whole run: FedAvg over two nodes, its log and its end are reported", async () => {
  let final: number[] = [];
  const { appIo, stage, run } = world(main(async (grid, context) => {
    assertEquals([context.nodeId, context.runFolder, context.runConfig.string("name")], [
      1n,
      "/runs/77",
      "one",
    ]);
    const initial = ArrayRecord.from({ w: new NDArray(Float32Array.of(0, 10)) });
    const numRounds = context.runConfig.int("rounds");
    const result = await new FedAvg().start(grid, initial, { numRounds });
    final = [...result.arrays.toArrays()[0].toNumbers()];
    context.state.set("left", new MetricRecord({ over: 1 }));
  }));
  assertEquals(await run(), "completed");
  assertEquals(final, [2, 12]);
  assertEquals([appIo.output?.subStatus, appIo.output?.details], ["completed", ""]);
  assertEquals(appIo.output?.context?.state.size, 0);
  assertStringIncludes(appIo.logText, "INFO :      [ROUND 2/2]\n");
  assertEquals(
    appIo.pushed.map(({ metadata }) => metadata.messageType).join(),
    "train,train,evaluate,evaluate,".repeat(2).slice(0, -1),
  );
  assertEquals(appIo.pushed.map(({ metadata }) => [metadata.runId, metadata.srcNodeId])[0], [77n, 1n]);
  assertEquals(stage.started, [{ app: "/apps/one", run: "/runs/77" }]);
  assertEquals(stage.stopped, 1);
});

Deno.test("a model for two nodes is uploaded once", async () => {
  const { appIo, run } = world(main(async (grid) => {
    const initial = ArrayRecord.from({ w: new NDArray(new Float32Array(1000).fill(3)) });
    await new FedAvg({ fractionEvaluate: 0 }).start(grid, initial, { numRounds: 1 });
  }));
  await run();
  // Two heads and dicts share all below: record, array, chunk, config.
  const uploads = appIo.calls.filter((name) => name === "PushObject").length;
  assertEquals(uploads, 2 + 1 + 4);
});

const failures: [name: string, work: ServerMain, details: RegExp][] = [
  [
    "throws",
    () => Promise.reject(new TypeError("no such layer")),
    /^ServerApp failed with exception: TypeError: no such layer$/,
  ],
  [
    "throws a plain error",
    () => Promise.reject(new Error("boom")),
    /^ServerApp failed with exception: boom$/,
  ],
  [
    "throws no error",
    () => Promise.reject("just text"),
    /^ServerApp failed with exception: string: just text$/,
  ],
];

for (const [name, work, details] of failures) {
  Deno.test(`an app that ${name} fails its run with the reason`, async () => {
    const { appIo, run } = world(main(work));
    assertEquals(await run(), "failed");
    assertEquals(appIo.output?.subStatus, "failed");
    assertMatch(appIo.output!.details, details);
    assertStringIncludes(appIo.logText, "ERROR :     ServerApp failed:\n");
  });
}

Deno.test("a failed app's state is stored as it left it", async () => {
  const { appIo, run } = world(main((_, context) => {
    context.state.set("half", new MetricRecord({ done: 1 }));
    throw new Error("then not");
  }));
  await run();
  assertEquals([...appIo.output!.context!.state.keys()], ["half"]);
});

const modules: [name: string, module: Record<string, unknown>, details: RegExp][] = [
  [
    "does not export the app",
    {},
    /"app" of server\.ts must be a ServerApp from "corolla": there is no such export/,
  ],
  ["exports something else", { app: 3 }, /there is something else/],
  ["has no main", { app: new ServerApp() }, /it has no main/],
];

for (const [name, module, details] of modules) {
  Deno.test(`a module that ${name} fails the run with the reason`, async () => {
    const { appIo, run } = world(module);
    assertEquals(await run(), "failed");
    assertMatch(appIo.output!.details, details);
  });
}

Deno.test("a run that is stopped ends its thread at once and reports nothing", async () => {
  const silent: ScriptedNode = () => undefined;
  const { appIo, stage, run } = world(
    main(async (grid) => {
      const initial = ArrayRecord.from({ w: new NDArray(Float32Array.of(0)) });
      await new FedAvg({ minTrainNodes: 1, minAvailableNodes: 1 }).start(grid, initial);
    }),
    new Map([[11n, silent]]),
  );
  const running = run();
  while (!appIo.calls.includes("PullMessages")) await settled();
  appIo.stop();
  assertEquals(await running, "stopped");
  assertEquals([appIo.output, stage.stopped], [undefined, 1]);
});

Deno.test("an app that goes on after its run was stopped is ended all the same", async () => {
  const { appIo, stage, run } = world(main(async (grid) => {
    for (;;) await grid.getNodeIds().catch(() => new Promise(() => {}));
  }));
  const running = run();
  while (!appIo.calls.includes("GetNodes")) await settled();
  appIo.stop();
  assertEquals(await running, "stopped");
  assertEquals([stage.stopped, appIo.output], [1, undefined]);
});

Deno.test("an app that hangs is ended by the next heartbeat of a stopped run", async () => {
  const { appIo, clock, stage, run } = world(main(() => new Promise(() => {})));
  const running = run();
  while (stage.started.length === 0) await settled();
  appIo.stop();
  await clock.advance(25_000);
  assertEquals(await running, "stopped");
});

Deno.test("heartbeats go on while the app works", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { appIo, clock, run } = world(main(() => promise));
  const running = run();
  while (appIo.heartbeats === 0) await settled();
  await clock.advance(100_000);
  resolve();
  assertEquals(await running, "completed");
  assertEquals(appIo.heartbeats >= 5 && appIo.heartbeats <= 7, true, String(appIo.heartbeats));
});

Deno.test("a thread that fails on its own fails the run with the reason", async () => {
  const { appIo, stage, run } = world(main(() => new Promise(() => {})));
  const running = run();
  while (stage.started.length === 0) await settled();
  stage.fail({ type: "Error", message: "Uncaught out of memory" });
  assertEquals(await running, "failed");
  assertEquals(appIo.output?.details, "ServerApp failed with exception: Uncaught out of memory");
});

Deno.test("a process that has to leave reports its task as failed", async () => {
  const { appIo, stage, leave, run } = world(main(() => new Promise(() => {})));
  const running = run();
  while (stage.started.length === 0) await settled();
  leave.abort(new Error("the process received SIGTERM"));
  assertEquals(await running, "failed");
  assertEquals(appIo.output?.details, "Task failed with unknown error.");
});
