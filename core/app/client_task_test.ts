import { assertEquals, assertStringIncludes } from "@std/assert";
import { FAKE_TOKEN, FakeAppIo } from "../../tests/fakes/app_io.ts";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { FakeStage, type FakeStageOptions } from "../../tests/fakes/stage.ts";
import { taskToken } from "../auth/task_token.ts";
import { Message, MessageMetadata } from "../model/app_message.ts";
import { setTimeSource } from "../model/now.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { RpcClient } from "../rpc/client.ts";
import { objectIdOf } from "../wire/object.ts";
import { clientAppIo } from "../wire/methods.ts";
import { ClientApp, type ClientHandler } from "./client_app.ts";
import { runClientTask } from "./client_task.ts";
import { TaskSession } from "./task_session.ts";

const text = (value: string) => new TextEncoder().encode(value);

function world(module: Record<string, unknown>, app: FakeStageOptions["app"] = {}) {
  const clock = new FakeClock();
  const random = new FakeRandom();
  setTimeSource(() => clock.now() / 1000);
  const instruction = new Message(
    new RecordDict({ config: new ConfigRecord({ "server-round": 1 }) }),
    new MessageMetadata({
      runId: 77n,
      messageId: "",
      srcNodeId: 1n,
      dstNodeId: 11n,
      replyToMessageId: "",
      groupId: "one",
      ttl: 1_000,
      messageType: "train",
      createdAt: clock.now() / 1000,
    }),
  );
  const state = new RecordDict({ counter: new MetricRecord({ calls: 4 }) });
  const context = {
    runId: 77n,
    nodeId: 11n,
    seriesId: 5n,
    nodeConfig: new Map(),
    runConfig: new Map(),
    state,
  };
  const appIo = new FakeAppIo({ methods: clientAppIo, clock, context, instruction });
  const stage = new FakeStage({ clock, module, app });
  const client = new RpcClient(appIo.transport, { credentials: [taskToken(FAKE_TOKEN)] });
  const session = new TaskSession({ client, methods: clientAppIo, clock, random });
  const leave = new AbortController();
  let printed = "";
  const run = () =>
    runClientTask({
      ...{ session, stage, host: { clock, random, log: new FakeLog() }, signal: leave.signal },
      print: (text) => void (printed += text),
    });
  return { appIo, stage, clock, leave, run, printed: () => printed };
}

const training = (handler: ClientHandler) => ({ app: new ClientApp().train(handler) });

Deno.test("a message is answered, and the state kept", async () => {
  const { appIo, stage, run } = world(training((message, context) => {
    const counter = context.state.metrics("counter");
    counter.set("calls", counter.getInt("calls") + 1);
    return message.reply(new RecordDict({ metrics: new MetricRecord({ "num-examples": 3 }) }));
  }));
  assertEquals(await run(), "completed");
  const [reply] = appIo.pushed;
  assertEquals(reply.content.metrics("metrics").getInt("num-examples"), 3);
  const { runId, srcNodeId, dstNodeId, groupId, messageType } = reply.metadata;
  assertEquals([runId, srcNodeId, dstNodeId, groupId, messageType], [77n, 11n, 1n, "one", "train"]);
  assertEquals([appIo.output?.subStatus, appIo.output?.details], ["completed", ""]);
  assertEquals(appIo.output?.context?.state.metrics("counter").getInt("calls"), 5);
  assertEquals(stage.started, [{ app: "/apps/one" }]);
  assertEquals(stage.stopped, 1);
});

Deno.test("the calls come in the order that SuperNodes know", async () => {
  const { appIo, run } = world(training((message) => message.reply(new RecordDict())));
  await run();
  const order = appIo.calls.filter((name, i) => name !== appIo.calls[i - 1]);
  assertEquals(order, [
    "PullTaskInput",
    "PullMessages",
    "PullObject",
    "ConfirmMessageReceived",
    "PushMessages",
    "PushObject",
    "PushTaskOutput",
  ]);
});

