/** What a SuperLink does for its SuperNodes. */
import { assert, assertEquals } from "@std/assert";
import { nodeSigner } from "../../core/auth/node_signer.ts";
import { ErrorCode } from "../../core/model/message.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { deflateMessage } from "../../core/wire/deflate.ts";
import { control, fleet, serverAppIo } from "../../core/wire/methods.ts";
import { contentOf, refusal, replyTo, TestFederation, type TestNode } from "../fakes/federation.ts";
import { behaviour } from "./book.ts";

const CLI_ONLY = "FAILED_PRECONDITION: SuperNode authentication is enabled. All SuperNodes must be";
const UNKNOWN_KEY = "FAILED_PRECONDITION: No SuperNode found with the given public key.";

async function nodeInfo(world: TestFederation, nodeId: bigint) {
  const { nodes_info } = await world.cli.call(control.ListNodes, {});
  return nodes_info.find(({ node_id }) => BigInt(node_id) === nodeId)!;
}

async function visible(world: TestFederation): Promise<bigint[]> {
  const app = await world.runningApp();
  const { nodes } = await app.client.call(serverAppIo.GetNodes, {});
  return nodes.map(({ node_id }) => BigInt(node_id));
}

const register = (node: TestNode) => node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });

behaviour(fleet.RegisterNode, "a new key becomes a registered node that no ServerApp sees", async () => {
  const world = await TestFederation.start();
  const node = await world.newcomer();
  const nodeId = BigInt((await register(node)).node_id);
  assert(nodeId > 1n);
  const { status, heartbeat_interval, owner_aid } = await nodeInfo(world, nodeId);
  assertEquals([status, heartbeat_interval, owner_aid], ["registered", 0, "<id:none>"]);
  assertEquals(await visible(world), []);
});

behaviour(
  fleet.RegisterNode,
  "a known key is refused, and all are when nodes come through the CLI only",
  async () => {
    const world = await TestFederation.start();
    const node = await world.newcomer();
    await register(node);
    assertEquals(await refusal(register(node)), "FAILED_PRECONDITION: Public key already in use");
    const strict = await TestFederation.start({ supernodeAuth: true });
    assertEquals(await refusal(register(await strict.newcomer())), `${CLI_ONLY} registered via the CLI.`);
  },
);

behaviour(fleet.RegisterNode, "a key that the caller does not hold is refused", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.newcomer(), await world.newcomer()];
  const call = node.client.call(fleet.RegisterNode, { public_key: other.key.publicKey });
  assertEquals(await refusal(call), "UNAUTHENTICATED: Invalid node ID");
});

behaviour(fleet.ActivateNode, "a node is online for two of its intervals", async () => {
  const world = await TestFederation.start();
  const node = await world.newcomer();
  await register(node);
  await node.activate(10);
  const { status, online_until } = await nodeInfo(world, node.nodeId);
  assertEquals([status, online_until], ["online", world.clock.now() / 1_000 + 20]);
  await world.clock.advance(20_000);
  assertEquals((await nodeInfo(world, node.nodeId)).status, "offline");
});

behaviour(fleet.ActivateNode, "intervals, unknown keys and a second live process are refused", async () => {
  const world = await TestFederation.start();
  const node = await world.newcomer();
  assertEquals(await refusal(node.activate()), UNKNOWN_KEY);
  await register(node);
  for (const interval of [0, 9.9, 1_800.1, -5]) {
    assertEquals(await refusal(node.activate(interval)), "INVALID_ARGUMENT: Invalid heartbeat interval");
  }
  await node.activate(1_800);
  const second = await world.newcomer(node.key);
  const refused = `FAILED_PRECONDITION: SuperNode with node ID ${node.nodeId} could not be activated.`;
  assertEquals(await refusal(second.activate()), refused);
  await node.client.call(fleet.UnregisterNode, { node_id: node.nodeId });
  assertEquals(await refusal(second.activate()), UNKNOWN_KEY);
});

behaviour(
  fleet.ActivateNode,
  "who was killed returns at once, and what it had begun is answered with code 8",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    const app = await world.runningApp();
    const [id] = await app.send(app.instruction(node.nodeId));
    await node.receive((await node.pull())!);
    node.client.transport.close();
    const back = await world.newcomer(node.key);
    await back.activate();
    const [reply] = await app.pull([id]);
    assertEquals(Number(reply.proto.error!.code), ErrorCode.CLIENT_APP_CRASHED);
  },
);

