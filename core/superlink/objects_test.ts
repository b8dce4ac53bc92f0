import { assertEquals } from "@std/assert";
import { refusal, replyTo, TestFederation } from "../../tests/fakes/federation.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { memoryContentFiles } from "../io/memory_content_files.ts";
import { StorageFullError } from "../io/ports.ts";
import { frameObject, objectIdOf } from "../wire/object.ts";

Deno.test("an object is seen by the peers of its message in its run, and by nobody else", async () => {
  const world = await TestFederation.start();
  const [node, stranger] = [await world.node(), await world.node()];
  const [app, other] = [await world.runningApp(), await world.runningApp()];
  const message = app.instruction(node.nodeId);
  const deflated = deflateMessage(message);
  const { objectsToPush } = await app.announce([message]);
  const [leaf] = deflated.ids;
  assertEquals(await node.pullObject(app.runId, leaf), "announced");
  await app.upload(app.runId, deflated, objectsToPush);

  assertEquals(await node.pullObject(app.runId, leaf), deflated.contentOf(leaf));
  assertEquals(await stranger.pullObject(app.runId, leaf), "unknown");
  assertEquals(await node.pullObject(other.runId, leaf), "unknown");
  assertEquals(await other.pullObject(other.runId, leaf), "unknown");
  await stranger.confirm(app.runId, deflated.messageId);
  await node.confirm(other.runId, deflated.messageId);
  await other.confirm(other.runId, deflated.messageId);
  assertEquals(await node.pullObject(app.runId, leaf), deflated.contentOf(leaf));
  await node.confirm(app.runId, deflated.messageId);
  assertEquals(await node.pullObject(app.runId, leaf), "unknown");
});

Deno.test("knowing an id of another run gives nothing: the bytes are asked for again", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const [app, other] = [await world.runningApp(), await world.runningApp()];
  await app.send(app.instruction(node.nodeId));
  const same = other.instruction(node.nodeId);
  const { objectsToPush } = await other.announce([same]);
  assertEquals(new Set(objectsToPush), new Set(deflateMessage(same).ids));
});

Deno.test("a broadcast asks for what its messages share only once", async () => {
  const world = await TestFederation.start();
  const [a, b] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const { deflated, objectsToPush } = await app.announce([
    app.instruction(a.nodeId),
    app.instruction(b.nodeId),
  ]);
  assertEquals(objectsToPush.length, new Set(deflated.flatMap(({ ids }) => ids)).size);
  for (const message of deflated) await app.upload(app.runId, message, message.ids);
  for (const node of [a, b]) await node.receive((await node.pull())!);
});

Deno.test("an upload that nobody asked for, with other bytes, or that is no object is not kept", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const stray = frameObject("ArrayChunk", [], new Uint8Array(3));
  assertEquals(await app.pushObject(app.runId, objectIdOf(stray), stray), false);
  await app.send(app.instruction(node.nodeId));
  const message = await node.receive((await node.pull())!);
  const reply = replyTo(message, { clock: world.clock });
  const deflated = deflateMessage(reply);
  await node.announce(deflated, reply);
  const [leaf] = deflated.ids;
  assertEquals(await node.pushObject(app.runId, leaf, stray), false);
  const content = deflated.contentOf(leaf);
  assertEquals(await node.pushObject(app.runId, leaf, content), true);
  assertEquals(await node.pushObject(app.runId, leaf, content), true);

  const text = new TextEncoder().encode("no object");
  const odd = {
    ...deflated,
    tree: { objectId: deflated.messageId, children: [{ objectId: objectIdOf(text), children: [] }] },
  };
  await node.announce(odd, reply);
  const details = await refusal(node.pushObject(app.runId, objectIdOf(text), text));
  assertEquals(
    details,
    `FAILED_PRECONDITION: Object with ID '${objectIdOf(text)}' has an unexpected structure. ` +
      "Unexpected format for object content. Head and body could not be split.",
  );
});

Deno.test("without room a push is refused with the reason, and works as soon as there is room again", async () => {
  const files = memoryContentFiles();
  let isFull = false;
  const write: typeof files.write = (id, content) =>
    isFull ? Promise.reject(new StorageFullError("No room for 34 bytes")) : files.write(id, content);
  const world = await TestFederation.start({ files: { ...files, write } });
  const node = await world.node();
  const app = await world.runningApp();
  const { deflated: [deflated], objectsToPush } = await app.announce([app.instruction(node.nodeId)]);
  isFull = true;
  const push = () => app.upload(app.runId, deflated, objectsToPush);
  assertEquals(await refusal(push()), "RESOURCE_EXHAUSTED: No room for 34 bytes");
  isFull = false;
  await push();
  await node.receive((await node.pull())!);
});

Deno.test("a ServerApp does not wait for an answer for which there is no room", async () => {
  const files = memoryContentFiles();
  let isFull = false;
  const write: typeof files.write = (id, content) =>
    isFull ? Promise.reject(new StorageFullError("No room for 34 bytes")) : files.write(id, content);
  const world = await TestFederation.start({ files: { ...files, write } });
  const node = await world.node();
  const [app, other] = [await world.runningApp(), await world.runningApp()];
  const [[id], [otherId]] = [
    await app.send(app.instruction(node.nodeId)),
    await other.send(
      other.instruction(node.nodeId),
    ),
  ];
  const message = await node.receive((await node.pull())!);
  const held = refusal(app.pull([id], { holdMs: 20_000 }));
  const otherHeld = other.pull([otherId], { holdMs: 20_000 });
  await world.held(2);
  isFull = true;
  const reply = replyTo(message, { clock: world.clock });
  assertEquals(await refusal(node.reply(reply)), "RESOURCE_EXHAUSTED: No room for 34 bytes");
  assertEquals(await held, "RESOURCE_EXHAUSTED: No room for 34 bytes");
  await world.clock.advance(20_000);
  assertEquals(await otherHeld, []);
  await app.finish("failed", "no room");
  assertEquals(await world.status(app.runId), "finished:failed:no room");
});