const failing: [name: string, module: Record<string, unknown>, code: number, reason: string][] = [
  [
    "an app that throws",
    training(() => {
      throw new RangeError("no data for digit 7");
    }),
    2,
    "<class 'RangeError'>:<'no data for digit 7'>",
  ],
  [
    "an app without a handler",
    { app: new ClientApp() },
    2,
    "<class 'RangeError'>:<'Cannot handle a message of type",
  ],
  [
    "an app that gives back nothing",
    training(() => undefined as never),
    2,
    "<class 'TypeError'>:<'Cannot send what",
  ],
  [
    "a module without the app",
    {},
    1,
    "<class 'ComponentError'>:<'Cannot load the app as \"app\" of client.ts",
  ],
];

for (const [name, module, code, reason] of failing) {
  Deno.test(`${name} is answered with error ${code}`, async () => {
    const { appIo, run, printed } = world(module);
    assertEquals(await run(), "failed");
    const [{ error }] = appIo.pushed;
    assertEquals(error.code, code);
    assertStringIncludes(error.reason, reason);
    assertEquals(appIo.output?.subStatus, "failed");
    assertStringIncludes(printed(), "ERROR :     ClientApp failed: ");
  });
}

Deno.test("what an app left before it failed is kept", async () => {
  const { appIo, run } = world(training((_message, context) => {
    context.state.metrics("counter").set("calls", 9);
    context.state = { not: "a record" } as never;
    throw new Error("never reached");
  }));
  await run();
  assertEquals(
    appIo.pushed[0].error.reason,
    "<class 'TypeError'>:<'Cannot set the state as it must be a RecordDict'>",
  );
  assertEquals(appIo.output?.context?.state.metrics("counter").getInt("calls"), 9);
});

const components: [component: string | undefined, reason: string][] = [
  [undefined, 'must name a "clientapp" component'],
  ["client:app", "must end in .ts, .mts, .js or .mjs"],
  ["./../other.ts:app", "must stay inside the app's folder"],
];
for (const [clientapp, reason] of components) {
  Deno.test(`the component ${clientapp} is answered with error 1, and nothing is started`, async () => {
    const { appIo, stage, run } = world({}, { clientapp });
    assertEquals(await run(), "failed");
    assertEquals(appIo.pushed[0].error.code, 1);
    assertStringIncludes(appIo.pushed[0].error.reason, reason);
    assertEquals(stage.started, []);
  });
}

Deno.test("a thread that dies is answered for", async () => {
  const { appIo, stage, run } = world(training(() => new Promise(() => {})));
  const running = run();
  while (!appIo.calls.includes("ConfirmMessageReceived")) await settled();
  stage.fail({ type: "Error", message: "Uncaught it is dead" });
  assertEquals(await running, "failed");
  assertEquals(appIo.pushed[0].error, { code: 2, reason: "<class 'Error'>:<'Uncaught it is dead'>" });
});

Deno.test("an app that hangs is ended by the next heartbeat of a stopped run", async () => {
  const { appIo, clock, stage, run } = world(training(() => new Promise(() => {})));
  const running = run();
  while (!appIo.calls.includes("ConfirmMessageReceived")) await settled();
  appIo.stop();
  await clock.advance(25_000);
  assertEquals(await running, "stopped");
  assertEquals([stage.stopped, appIo.output], [1, undefined]);
});

Deno.test("an app that hangs is ended when its message expires", async () => {
  const { appIo, clock, stage, run } = world(training(() => new Promise(() => {})));
  const running = run();
  while (!appIo.calls.includes("ConfirmMessageReceived")) await settled();
  await clock.advance(999_000);
  assertEquals(stage.stopped, 0);
  await clock.advance(2_000);
  assertEquals(await running, "failed");
  assertStringIncludes(
    appIo.output!.details,
    "the app did not answer within the 1000 s that its message lives",
  );
});

Deno.test("a large reply arrives whole", async () => {
  const bytes = new Uint8Array(6_000_000).fill(7);
  const { appIo, run } = world(
    training((message) =>
      message.reply(new RecordDict({ blob: new ConfigRecord({ data: bytes, note: text("x") }) }))
    ),
  );
  assertEquals(await run(), "completed");
  const received = appIo.pushed[0].content.config("blob").getBytes("data");
  assertEquals(objectIdOf(received), objectIdOf(bytes));
});