behaviour(
  fleet.DeactivateNode,
  "a node that leaves is offline at once, may return, and cannot leave twice",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    const leave = () => node.client.call(fleet.DeactivateNode, { node_id: node.nodeId });
    await leave();
    const { status, last_deactivated_at } = await nodeInfo(world, node.nodeId);
    assertEquals([status, last_deactivated_at !== ""], ["offline", true]);
    assertEquals(
      await refusal(leave()),
      `FAILED_PRECONDITION: SuperNode with node ID ${node.nodeId} could not be deactivated.`,
    );
    await node.activate();
    assertEquals((await nodeInfo(world, node.nodeId)).status, "online");
  },
);

behaviour(fleet.UnregisterNode, "a node that is gone is gone for ever, and its key with it", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const held = node.pull();
  await world.held(1);
  await node.client.call(fleet.UnregisterNode, { node_id: node.nodeId });
  assertEquals(await refusal(held), "UNAUTHENTICATED: Invalid node ID");
  assertEquals((await nodeInfo(world, node.nodeId)).status, "unregistered");
  assertEquals(await refusal(node.heartbeat()), "UNAUTHENTICATED: Invalid node ID");
  assertEquals(await refusal(register(node)), "FAILED_PRECONDITION: Public key already in use");
});

behaviour(fleet.UnregisterNode, "a node that came through the CLI goes through the CLI", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  const node = await world.newcomer();
  await world.cli.call(control.RegisterNode, { public_key: node.key.publicKey });
  await node.activate();
  const call = node.client.call(fleet.UnregisterNode, { node_id: node.nodeId });
  assertEquals(await refusal(call), `${CLI_ONLY} unregistered via the CLI.`);
});

behaviour(
  fleet.SendNodeHeartbeat,
  "a heartbeat holds for two intervals and brings back who was offline",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    await world.clock.advance(59_000);
    assertEquals(await node.heartbeat(10), true);
    await world.clock.advance(19_999);
    assertEquals((await nodeInfo(world, node.nodeId)).status, "online");
    await world.clock.advance(1);
    assertEquals((await nodeInfo(world, node.nodeId)).status, "offline");
    assertEquals(await node.heartbeat(), true);
    assertEquals((await nodeInfo(world, node.nodeId)).status, "online");
    assertEquals(await refusal(node.heartbeat(9)), "INVALID_ARGUMENT: Invalid heartbeat interval");
  },
);

behaviour(fleet.SendNodeHeartbeat, "each call is signed by the node's key, at about this time", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const beat = async (metadata: Metadata, nodeId = node.nodeId) => {
    const request = { node: { node_id: nodeId }, heartbeat_interval: 30 };
    return await refusal(
      world.client(world.superlink.fleet).call(fleet.SendNodeHeartbeat, request, { metadata }),
    );
  };
  const headersAt = async (offsetMs: number, signer = node.key) => {
    const clock = { now: () => world.clock.now() + offsetMs, sleep: () => Promise.resolve() };
    return await nodeSigner(signer, { clock })({ path: "", request: new Uint8Array() } as never);
  };
  const good = [...await headersAt(0)];
  for (const [name] of good) {
    const without = new Metadata(good.filter(([other]) => other !== name));
    assertEquals(await beat(without), "UNAUTHENTICATED: Missing authentication metadata");
  }
  const foreign = [...await headersAt(0, other.key)].filter(([name]) => name.includes("signature"));
  const mixed = new Metadata([...good.filter(([name]) => !name.includes("signature")), ...foreign]);
  assertEquals(await beat(mixed), "UNAUTHENTICATED: Invalid signature");
  for (const offsetMs of [-305_000, 5_000]) {
    assertEquals(await beat(await headersAt(offsetMs)), "UNAUTHENTICATED: Invalid timestamp");
  }
  assertEquals(await beat(new Metadata(good), other.nodeId), "UNAUTHENTICATED: Invalid node ID");
});

behaviour(fleet.PullMessages, "a node gets the oldest whole message, as soon as it is there", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const held = node.pull();
  await world.held(1);
  const slow = await app.announce([app.instruction(node.nodeId, { text: "slow" })]);
  const [first] = await app.send(app.instruction(node.nodeId, { text: "first" }));
  const message = await held;
  assertEquals(message!.tree.object_id, first);
  assertEquals(message!.proto.content, { items: [] });
  await node.receive(message!);
  await app.upload(app.runId, slow.deflated[0], slow.objectsToPush);
  assertEquals((await node.pull())!.tree.object_id, slow.ids[0]);
});

