import { assertEquals } from "@std/assert";
import {
  type Pulled,
  refusal,
  replyTo,
  TestFederation,
  type TestNode,
} from "../../tests/fakes/federation.ts";
import { memoryContentFiles } from "../io/memory_content_files.ts";
import { ErrorCode } from "../model/message.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { fleet } from "../wire/methods.ts";

const errorsIn = (pulled: Pulled[]) => pulled.map(({ proto }) => Number(proto.error?.code));
const idOf = (pulled: Pulled | undefined) => pulled?.tree.object_id;

async function work(world: TestFederation, node: TestNode): Promise<void> {
  await node.reply(replyTo(await node.receive((await node.pull())!), { clock: world.clock }));
}

/** The node's process is killed and started again with its key. */
async function restarted(world: TestFederation, node: TestNode): Promise<TestNode> {
  node.client.transport.close();
  const again = await world.newcomer(node.key);
  await again.activate();
  return again;
}

Deno.test("what a node did not confirm before it asks for more is given to it again, three times in all", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [first, second] = await app.send(
    app.instruction(node.nodeId, { text: "first" }),
    app.instruction(node.nodeId, { text: "second" }),
  );
  const pull = async () => idOf(await node.pull(0));
  assertEquals([await pull(), await pull()], [first, first]);
  await node.confirm(app.runId, first);
  assertEquals([await pull(), await pull(), await pull()], [second, second, second]);
  // What never arrives must keep neither the node from the rest nor the ServerApp waiting.
  const held = app.pull([second], { holdMs: 20_000 });
  await world.held(1);
  const [third] = await app.send(app.instruction(node.nodeId, { text: "third" }));
  assertEquals(await pull(), third);
  const [given] = await held;
  assertEquals((await app.receive(given)).error, {
    code: ErrorCode.UNKNOWN,
    reason: "The SuperNode was given the message 3 times and never confirmed it.",
  });
});

Deno.test("an answer shows as well as a confirmation that a message has arrived", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const message = app.instruction(node.nodeId);
  const { messageId } = deflateMessage(message);
  await app.send(message);
  assertEquals(idOf(await node.pull(0)), messageId);
  Object.defineProperty(message.metadata, "messageId", { value: messageId });
  await node.reply(replyTo(message, { clock: world.clock }));
  assertEquals(await node.pull(0), undefined);
  // Nobody needs what the instruction was made of any more.
  assertEquals(await node.pullObject(app.runId, messageId), "unknown");
  assertEquals(errorsIn(await app.pull([messageId])), [NaN]);
});

Deno.test("nothing is given again when its run is over or its time", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const [app, other] = [await world.runningApp(), await world.runningApp()];
  await app.send(app.instruction(node.nodeId));
  await other.send(other.instruction(node.nodeId, { ttl: 10 }));
  await node.pull(0);
  await app.finish();
  await node.pull(0);
  await world.clock.advance(10_000);
  assertEquals(await node.pull(0), undefined);
});

Deno.test("a stored reply survives its node going offline, unregistering and falling silent", async () => {
  const world = await TestFederation.start();
  const nodes = [await world.node(), await world.node(), await world.node()];
  const app = await world.runningApp();
  const ids = await app.send(...nodes.map(({ nodeId }) => app.instruction(nodeId)));
  for (const node of nodes) await work(world, node);
  const [offline, gone] = nodes;
  await offline.client.call(fleet.DeactivateNode, { node_id: offline.nodeId });
  await gone.client.call(fleet.UnregisterNode, { node_id: gone.nodeId });
  for (let beat = 0; beat < 4; beat++) {
    await app.heartbeat();
    await world.clock.advance(20_000);
  }
  const pulled = await app.pull(ids);
  assertEquals(errorsIn(pulled), [NaN, NaN, NaN]);
  for (const reply of pulled) assertEquals((await app.receive(reply)).hasContent(), true);
});

Deno.test("a node that is offline and has not replied is answered for with code 5", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [id] = await app.send(app.instruction(node.nodeId));
  const half = replyTo(await node.receive((await node.pull())!), { clock: world.clock });
  await node.announce(deflateMessage(half), half);
  const held = app.pull([id], { holdMs: 20_000 });
  await world.held(1);
  await node.client.call(fleet.DeactivateNode, { node_id: node.nodeId });
  assertEquals(errorsIn(await held), [ErrorCode.NODE_UNAVAILABLE]);
  assertEquals(errorsIn(await app.pull([id])), [ErrorCode.MESSAGE_UNAVAILABLE]);
});

