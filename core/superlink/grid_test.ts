import { assertEquals } from "@std/assert";
import {
  protoOf,
  type Pulled,
  refusal,
  replyTo,
  TestFederation,
  type TestNode,
} from "../../tests/fakes/federation.ts";
import { ErrorCode } from "../model/message.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { treeToProto } from "../wire/message.ts";
import { control, fleet, serverAppIo } from "../wire/methods.ts";

const errorsIn = (pulled: Pulled[]) => pulled.map(({ proto }) => Number(proto.error?.code));

/** The node gets its next message and replies to it. */
async function work(world: TestFederation, node: TestNode): Promise<void> {
  await node.reply(replyTo(await node.receive((await node.pull())!), { clock: world.clock }));
}

Deno.test("an official app's pull is held for at most 2.9 s, and answered at once when all is there", async () => {
  const world = await TestFederation.start();
  const [a, b] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const send = (messageType: string) =>
    app.send(...[a, b].map(({ nodeId }) => app.instruction(nodeId, { messageType })));
  const early = app.pull(await send("train"));
  await world.held(1);
  await world.clock.advance(2_899);
  assertEquals(world.clock.sleeping, 2);
  await world.clock.advance(1);
  assertEquals(await early, []);

  for (const node of [a, b]) await work(world, node);
  const ids = await send("evaluate");
  const partly = app.pull(ids);
  await world.held(1);
  await work(world, a);
  await world.held(1);
  await world.clock.advance(2_900);
  assertEquals((await partly).map(({ proto }) => BigInt(proto.metadata!.src_node_id)), [a.nodeId]);
  await work(world, b);
  assertEquals((await app.pull([ids[1]])).length, 1);

  const again = await send("query");
  for (const node of [a, b]) await work(world, node);
  assertEquals((await app.pull(again)).length, 2);
});

Deno.test("an app that looks again and again is held for 2.9 s in all between two pushes", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  for (const messageType of ["train", "evaluate"]) {
    const [id] = await app.send(app.instruction(node.nodeId, { messageType }));
    const look = app.pull([id]);
    await world.held(1);
    await world.clock.advance(2_900);
    assertEquals(await look, []);
    for (let again = 0; again < 5; again++) {
      assertEquals(await app.pull([id]), []);
      await world.clock.advance(1_000);
    }
    await work(world, node);
    assertEquals((await app.pull([id])).length, 1);
  }
});

Deno.test("an app that waits long as a rule is held when its answers are expected", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const send = async () => (await app.send(app.instruction(node.nodeId)))[0];
  const first = await send();
  await world.clock.advance(4_000);
  await work(world, node);
  assertEquals((await app.pull([first])).length, 1);

  const second = await send();
  assertEquals(await app.pull([second]), []);
  await world.clock.advance(3_000);
  const look = app.pull([second]);
  await world.held(1);
  await world.clock.advance(1_000);
  await work(world, node);
  assertEquals((await look).length, 1);
});

Deno.test("ours is answered as soon as one reply is there, and held for as long as it asks", async () => {
  const world = await TestFederation.start();
  const [a, b] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const ids = await app.send(app.instruction(a.nodeId), app.instruction(b.nodeId));
  const first = app.pull(ids, { holdMs: 20_000 });
  await world.held(1);
  await world.clock.advance(19_999);
  assertEquals(world.clock.sleeping, 2);
  await work(world, a);
  assertEquals((await first).length, 1);
  assertEquals(await app.pull([ids[1]], { holdMs: 0 }), []);
});

Deno.test("what was answered is gone for official apps; ours gets it again until it has confirmed it", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [id] = await app.send(app.instruction(node.nodeId));
  await work(world, node);
  const [lost] = await app.pull([id]);
  assertEquals(errorsIn(await app.pull([id])), [ErrorCode.MESSAGE_UNAVAILABLE]);
  const [again] = await app.pull([id], { holdMs: 0 });
  assertEquals(again.tree, lost.tree);
  await app.receive(again);
  assertEquals(errorsIn(await app.pull([id], { holdMs: 0 })), [ErrorCode.MESSAGE_UNAVAILABLE]);
});

Deno.test("an unknown id is answered with code 3, whose object can be pulled and confirmed", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const [pulled, other] = await app.pull(["nothing", "", "nothing"]);
  assertEquals([pulled, other].map(({ proto }) => proto.metadata!.reply_to_message_id), ["nothing", ""]);
  const { run_id, message_type, ttl, src_node_id, dst_node_id } = pulled.proto.metadata!;
  assertEquals([run_id, message_type, ttl, src_node_id, dst_node_id], ["0", "system", 0, "1", "1"]);
  const message = await app.receive(pulled, app.runId);
  assertEquals(message.error.code, ErrorCode.MESSAGE_UNAVAILABLE);
  assertEquals(await app.pullObject(app.runId, pulled.tree.object_id), "unknown");
});

