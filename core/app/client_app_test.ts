import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Message, MessageMetadata } from "../model/app_message.ts";
import { setTimeSource } from "../model/now.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { ClientApp, type ClientHandler, type Mod } from "./client_app.ts";
import { Context } from "./context.ts";

setTimeSource(() => 1_800_000_000);

function instruction(messageType: string): Message {
  const content = new RecordDict({ config: new ConfigRecord({ trail: "" }) });
  return new Message(
    content,
    new MessageMetadata({
      runId: 7n,
      messageId: "m1",
      srcNodeId: 1n,
      dstNodeId: 11n,
      replyToMessageId: "",
      groupId: "g",
      ttl: 100,
      messageType,
      createdAt: 1_800_000_000,
    }),
  );
}

const context = () =>
  new Context({
    runId: 7n,
    nodeId: 11n,
    seriesId: 3n,
    nodeConfig: new Map<string, string | bigint>([["data-dir", "/data"], ["part", 2n]]),
    runConfig: new Map<string, number | bigint | boolean>([["lr", 0.5], ["epochs", 3n], ["huge", 2n ** 60n], [
      "on",
      true,
    ]]),
    state: new RecordDict(),
  });

const named = (name: string): ClientHandler => (message) =>
  message.reply(new RecordDict({ config: new ConfigRecord({ answeredBy: name }) }));

const answeredBy = async (app: ClientApp, type: string) =>
  (await app.handle(instruction(type), context())).content.config("config").getString("answeredBy");

const app = () =>
  new ClientApp()
    .train(named("train"))
    .train("fit", named("fit"))
    .evaluate(named("evaluate"))
    .query("ask", { mods: [] }, named("ask"));

const dispatch: [type: string, handler: string][] = [
  ["train", "train"],
  ["train.default", "train"],
  ["train.fit", "fit"],
  ["evaluate", "evaluate"],
  ["query.ask", "ask"],
];

for (const [type, handler] of dispatch) {
  Deno.test(`"${type}" goes to the handler ${handler}`, async () =>
    assertEquals(await answeredBy(app(), type), handler));
}

const unhandled = ["query", "train.other", "system", "get_parameters"];
for (const type of unhandled) {
  Deno.test(`"${type}" without a handler is an error that names it`, async () => {
    await assertRejects(() => app().handle(instruction(type), context()), RangeError, `"${type}"`);
  });
}

Deno.test("a handler is registered once, under an identifier", () => {
  assertThrows(() => new ClientApp().train(named("a")).train("default", named("b")), RangeError, "twice");
  assertThrows(() => new ClientApp().train("two words", named("a")), RangeError, "must be an identifier");
  assertThrows(() => new ClientApp().train(undefined as never), TypeError, "must be a function");
});

Deno.test("the app's mods stand outside of the handler's, each in its order", async () => {
  const trail: string[] = [];
  const mod = (name: string): Mod => async (message, context, next) => {
    trail.push(`${name} in`);
    const reply = await next(message, context);
    trail.push(`${name} out`);
    return reply;
  };
  const app = new ClientApp({ mods: [mod("a"), mod("b")] }).train({ mods: [mod("c")] }, (message) => {
    trail.push("handler");
    return message.reply(new RecordDict());
  });
  await app.handle(instruction("train"), context());
  assertEquals(trail.join(", "), "a in, b in, c in, handler, c out, b out, a out");
});

Deno.test("a mod may answer by itself", async () => {
  const refusing: Mod = (message) => message.replyError(6, "not today");
  const app = new ClientApp({ mods: [refusing] }).train(() => Promise.reject(new Error("never called")));
  assertEquals((await app.handle(instruction("train"), context())).error, { code: 6, reason: "not today" });
});

const wrongReplies: [name: string, handler: () => unknown, text: string][] = [
  ["nothing", () => undefined, "it is undefined"],
  ["a plain object", () => ({}), "it is a Object"],
  ["text", () => "done", "it is a string"],
  ["another instruction", () => instruction("train"), "it is no reply to its message"],
];
for (const [name, handler, text] of wrongReplies) {
  Deno.test(`a handler that gives back ${name} is an error that says so`, async () => {
    const app = new ClientApp().train(handler as ClientHandler);
    await assertRejects(() => app.handle(instruction("train"), context()), TypeError, text);
  });
}

Deno.test("a lifespan surrounds each message, also one that fails", async () => {
  const trail: string[] = [];
  const app = new ClientApp()
    .lifespan(async function* () {
      trail.push("in");
      await Promise.resolve();
      yield;
      trail.push("out");
    })
    .train(named("train"))
    .evaluate(() => {
      throw new Error("no data");
    });
  await app.handle(instruction("train"), context());
  await assertRejects(() => app.handle(instruction("evaluate"), context()), Error, "no data");
  assertEquals(trail, ["in", "out", "in", "out"]);
});

Deno.test("a lifespan yields exactly once", async () => {
  const never = new ClientApp().lifespan(function* () {}).train(named("train"));
  await assertRejects(() => never.handle(instruction("train"), context()), TypeError, "it did not yield");
  const twice = new ClientApp().lifespan(function* () {
    yield;
    yield;
  }).train(named("train"));
  await assertRejects(() => twice.handle(instruction("train"), context()), TypeError, "it yielded again");
});

Deno.test("settings are read by their kind", () => {
  const { runConfig, nodeConfig } = context();
  assertEquals([runConfig.float("lr"), runConfig.int("epochs"), runConfig.float("epochs")], [0.5, 3, 3]);
  assertEquals([runConfig.bool("on"), nodeConfig.string("data-dir"), nodeConfig.get("part")], [
    true,
    "/data",
    2,
  ]);
  assertEquals(runConfig.get("huge"), 2n ** 60n);
  assertThrows(
    () => runConfig.int("lr"),
    TypeError,
    'Cannot read setting "lr" as it must be an integer: current value is 0.5',
  );
  assertThrows(() => runConfig.int("missing"), TypeError, "not set; there are lr, epochs, huge, on");
  assertThrows(() => runConfig.string("epochs"), TypeError, "must be a string");
});