behaviour(
  fleet.PullMessages,
  "what was neither confirmed nor answered is given again, three times in all",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    const app = await world.runningApp();
    const [id] = await app.send(app.instruction(node.nodeId));
    const given = [];
    for (let pull = 0; pull < 4; pull++) given.push((await node.pull(0))?.tree.object_id);
    assertEquals(given, [id, id, id, undefined]);
    const [reply] = await app.pull([id]);
    assertEquals(Number(reply.proto.error!.code), ErrorCode.UNKNOWN);
  },
);

behaviour(fleet.PullMessages, "an empty poll is held, and what is over is not given", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  await app.send(app.instruction(node.nodeId, { ttl: 5 }));
  await world.clock.advance(5_000);
  const held = node.pull();
  await world.held(1);
  await world.clock.advance(25_000);
  assertEquals(await held, undefined);
});

behaviour(
  fleet.PullMessages,
  "a node that is unregistered meanwhile is refused in the middle of its poll",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    const held = node.pull();
    await world.held(1);
    await world.cli.call(control.UnregisterNode, { node_id: node.nodeId });
    assertEquals(await refusal(held), "UNAUTHENTICATED: Invalid node ID");
    assertEquals(await refusal(node.pull()), "UNAUTHENTICATED: Invalid node ID");
  },
);

behaviour(
  fleet.PushMessages,
  "a reply in time is stored and reaches its ServerApp, with its seconds",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    const app = await world.runningApp();
    const [id] = await app.send(app.instruction(node.nodeId));
    const message = await node.receive((await node.pull())!);
    const reply = replyTo(message, { clock: world.clock });
    assertEquals(await node.reply(reply, [2.5]), deflateMessage(reply).messageId);
    assertEquals((await app.pull([id])).length, 1);
    const { run_dict } = await world.cli.call(control.ListRuns, { run_id: app.runId });
    assertEquals(run_dict[String(app.runId)].clientapp_runtime, 2.5);
  },
);

behaviour(fleet.PushMessages, "what may not be stored is answered with the key None", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  await app.send(app.instruction(node.nodeId));
  const message = await node.receive((await node.pull())!);
  const refused = async (from: TestNode, changes: { ttl?: number; text?: string } = {}) => {
    const { ttl, text = "x" } = changes;
    const reply = message.reply(contentOf(text), { createdAt: world.clock.now() / 1_000 });
    if (ttl !== undefined) reply.metadata.ttl = ttl;
    return (await from.announce(deflateMessage(reply), reply)).result;
  };
  assertEquals(await refused(other), "None");
  assertEquals(await refused(node, { ttl: 3_700 }), "None");
  assertEquals(await refused(node, { ttl: -1 }), "None");
  await node.reply(replyTo(message, { clock: world.clock }));
  assertEquals(await refused(node, { text: "second" }), "None");
  const empty = node.client.call(fleet.PushMessages, { node: { node_id: node.nodeId } });
  assert(
    (await refusal(empty)).startsWith("UNKNOWN: Exception calling application: Malformed PushMessages:"),
  );
});

behaviour(fleet.PushMessages, "a reply to a run that was stopped is PERMISSION_DENIED", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  await app.send(app.instruction(node.nodeId));
  const reply = replyTo(await node.receive((await node.pull())!), { clock: world.clock });
  await world.cli.call(control.StopRun, { run_id: app.runId });
  const call = node.announce(deflateMessage(reply), reply);
  assertEquals(await refusal(call), "PERMISSION_DENIED: Run is finished. Stopped by user.");
});

/** What a node is told of a run in each of its states, and of one that there is not. */
async function gate(
  ask: (node: TestNode, runId: bigint) => Promise<unknown>,
  unknown = "UNKNOWN: Exception calling application: 77",
): Promise<void> {
  const world = await TestFederation.start();
  const node = await world.node();
  assertEquals(await refusal(ask(node, 77n)), unknown);
  const denied = "PERMISSION_DENIED: Run is";
  const runId = await world.startRun();
  assertEquals(await refusal(ask(node, runId)), `${denied} pending.`);
  const app = await world.claimedApp();
  assertEquals(await refusal(ask(node, runId)), `${denied} starting.`);
  await app.client.call(serverAppIo.PullTaskInput, {});
  await ask(node, runId);
  await app.finish();
  assertEquals(await refusal(ask(node, runId)), `${denied} finished.`);
  const stopped = await world.runningApp();
  await world.cli.call(control.StopRun, { run_id: stopped.runId });
  assertEquals(await refusal(ask(node, stopped.runId)), `${denied} finished. Stopped by user.`);
}

