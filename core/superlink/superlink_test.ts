import { assert, assertEquals } from "@std/assert";
import { refusal, replyTo, TestFederation } from "../../tests/fakes/federation.ts";
import { settled } from "../../tests/fakes/clock.ts";
import type { ConfigRecord } from "../model/record/config_record.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import type { IncomingCall } from "../rpc/transport.ts";
import { control, serverAppIo } from "../wire/methods.ts";

function textIn(content: RecordDict): unknown {
  return (content.get("config") as ConfigRecord).get("text");
}

Deno.test("a whole run: two nodes get instructions, their replies come back, and nothing is left behind", async () => {
  const world = await TestFederation.start();
  const nodes = [await world.node(), await world.node()];
  const runId = await world.startRun();
  assertEquals(await world.status(runId), "pending");
  const app = await world.serverApp();
  assertEquals(await world.status(runId), "running");

  const online = await app.client.call(serverAppIo.GetNodes, {});
  assertEquals(
    new Set(online.nodes.map(({ node_id }) => BigInt(node_id))),
    new Set(nodes.map((n) => n.nodeId)),
  );

  const work = nodes.map(async (node, index) => {
    const message = await node.receive((await node.pull())!);
    assertEquals(textIn(message.content), `for ${index}`);
    await node.reply(replyTo(message, { text: `from ${index}`, clock: world.clock }), [1.5]);
  });
  const ids = await app.send(
    ...nodes.map((node, index) => app.instruction(node.nodeId, { text: `for ${index}` })),
  );
  await Promise.all(work);
  const replies = await app.pull(ids);
  const texts = await Promise.all(replies.map(async (reply) => textIn((await app.receive(reply)).content)));
  assertEquals(texts.sort(), ["from 0", "from 1"]);

  await app.client.call(serverAppIo.PushLogs, { logs: ["one\n", "two\n"] });
  await app.finish();
  assertEquals(await world.status(runId), "finished:completed");
  const { run_dict } = await world.cli.call(control.ListRuns, { run_id: runId });
  const run = run_dict[String(runId)];
  assertEquals([run.fab_id, run.federation, run.clientapp_runtime], [
    "corolla/quickstart",
    "@none/default",
    3,
  ]);
  assert(Number(run.bytes_sent) > 500 && Number(run.bytes_recv) > 500);
  await world.store.transaction(async (tx) => {
    assertEquals(await tx.messagesOfRun(runId), []);
    assertEquals(await tx.contentIds(), []);
  });
  assertEquals((await Array.fromAsync(world.files.list())).length, 0);
  const log = await Array.fromAsync(world.cli.stream(control.StreamLogs, { run_id: runId }));
  assertEquals(log.map(({ log_output }) => log_output), ["one\ntwo\n"]);
  assertEquals(world.log.texts("error"), []);
  await world.superlink.stop();
  await settled();
  assertEquals(world.clock.sleeping, 0);
});

Deno.test("what a part of this process asks in vain is said quietly, what others do is a warning", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  await app.finish();
  await refusal(app.finish());
  const denied = /^\[ServerAppIo.PushTaskOutput\] refused .*: Authentication failed\.$/;
  const lines = (level: "debug" | "warn") =>
    world.log.texts(level).filter((line) => denied.test(line)).length;
  assertEquals([lines("debug"), lines("warn")], [1, 0]);
  const elsewhere = {
    dispatch: (call: IncomingCall) => {
      const { isOwn: _, ...connection } = call.connection;
      return world.superlink.serverAppIo.dispatch({ ...call, connection });
    },
  };
  await refusal(world.client(elsewhere).call(serverAppIo.PushTaskOutput, { sub_status: "completed" }));
  assertEquals([lines("debug"), lines("warn")], [1, 1]);
});