Deno.test("a node that falls silent releases a held pull with code 5, although nobody looked", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const ids = await app.send(app.instruction(node.nodeId), app.instruction(other.nodeId));
  for (let i = 0; i < 2; i++) {
    await world.clock.advance(20_000);
    await other.heartbeat();
    await app.heartbeat();
  }
  const held = app.pull(ids, { holdMs: 25_000 });
  await world.held(1);
  await world.clock.advance(20_000);
  const pulled = await held;
  assertEquals(errorsIn(pulled), [ErrorCode.NODE_UNAVAILABLE]);
  const { metadata } = pulled[0].proto;
  assertEquals(
    [metadata!.run_id, metadata!.reply_to_message_id, metadata!.group_id, metadata!.message_type],
    [String(app.runId), ids[0], "1", "train"],
  );
  assertEquals(metadata!.ttl, 3_600 - 60);
});

Deno.test("time ends what is waited for: code 3 for the instruction, code 4 for a reply", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [brief] = await app.send(app.instruction(node.nodeId, { ttl: 2 }));
  const held = app.pull([brief], { holdMs: 25_000 });
  await world.held(1);
  await world.clock.advance(2_000);
  assertEquals(errorsIn(await held), [ErrorCode.MESSAGE_UNAVAILABLE]);

  const [id] = await app.send(app.instruction(node.nodeId));
  const message = await node.receive((await node.pull())!);
  const reply = message.reply(message.content, { ttl: 1, createdAt: world.clock.now() / 1_000 });
  await node.reply(reply);
  await world.clock.advance(1_000);
  assertEquals(errorsIn(await app.pull([id])), [ErrorCode.REPLY_MESSAGE_UNAVAILABLE]);
});

Deno.test("instructions for nodes that take none are refused with an empty id", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const [offline, gone] = [await world.node(), await world.node()];
  await offline.client.call(fleet.DeactivateNode, { node_id: offline.nodeId });
  await gone.client.call(fleet.UnregisterNode, { node_id: gone.nodeId });
  const { key } = await world.newcomer();
  const { node_id } = await world.cli.call(control.RegisterNode, { public_key: key.publicKey });
  const messages = [offline.nodeId, gone.nodeId, BigInt(node_id!), 99n].map((id) => app.instruction(id));
  const ids = await app.send(...messages);
  assertEquals(ids.map((id) => id === ""), [false, true, true, true]);
  assertEquals(await app.send(messages[0]), [ids[0]]);
});

Deno.test("a push that is not right is refused as a whole, with Flower's reason", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const start = "UNKNOWN: Exception calling application: Malformed PushMessages: ";
  const good = app.instruction(node.nodeId, { text: "good" });
  const expired = app.instruction(node.nodeId, { ttl: -1 });
  assertEquals(
    await refusal(app.announce([good, expired])),
    start + "`metadata.ttl` must be higher than zero, Message TTL has expired",
  );
  assertEquals(await world.store.transaction((tx) => tx.messagesOfRun(app.runId)), []);
  assertEquals(await refusal(app.announce([])), start + "`messages_list` must not be empty");
  const second = await world.runningApp();
  assertEquals(
    await refusal(app.announce([second.instruction(node.nodeId)])),
    start + "`Message.metadata` has mismatched `run_id`",
  );
  const deflated = deflateMessage(good);
  const unequal = { messages_list: [protoOf(good, deflated)], message_object_trees: [] };
  assertEquals(
    await refusal(app.client.call(serverAppIo.PushMessages, unequal)),
    start + "`messages_list` and `message_object_trees` must have the same length",
  );
  const odd = { object_id: "zz", children: [treeToProto(deflated.tree)] };
  const oddTree = { messages_list: [protoOf(good, deflated)], message_object_trees: [odd] };
  assertEquals(
    await refusal(app.client.call(serverAppIo.PushMessages, oddTree)),
    start + "`zz` is not an object ID",
  );
});

Deno.test("the ServerApp speaks as node 1 only", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const request = { node: { node_id: 2n }, run_id: app.runId, object_id: "0".repeat(64) };
  for (
    const call of [
      app.client.call(serverAppIo.PullObject, request),
      app.client.call(serverAppIo.PushObject, request),
    ]
  ) assertEquals(await refusal(call), "FAILED_PRECONDITION: Unexpected node ID.");
});

Deno.test("stopping a run releases its held calls at once, and no others", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const [app, other] = [await world.runningApp(), await world.runningApp()];
  const [id] = await app.send(app.instruction(node.nodeId));
  const [otherId] = await other.send(other.instruction(node.nodeId));
  await node.receive((await node.pull())!);
  await node.receive((await node.pull())!);
  const [held, otherHeld, nodeHeld] = [
    app.pull([id], { holdMs: 25_000 }),
    other.pull([otherId]),
    node.pull(),
  ];
  await world.held(3);
  assertEquals((await world.cli.call(control.StopRun, { run_id: app.runId })).success, true);
  assertEquals(await refusal(held), "UNAUTHENTICATED: Authentication failed.");
  await world.held(2);
  await world.clock.advance(25_000);
  assertEquals([await otherHeld, await nodeHeld], [[], undefined]);
  assertEquals(await refusal(app.heartbeat()), "UNAUTHENTICATED: Authentication failed.");
  assertEquals(await world.status(app.runId), "finished:stopped");
  assertEquals(
    await refusal(world.cli.call(control.StopRun, { run_id: app.runId })),
    `FAILED_PRECONDITION: Run ID ${app.runId} is already finished`,
  );
});