const about = (node: TestNode, run_id: bigint) => ({ node: { node_id: node.nodeId }, run_id });
const NOT_FOUND = "PERMISSION_DENIED: Run ID not found: 77";
const NOTHING = "0".repeat(64);

behaviour(fleet.GetRun, "a run is told while it runs", async () => {
  await gate(async (node, runId) => {
    const { run } = await node.client.call(fleet.GetRun, about(node, runId));
    assertEquals([run!.fab_id, run!.status!.status, run!.federation], [
      "corolla/quickstart",
      "running",
      "@none/default",
    ]);
  }, NOT_FOUND);
});

behaviour(fleet.GetFab, "the app of a run is given while it runs, and no other", async () => {
  await gate(async (node, runId) => {
    const { run } = await node.client.call(fleet.GetRun, about(node, runId));
    const { fab } = await node.client.call(fleet.GetFab, { ...about(node, runId), hash_str: run!.fab_hash });
    assertEquals([fab!.hash_str, fab!.content.length > 100], [run!.fab_hash, true]);
    const other = node.client.call(fleet.GetFab, { ...about(node, runId), hash_str: "x" });
    assertEquals(
      await refusal(other),
      `PERMISSION_DENIED: Requested FAB hash x does not match run FAB hash ${run!.fab_hash}.`,
    );
  }, NOT_FOUND);
});

behaviour(
  fleet.PullObject,
  "an object is answered while its run runs",
  () => gate(async (node, runId) => assertEquals(await node.pullObject(runId, NOTHING), "unknown")),
);

behaviour(
  fleet.PullObject,
  "an object is seen by those whose message has it, and read when the message is whole",
  async () => {
    const world = await TestFederation.start();
    const [node, other] = [await world.node(), await world.node()];
    const app = await world.runningApp();
    const { deflated: [deflated], objectsToPush } = await app.announce([app.instruction(node.nodeId)]);
    const id = deflated.messageId;
    const seen = () => Promise.all([node.pullObject(app.runId, id), other.pullObject(app.runId, id)]);
    assertEquals(await seen(), ["announced", "unknown"]);
    await app.upload(app.runId, deflated, objectsToPush);
    assertEquals(await seen(), [deflated.contentOf(id), "unknown"]);
  },
);

behaviour(
  fleet.PushObject,
  "an object is taken while its run runs",
  () =>
    gate(async (node, runId) => assertEquals(await node.pushObject(runId, NOTHING, new Uint8Array()), false)),
);

behaviour(
  fleet.PushObject,
  "what was announced is stored, again too; other bytes are not, and malformed ones are refused",
  async () => {
    const world = await TestFederation.start();
    const node = await world.node();
    const app = await world.runningApp();
    await app.send(app.instruction(node.nodeId));
    const reply = replyTo(await node.receive((await node.pull())!), { clock: world.clock });
    const deflated = deflateMessage(reply);
    await node.announce(deflated, reply);
    const [id] = deflated.ids;
    const push = (content: Uint8Array) => node.pushObject(app.runId, id, content);
    assertEquals(await push(new Uint8Array([1])), false);
    assertEquals([await push(deflated.contentOf(id)), await push(deflated.contentOf(id))], [true, true]);
    assertEquals(await node.pushObject(app.runId, NOTHING, new Uint8Array([1])), false);
  },
);

behaviour(
  fleet.ConfirmMessageReceived,
  "a message is confirmed while its run runs, also one that nobody knows",
  () => gate((node, runId) => node.confirm(runId, NOTHING)),
);

behaviour(fleet.ConfirmMessageReceived, "only the receiver lets a message's objects go", async () => {
  const world = await TestFederation.start();
  const [node, other] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const [id] = await app.send(app.instruction(node.nodeId));
  await node.pull();
  await other.confirm(app.runId, id);
  assert(await node.pullObject(app.runId, id) instanceof Uint8Array);
  await node.confirm(app.runId, id);
  assertEquals(await node.pullObject(app.runId, id), "unknown");
  assertEquals(await Array.fromAsync(world.files.list()), []);
});
