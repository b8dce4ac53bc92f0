import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FAKE_TOKEN, FakeAppIo } from "../../tests/fakes/app_io.ts";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { FakeStage } from "../../tests/fakes/stage.ts";
import type { Init, SimulationConfig } from "../../proto/mod.ts";
import { ClientApp, type ClientHandler } from "../app/client_app.ts";
import type { InstalledApp } from "../app/stage.ts";
import { ServerApp, type ServerMain } from "../app/server_app.ts";
import { TaskSession } from "../app/task_session.ts";
import { taskToken } from "../auth/task_token.ts";
import { Message } from "../model/app_message.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { RpcClient } from "../rpc/client.ts";
import { FedAvg } from "../strategy/fed_avg.ts";
import { serverAppIo } from "../wire/methods.ts";
import { runSimulationTask } from "./simulation_task.ts";

interface Scene {
  readonly main?: ServerMain;
  readonly client?: ClientHandler;
  readonly simulation?: Init<SimulationConfig>;
  readonly app?: Partial<InstalledApp>;
  readonly exports?: Record<string, unknown>;
  readonly cpus?: number;
}

function world({ main = () => {}, client = adding, simulation = {}, app, exports = {}, cpus = 4 }: Scene) {
  const clock = new FakeClock();
  const random = new FakeRandom();
  const empty = { nodeConfig: new Map(), runConfig: new Map(), state: new RecordDict() };
  const context = { runId: 77n, nodeId: 1n, seriesId: 5n, ...empty };
  const appIo = new FakeAppIo({
    ...{ methods: serverAppIo, clock, context, simulation },
    overrides: new Map([["rounds", 2n]]),
  });
  const module = { app: new ServerApp().main(main), client: new ClientApp().train(client), ...exports };
  const config = new Map<string, bigint | string>([["rounds", 9n], ["name", "one"]]);
  const stage = new FakeStage({ clock, module, app: { clientapp: "./client.ts:client", config, ...app } });
  const rpc = new RpcClient(appIo.transport, { credentials: [taskToken(FAKE_TOKEN)] });
  const session = new TaskSession({ client: rpc, methods: serverAppIo, clock, random });
  const leave = new AbortController();
  const host = { clock, random, log: new FakeLog() };
  const run = () => runSimulationTask({ session, stage, host, signal: leave.signal, cpus });
  return { appIo, stage, clock, leave, run };
}

/** Adds the node's partition to every number, and counts in its state how often. */
const adding: ClientHandler = (message, { nodeConfig, state }) => {
  const count = state.has("count") ? state.metrics("count").getInt("n") : 0;
  state.set("count", new MetricRecord({ n: count + 1 }));
  const partition = nodeConfig.int("partition-id");
  const [array] = message.content.arrays("arrays").toArrays();
  const arrays = ArrayRecord.from({ w: new NDArray((array.data as Float32Array).map((n) => n + partition)) });
  const metrics = new MetricRecord({
    "num-examples": 1,
    count: count + 1,
    of: nodeConfig.int("num-partitions"),
  });
  return message.reply(new RecordDict({ arrays, metrics }));
};

const initial = () => ArrayRecord.from({ w: new NDArray(Float32Array.of(0, 10)) });
const to = (dstNodeId: bigint, messageType = "train") =>
  new Message(new RecordDict({ arrays: initial() }), { dstNodeId, messageType });

Deno.test("a whole run: FedAvg over virtual nodes, whose states and settings are their own", async () => {
  let final: number[] = [];
  const counts: number[] = [];
  const { appIo, stage, run } = world({
    simulation: { num_supernodes: 4, client_resources_num_cpus: 2 },
    main: async (grid, context) => {
      assertEquals([context.nodeId, context.runConfig.string("name")], [1n, "one"]);
      const numRounds = context.runConfig.int("rounds");
      const result = await new FedAvg({ fractionEvaluate: 0 }).start(grid, initial(), { numRounds });
      final = [...result.arrays.toArrays()[0].toNumbers()];
      for (const nodeId of await grid.getNodeIds()) {
        const [reply] = await grid.sendAndReceive([to(nodeId)]);
        counts.push(reply.content.metrics("metrics").getInt("count"));
        assertEquals(reply.content.metrics("metrics").getInt("of"), 4);
        assertEquals(reply.metadata.srcNodeId, nodeId);
      }
    },
  });
  assertEquals(await run(), "completed");
  assertEquals(final, [3, 13]);
  assertEquals(counts, [3, 3, 3, 3]);
  assertEquals([appIo.output?.subStatus, appIo.output?.details], ["completed", ""]);
  assertStringIncludes(appIo.logText, "INFO :      Simulating 4 SuperNodes, 2 at a time, without Ray\n");
  assertEquals(appIo.calls.filter((name) => name === "PushMessages" || name === "PushObject"), []);
  // One thread for the ServerApp and one for each ClientApp at a time, for all messages.
  assertEquals([stage.started.length, stage.stopped], [3, 3]);
  assertEquals(appIo.output?.clientAppRuntimeS, 0);
});

Deno.test("with fresh Workers each message has a thread that nobody used before", async () => {
  const { stage, run } = world({
    simulation: { num_supernodes: 1, backend: "deno:fresh" },
    main: async (grid) => {
      const [nodeId] = await grid.getNodeIds();
      for (let i = 0; i < 3; i++) await grid.sendAndReceive([to(nodeId)]);
    },
  });
  assertEquals(await run(), "completed");
  await settled();
  assertEquals([stage.started.length, stage.stopped], [5, 5]);
});

