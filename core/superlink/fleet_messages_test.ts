import { assertEquals } from "@std/assert";
import { contentOf, refusal, replyTo, TestFederation } from "../../tests/fakes/federation.ts";
import { settled } from "../../tests/fakes/clock.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { control, fleet, serverAppIo } from "../wire/methods.ts";

Deno.test("a poll is held for 25 s, or for as long as is asked, and then answered with nothing", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  for (const [holdMs, expectedMs] of [[undefined, 25_000], [1_000, 1_000], [90_000, 25_000]]) {
    const started = world.clock.now();
    let answered: number | undefined;
    const pull = node.pull(holdMs).then((found) => {
      answered = world.clock.now() - started;
      return found;
    });
    await world.held(1);
    await world.clock.advance(25_000);
    assertEquals(await pull, undefined);
    assertEquals(answered, expectedMs);
    await node.heartbeat();
  }
});

Deno.test("a message is seen only when its last object is there, and wakes nobody but its node", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const [held, otherHeld] = [node.pull(), other.pull()];
  await world.held(2);
  const { deflated: [deflated], objectsToPush } = await app.announce([app.instruction(node.nodeId)]);
  assertEquals(objectsToPush.length, deflated.ids.length);
  const last = deflated.ids.at(-1)!;
  await app.upload(app.runId, deflated, deflated.ids.slice(0, -1));
  await settled();
  assertEquals(world.clock.sleeping, 3);
  await app.pushObject(app.runId, last, deflated.contentOf(last));
  assertEquals((await held)!.tree.object_id, deflated.messageId);
  await world.held(1);
  await world.clock.advance(25_000);
  assertEquals(await otherHeld, undefined);
});

Deno.test("the oldest whole message comes first, one whose objects are coming blocks nobody", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const slow = await app.announce([app.instruction(node.nodeId, { text: "slow" })]);
  const ids = await app.send(
    app.instruction(node.nodeId, { text: "first" }),
    app.instruction(node.nodeId, { text: "second" }),
  );
  for (const id of ids) {
    const pulled = await node.pull();
    assertEquals(pulled!.tree.object_id, id);
    await node.receive(pulled!);
  }
  await app.upload(app.runId, slow.deflated[0], slow.objectsToPush);
  assertEquals((await node.pull())!.tree.object_id, slow.ids[0]);
});

Deno.test("what has arrived is not handed out again, and nothing is after its time", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const [, brief] = await app.send(
    app.instruction(node.nodeId, { text: "long" }),
    app.instruction(node.nodeId, { text: "brief", ttl: 10 }),
  );
  await node.receive((await node.pull(0))!);
  assertEquals((await node.pull(0))!.tree.object_id, brief);
  await world.clock.advance(10_000);
  assertEquals(await node.pull(0), undefined);
});

Deno.test("a caller that is gone is not given a message that nobody would get", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const gone = new AbortController();
  const held = node.client.call(fleet.PullMessages, { node: { node_id: node.nodeId } }, {
    signal: gone.signal,
  });
  await world.held(1);
  gone.abort();
  assertEquals(await refusal(held), "CANCELLED: Cancelled on client side");
  const [id] = await app.send(app.instruction(node.nodeId));
  assertEquals((await node.pull(0))!.tree.object_id, id);
});

Deno.test("replies that may not be stored get an OK, the key None, and nothing to push", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  await app.send(app.instruction(node.nodeId), app.instruction(node.nodeId, { text: "2" }));
  const message = await node.receive((await node.pull())!);
  const { clock } = world;
  const refused = { result: "None", objectsToPush: [] };

  const foreign = replyTo(message, { clock });
  assertEquals(await other.announce(deflateMessage(foreign), foreign), refused);
  const late = message.reply(contentOf("x"), { createdAt: clock.now() / 1_000 });
  late.metadata.ttl += 1;
  assertEquals(await node.announce(deflateMessage(late), late), refused);
  const bad = replyTo(message, { clock });
  bad.metadata.ttl = -1;
  assertEquals(await node.announce(deflateMessage(bad), bad), refused);

  const good = replyTo(message, { clock });
  const id = await node.reply(good);
  assertEquals(id, deflateMessage(good).messageId);
  assertEquals(await node.announce(deflateMessage(good), good), { result: id, objectsToPush: [] });
  const second = replyTo(message, { text: "another", clock });
  assertEquals(await node.announce(deflateMessage(second), second), refused);
  assertEquals(world.log.texts("warn").length, 4);
});

Deno.test("a push without a message, or with a tree of another one, is malformed", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  await app.send(app.instruction(node.nodeId));
  const message = await node.receive((await node.pull())!);
  const start = "UNKNOWN: Exception calling application: Malformed PushMessages: ";
  const empty = node.client.call(fleet.PushMessages, { node: { node_id: node.nodeId } });
  assertEquals(await refusal(empty), start + "`messages_list` must not be empty");
  const reply = replyTo(message, { clock: world.clock });
  const deflated = deflateMessage(reply);
  const other = deflateMessage(replyTo(message, { text: "other", clock: world.clock }));
  assertEquals(
    await refusal(node.announce({ ...deflated, tree: other.tree }, reply)),
    start + "the object tree is not that of the message",
  );
});

Deno.test("what a node asks about a run is answered while it runs, and refused as PERMISSION_DENIED else", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const calls = (runId: bigint) => {
    const about = { node: { node_id: node.nodeId }, run_id: runId };
    return [
      () => node.client.call(fleet.GetRun, about),
      () => node.client.call(fleet.GetFab, { ...about, hash_str: "x" }),
      () => node.pullObject(runId, "0".repeat(64)),
      () => node.pushObject(runId, "0".repeat(64), new Uint8Array()),
      () => node.confirm(runId, "0".repeat(64)),
    ];
  };
  const refusals = (runId: bigint) => Promise.all(calls(runId).map((call) => refusal(call())));
  const unknown = "UNKNOWN: Exception calling application: 77";
  const notFound = "PERMISSION_DENIED: Run ID not found: 77";
  assertEquals(await refusals(77n), [notFound, notFound, unknown, unknown, unknown]);

  const runId = await world.startRun();
  assertEquals(new Set(await refusals(runId)), new Set(["PERMISSION_DENIED: Run is pending."]));
  const app = await world.claimedApp();
  assertEquals(new Set(await refusals(runId)), new Set(["PERMISSION_DENIED: Run is starting."]));
  await app.client.call(serverAppIo.PullTaskInput, {});

  const { run } = await node.client.call(fleet.GetRun, { node: { node_id: node.nodeId }, run_id: runId });
  assertEquals([run!.fab_version, run!.status!.status], ["1.0.0", "running"]);
  const fabOf = (hash_str: string) =>
    node.client.call(fleet.GetFab, { node: { node_id: node.nodeId }, run_id: runId, hash_str });
  assertEquals((await fabOf(run!.fab_hash)).fab!.content.length > 500, true);
  assertEquals(
    await refusal(fabOf("x")),
    `PERMISSION_DENIED: Requested FAB hash x does not match run FAB hash ${run!.fab_hash}.`,
  );

  await world.cli.call(control.StopRun, { run_id: runId });
  assertEquals(
    new Set(await refusals(runId)),
    new Set(["PERMISSION_DENIED: Run is finished. Stopped by user."]),
  );
  const second = await world.runningApp();
  await second.finish();
  assertEquals(new Set(await refusals(second.runId)), new Set(["PERMISSION_DENIED: Run is finished."]));
});