Deno.test("a node that is started anew gets what it had not confirmed, and code 8 is said for the rest", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const send = async (to: TestNode, text: string) =>
    (await app.send(app.instruction(to.nodeId, { text })))[0];
  const answered = await send(node, "answered");
  await work(world, node);
  const half = await send(node, "half answered");
  const reply = replyTo(await node.receive((await node.pull())!), { clock: world.clock });
  await node.announce(deflateMessage(reply), reply);
  const waiting = await send(node, "not given yet");
  const given = await send(other, "given");
  assertEquals(idOf(await other.pull(0)), given);

  const held = app.pull([half], { holdMs: 20_000 });
  await world.held(1);
  const [again, otherAgain] = [await restarted(world, node), await restarted(world, other)];
  const [said] = await held;
  assertEquals((await app.receive(said)).error, {
    code: ErrorCode.CLIENT_APP_CRASHED,
    reason: "ClientApp stopped responding: its SuperNode was started anew before it had replied.",
  });
  assertEquals(errorsIn(await app.pull([answered])), [NaN]);
  await work(world, again);
  await work(world, otherAgain);
  assertEquals(errorsIn(await app.pull([given, waiting])), [NaN, NaN]);
});

/** A node that has announced its reply and uploaded nothing of it. */
async function partlyReplied() {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const message = app.instruction(node.nodeId);
  const { messageId } = deflateMessage(message);
  await app.send(message);
  await node.pull(0);
  Object.defineProperty(message.metadata, "messageId", { value: messageId });
  const part = replyTo(message, { text: "part", clock: world.clock });
  await node.announce(deflateMessage(part), part);
  return { world, node, app, messageId };
}

Deno.test("the part of a reply that a killed node left does not stand in the way of the whole one", async () => {
  const { world, node, app, messageId } = await partlyReplied();
  const again = await restarted(world, node);
  await work(world, again);
  assertEquals(errorsIn(await app.pull([messageId])), [NaN]);
});

Deno.test("a node that could not finish a reply and asks for more gets the message again, and may reply anew", async () => {
  const { world, node, app, messageId } = await partlyReplied();
  await work(world, node);
  const [reply] = await app.pull([messageId]);
  assertEquals((await app.receive(reply)).content.config("config").get("text"), "done");
});

Deno.test("a reply that its node began and does not finish ends with a reason", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [id] = await app.send(app.instruction(node.nodeId));
  const part = replyTo(await node.receive((await node.pull())!), { clock: world.clock });
  await node.announce(deflateMessage(part), part);
  assertEquals(await app.pull([id], { holdMs: 0 }), []);
  assertEquals(await node.pull(0), undefined);
  const [reply] = await app.pull([id], { holdMs: 0 });
  const reason = "The SuperNode did not send all of its reply.";
  assertEquals((await app.receive(reply)).error, { code: ErrorCode.UNKNOWN, reason });
});

Deno.test("a node that is silent for a heartbeat's time may be replaced although nobody closed its connection", async () => {
  const world = await TestFederation.start();
  const gone = await world.newcomer();
  await gone.client.call(fleet.RegisterNode, { public_key: gone.key.publicKey });
  await gone.activate(10);
  const back = await world.newcomer(gone.key);
  const held = gone.pull();
  await world.held(1);
  await world.clock.advance(9_999);
  const stillThere = `FAILED_PRECONDITION: SuperNode with node ID ${gone.nodeId} could not be activated.`;
  assertEquals(await refusal(back.activate()), stillThere);
  await world.clock.advance(1);
  await back.activate();
  assertEquals(back.nodeId, gone.nodeId);
  // Whatever comes now is for the one that is there.
  assertEquals(await refusal(held), "UNAUTHENTICATED: Invalid node ID");
  const third = await world.newcomer(gone.key);
  assertEquals(await refusal(third.activate()), stillThere);
});

Deno.test("a message whose bytes cannot be read any more ends with a reason, not with tries for ever", async () => {
  const files = memoryContentFiles();
  const world = await TestFederation.start({ files });
  const node = await world.node();
  const app = await world.runningApp();
  const message = app.instruction(node.nodeId);
  const [id] = await app.send(message);
  for (const object of deflateMessage(message).ids) await files.remove(object);
  for (let tries = 0; tries < 3; tries++) {
    const pulled = await node.pull(0);
    assertEquals(idOf(pulled), id);
    assertEquals(
      (await refusal(node.receive(pulled!))).startsWith("UNKNOWN: Exception calling application:"),
      true,
    );
  }
  assertEquals(await node.pull(0), undefined);
  assertEquals(errorsIn(await app.pull([id])), [ErrorCode.UNKNOWN]);
});

Deno.test("a message whose objects nobody knows any more is forgotten, and its node gets the next one", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [lost, next] = await app.send(
    app.instruction(node.nodeId, { text: "lost" }),
    app.instruction(node.nodeId, { text: "next" }),
  );
  await world.objects.release(app.runId, lost);
  assertEquals(idOf(await node.pull(0)), next);
  assertEquals(errorsIn(await app.pull([lost])), [ErrorCode.MESSAGE_UNAVAILABLE]);
});