Deno.test("a ClientApp that throws is answered for, and its node's state stays as it was", async () => {
  let calls = 0;
  const replies: Message[] = [];
  const { appIo, run } = world({
    simulation: { num_supernodes: 1 },
    client: (message, context) => {
      if (++calls !== 2) return adding(message, context);
      context.state.set("count", new MetricRecord({ n: 99 }));
      throw new TypeError("no such layer");
    },
    main: async (grid) => {
      const [nodeId] = await grid.getNodeIds();
      for (let i = 0; i < 3; i++) replies.push(...await grid.sendAndReceive([to(nodeId)]));
    },
  });
  assertEquals(await run(), "completed");
  assertEquals(replies.map((reply) => reply.hasError()), [false, true, false]);
  assertEquals(replies[1].error, { code: 2, reason: "<class 'TypeError'>:<'no such layer'>" });
  assertEquals(replies[2].content.metrics("metrics").getInt("count"), 2);
  assertMatch(
    appIo.logText,
    /ERROR : {5}ClientApp failed on partition 0 \(node \d+\): TypeError: no such layer/,
  );
});

Deno.test("what ClientApps print is in the run's log unless it is unwanted; their failures always are", async () => {
  for (const shown of [true, false]) {
    const { appIo, run } = world({
      simulation: { num_supernodes: 1, init_args_log_to_driver: shown, verbose: true },
      client: (_, context) => {
        context.host.log.info("training");
        throw new Error("boom");
      },
      main: async (grid) => void await grid.sendAndReceive((await grid.getNodeIds()).map((id) => to(id))),
    });
    await run();
    assertEquals(appIo.logText.includes("training"), shown);
    assertStringIncludes(appIo.logText, "boom");
    assertStringIncludes(appIo.logText, "DEBUG :     Partition 0 answered train in 0.000 s\n");
  }
});

const endings: [name: string, scene: Scene, details: RegExp][] = [
  [
    "a ClientApp that cannot be loaded",
    {
      exports: { client: 3 },
      main: async (grid) => {
        await grid.sendAndReceive((await grid.getNodeIds()).map((id) => to(id)));
        await new Promise(() => {});
      },
    },
    /^Simulation failed with exception: ComponentError: Cannot load the app as "client" of client\.ts must be a ClientApp/,
  ],
  [
    "settings that cannot be used",
    { simulation: { client_resources_num_gpus: 1 } },
    /^Simulation failed with exception: Cannot simulate with client-resources-num-gpus=1: /,
  ],
  [
    "a Python ClientApp",
    { app: { clientapp: "pkg.client:app" } },
    /^Simulation failed with exception: Cannot simulate the app as both .* "pkg\.client:app" is Python\. Run it in/,
  ],
  ["a Python ServerApp", { app: { serverapp: "pkg.server:app" } }, /"pkg\.server:app" is Python/],
  ["no ClientApp", { app: { clientapp: undefined } }, /must name a "clientapp" component/],
  [
    "a ServerApp that throws",
    { main: () => Promise.reject(new TypeError("boom")) },
    /^Simulation failed with exception: TypeError: boom$/,
  ],
];
for (const [name, scene, details] of endings) {
  Deno.test(`${name} fails the run with the reason`, async () => {
    const { appIo, stage, run } = world(scene);
    assertEquals(await run(), "failed");
    assertEquals(appIo.output?.subStatus, "failed");
    assertMatch(appIo.output!.details, details);
    assertStringIncludes(appIo.logText, "ERROR :     Simulation failed:\n");
    await settled();
    assertEquals(stage.stopped, stage.started.length);
  });
}

Deno.test("a run that is stopped ends every thread at once and reports nothing", async () => {
  const { appIo, clock, stage, run } = world({
    client: () => new Promise(() => {}),
    main: async (grid) => void await grid.sendAndReceive((await grid.getNodeIds()).map((id) => to(id))),
  });
  const running = run();
  while (stage.started.length < 3) await settled();
  appIo.stop();
  await clock.advance(25_000);
  assertEquals(await running, "stopped");
  await settled();
  assertEquals([appIo.output, stage.stopped], [undefined, stage.started.length]);
  assert(!appIo.logText.includes("failed"), appIo.logText);
});

Deno.test("with a seed, nodes, chance and the order of replies are the same in each run", async () => {
  const once = async (seed: number) => {
    const seen: unknown[] = [];
    const { run } = world({
      simulation: { num_supernodes: 6, client_resources_num_cpus: 1, backend: `deno:seed=${seed}` },
      client: async (message, { nodeConfig, host }) => {
        // The later half is done first.
        if (nodeConfig.int("partition-id") < 3) await settled();
        const [draw] = host.random.bytes(1);
        return message.reply(new RecordDict({ m: new MetricRecord({ draw }) }));
      },
      main: async (grid) => {
        const ids = await grid.getNodeIds();
        seen.push(...ids, ...grid.host.random.bytes(4));
        for (const reply of await grid.sendAndReceive([...ids, ...ids].map((id) => to(id)))) {
          seen.push(reply.metadata.srcNodeId, reply.content.metrics("m").getInt("draw"));
        }
      },
    });
    assertEquals(await run(), "completed");
    return seen;
  };
  const first = await once(7);
  assertEquals(first.length, 6 + 4 + 24);
  assertEquals(await once(7), first);
  assert(String(await once(8)) !== String(first));
  assertEquals(first.slice(10).filter((_, i) => i % 2 === 0), [...first.slice(0, 6), ...first.slice(0, 6)]);
});
