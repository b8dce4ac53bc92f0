import { assertEquals } from "@std/assert";
import { refusal, TestFederation } from "../../tests/fakes/federation.ts";
import { settled } from "../../tests/fakes/clock.ts";
import { control, fleet, serverAppIo } from "../wire/methods.ts";

/** The status under which `flwr supernode list` shows a node. */
async function statusOf(world: TestFederation, nodeId: bigint): Promise<string | undefined> {
  const { nodes_info } = await world.cli.call(control.ListNodes, {});
  return nodes_info.find(({ node_id }) => BigInt(node_id) === nodeId)?.status;
}

Deno.test("a node that registers itself comes, reports, goes, comes back and leaves for ever", async () => {
  const world = await TestFederation.start();
  const node = await world.newcomer();
  const request = { public_key: node.key.publicKey };
  const { node_id } = await node.client.call(fleet.RegisterNode, request);
  assertEquals(await statusOf(world, BigInt(node_id)), "registered");
  await node.activate();
  assertEquals(node.nodeId, BigInt(node_id));
  assertEquals(await statusOf(world, node.nodeId), "online");
  assertEquals(await node.heartbeat(), true);
  await node.client.call(fleet.DeactivateNode, { node_id });
  assertEquals(await statusOf(world, node.nodeId), "offline");
  assertEquals(await node.heartbeat(), true);
  assertEquals(await statusOf(world, node.nodeId), "online");
  await node.client.call(fleet.DeactivateNode, { node_id });
  await node.client.call(fleet.UnregisterNode, { node_id });
  assertEquals(await statusOf(world, node.nodeId), "unregistered");
  assertEquals(await refusal(node.heartbeat()), "UNAUTHENTICATED: Invalid node ID");
  assertEquals(
    await refusal(node.client.call(fleet.RegisterNode, request)),
    "FAILED_PRECONDITION: Public key already in use",
  );
  assertEquals(
    await refusal(node.activate()),
    "FAILED_PRECONDITION: No SuperNode found with the given public key.",
  );
});

Deno.test("what a node cannot do is refused in Flower's words", async () => {
  const world = await TestFederation.start();
  const stranger = await world.newcomer();
  assertEquals(
    await refusal(stranger.activate()),
    "FAILED_PRECONDITION: No SuperNode found with the given public key.",
  );
  const node = await world.node();
  assertEquals(
    await refusal(node.activate()),
    `FAILED_PRECONDITION: SuperNode with node ID ${node.nodeId} could not be activated.`,
  );
  assertEquals(await refusal(node.activate(9)), "INVALID_ARGUMENT: Invalid heartbeat interval");
  assertEquals(await refusal(node.heartbeat(1_801)), "INVALID_ARGUMENT: Invalid heartbeat interval");
  await node.client.call(fleet.DeactivateNode, { node_id: node.nodeId });
  assertEquals(
    await refusal(node.client.call(fleet.DeactivateNode, { node_id: node.nodeId })),
    `FAILED_PRECONDITION: SuperNode with node ID ${node.nodeId} could not be deactivated.`,
  );
});

Deno.test("with node authentication on, nodes come and go through Control only", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  const node = await world.newcomer();
  const all = "FAILED_PRECONDITION: SuperNode authentication is enabled. All SuperNodes must be";
  assertEquals(
    await refusal(node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey })),
    `${all} registered via the CLI.`,
  );
  const { node_id } = await world.cli.call(control.RegisterNode, { public_key: node.key.publicKey });
  await node.activate();
  assertEquals(node.nodeId, BigInt(node_id!));
  assertEquals(
    await refusal(node.client.call(fleet.UnregisterNode, { node_id: node.nodeId })),
    `${all} unregistered via the CLI.`,
  );
  const held = node.pull();
  await world.held(1);
  await world.cli.call(control.UnregisterNode, { node_id: node.nodeId });
  assertEquals(await refusal(held), "UNAUTHENTICATED: Invalid node ID");
  assertEquals(
    await refusal(world.cli.call(control.UnregisterNode, { node_id: node.nodeId })),
    "NOT_FOUND: Node ID not found for account",
  );
});

