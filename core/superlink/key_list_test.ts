import { assertEquals, assertRejects } from "@std/assert";
import { refusal, TestFederation, until } from "../../tests/fakes/federation.ts";
import { ephemeralNodeKey } from "../auth/keys.ts";
import { Metadata } from "../rpc/metadata.ts";
import { RpcError } from "../rpc/status.ts";
import { control, fleet } from "../wire/methods.ts";

const keys = await Promise.all([1, 2, 3].map(() => ephemeralNodeKey()));
const [first, second, third] = keys;
const pems = keys.map(({ publicKey }) => publicKey);

async function statuses(world: TestFederation): Promise<string[]> {
  const { nodes_info } = await world.cli.call(control.ListNodes, {});
  return nodes_info.map(({ status }) => status);
}

Deno.test("a listed key is a registered node; others are refused", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  await world.superlink.listKeys(pems.slice(0, 2));
  assertEquals(await statuses(world), ["registered", "registered"]);
  const node = await world.node(first);
  assertEquals(await node.heartbeat(), true);
  assertEquals(
    await refusal(world.node(third)),
    "FAILED_PRECONDITION: No SuperNode found with the given public key.",
  );
  await assertRejects(() => world.node(), RpcError, "All SuperNodes must be registered via the CLI.");
});

Deno.test("a node whose key is listed no more is cut off at once, also in calls that are held", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  await world.superlink.listKeys(pems);
  const [gone, stays] = [await world.node(first), await world.node(second)];
  const app = await world.runningApp();
  const pulls = [gone.pull(), stays.pull()];
  const asked = gone.client.call(
    fleet.GetRun,
    { node: { node_id: gone.nodeId }, run_id: app.runId },
    { metadata: new Metadata([["corolla-hold-ms", "20000"]]) },
  );
  const refusals = [refusal(pulls[0]), refusal(asked)];
  await world.held(3);
  await world.superlink.listKeys(pems.slice(1));
  assertEquals(await Promise.all(refusals), Array(2).fill("UNAUTHENTICATED: Invalid node ID"));
  assertEquals(await refusal(gone.heartbeat()), "UNAUTHENTICATED: Invalid node ID");
  assertEquals(
    await refusal(gone.activate()),
    "FAILED_PRECONDITION: No SuperNode found with the given public key.",
  );
  assertEquals(await statuses(world), ["offline", "online", "registered"]);
  await world.clock.advance(30_000);
  assertEquals(await pulls[1], undefined);
});

Deno.test("a ServerApp that waits for a node that is cut off hears of it", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  await world.superlink.listKeys(pems.slice(0, 1));
  const node = await world.node(first);
  const app = await world.runningApp();
  const [id] = await app.send(app.instruction(node.nodeId));
  const waiting = app.pull([id], { holdMs: 20_000 });
  await world.held(1);
  await world.superlink.listKeys([]);
  const [{ proto }] = await waiting;
  assertEquals(proto.error?.code, "5");
});

Deno.test("a key that is listed again lets its node come back under its old id", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  await world.superlink.listKeys(pems.slice(0, 1));
  const before = await world.node(first);
  await world.superlink.listKeys([]);
  await world.superlink.listKeys(pems.slice(0, 1));
  const after = await world.node(first);
  assertEquals(after.nodeId, before.nodeId);
  assertEquals(await after.heartbeat(), true);
});

Deno.test("the list says nothing of nodes that were registered by hand, unless it names them", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  for (const key of [first, second]) {
    await world.cli.call(control.RegisterNode, { public_key: key.publicKey });
  }
  await world.superlink.listKeys([second.publicKey]);
  const [byHand, listed] = [await world.node(first), await world.node(second)];
  await world.superlink.listKeys([]);
  assertEquals(await byHand.heartbeat(), true);
  assertEquals(await refusal(listed.heartbeat()), "UNAUTHENTICATED: Invalid node ID");
});

Deno.test("a key that was unregistered by hand stays refused although it is listed", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  await world.superlink.listKeys(pems.slice(0, 1));
  const node = await world.node(first);
  await world.cli.call(control.UnregisterNode, { node_id: node.nodeId });
  await world.superlink.listKeys(pems.slice(0, 1));
  assertEquals(
    await refusal(world.node(first)),
    "FAILED_PRECONDITION: No SuperNode found with the given public key.",
  );
});

Deno.test("who was listed for an earlier process and is not for this one stays out", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  await world.superlink.listKeys(pems.slice(0, 2));
  await world.node(first);
  const { store, files, clock } = world;
  const again = await TestFederation.start({ store, files, clock, supernodeAuth: true, seed: 2 });
  await again.superlink.listKeys(pems.slice(1, 2));
  assertEquals(await statuses(again), ["offline", "registered"]);
  await assertRejects(() => again.node(first), RpcError, "No SuperNode found");
  assertEquals(await (await again.node(second)).heartbeat(), true);
});

Deno.test("an unregistered node's held calls end", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const pulled = refusal(node.pull());
  await world.held(1);
  await until(() => world.clock.sleeping > 1);
  await node.client.call(fleet.UnregisterNode, { node_id: node.nodeId });
  assertEquals(await pulled, "UNAUTHENTICATED: Invalid node ID");
});