Deno.test("a key that is none is refused, and one that is known", async () => {
  const world = await TestFederation.start();
  const { key } = await world.newcomer();
  await world.cli.call(control.RegisterNode, { public_key: key.publicKey });
  assertEquals(
    await refusal(world.cli.call(control.RegisterNode, { public_key: key.publicKey })),
    "FAILED_PRECONDITION: Public key already in use",
  );
  assertEquals(
    await refusal(world.cli.call(control.RegisterNode, { public_key: new Uint8Array([1, 2]) })),
    "FAILED_PRECONDITION: The provided public key is not valid",
  );
});

Deno.test("a key that was unregistered may come again as another node where the operator allows it", async () => {
  const world = await TestFederation.start({ supernodeAuth: true, allowKeyReuse: true });
  const node = await world.newcomer();
  const register = () => world.cli.call(control.RegisterNode, { public_key: node.key.publicKey });
  const { node_id: first } = await register();
  await node.activate();
  assertEquals(await refusal(register()), "FAILED_PRECONDITION: Public key already in use");
  await world.cli.call(control.UnregisterNode, { node_id: first });
  assertEquals(
    await refusal(node.activate()),
    "FAILED_PRECONDITION: No SuperNode found with the given public key.",
  );
  const { node_id: second } = await register();
  await node.activate();
  assertEquals([node.nodeId === BigInt(first!), node.nodeId], [false, BigInt(second!)]);
  assertEquals([await statusOf(world, BigInt(first!)), await statusOf(world, node.nodeId)], [
    "unregistered",
    "online",
  ]);
  assertEquals(await node.pull(0), undefined);
});

Deno.test("a key with other line ends is the same key", async () => {
  const world = await TestFederation.start({ supernodeAuth: true });
  const node = await world.newcomer();
  const crlf = new TextDecoder().decode(node.key.publicKey).replaceAll("\n", "\r\n");
  await world.cli.call(control.RegisterNode, { public_key: new TextEncoder().encode(crlf) });
  await node.activate();
});

Deno.test("a node that is silent goes offline by itself, and ServerApps do not see it", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const app = await world.runningApp();
  const other = await world.node();
  const beat = async () => {
    await world.clock.advance(20_000);
    await other.heartbeat();
    await app.heartbeat();
  };
  for (let i = 0; i < 3; i++) await beat();
  await settled();
  assertEquals(await statusOf(world, node.nodeId), "offline");
  const { nodes } = await app.client.call(serverAppIo.GetNodes, {});
  assertEquals(nodes.map(({ node_id }) => BigInt(node_id)), [other.nodeId]);
  assertEquals(world.log.texts("warn"), [`Node ${node.nodeId} is offline: no heartbeat in time`]);
});

Deno.test("a node that was killed takes its place again once its old connection is gone, and not before", async () => {
  const world = await TestFederation.start();
  const killed = await world.node();
  const back = await world.newcomer(killed.key);
  const stillThere = `FAILED_PRECONDITION: SuperNode with node ID ${killed.nodeId} could not be activated.`;
  assertEquals(await refusal(back.activate()), stillThere);
  killed.client.transport.close();
  await back.activate();
  assertEquals([back.nodeId, await statusOf(world, back.nodeId)], [killed.nodeId, "online"]);
  const third = await world.newcomer(killed.key);
  assertEquals(await refusal(third.activate()), stillThere);
});

Deno.test("a ServerApp is given no node whose connection is gone", async () => {
  const world = await TestFederation.start();
  const [stays, killed] = [await world.node(), await world.node()];
  const app = await world.runningApp();
  const nodes = async () => {
    const { nodes } = await app.client.call(serverAppIo.GetNodes, {});
    return nodes.map(({ node_id }) => BigInt(node_id)).toSorted();
  };
  assertEquals(await nodes(), [stays.nodeId, killed.nodeId].toSorted());
  killed.client.transport.close();
  assertEquals(await nodes(), [stays.nodeId]);
});
