import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { refusal, replyTo, TestFederation, TestNode } from "../../tests/fakes/federation.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { fleetGuard } from "../auth/fleet_guard.ts";
import { ephemeralNodeKey, generateKeyPair, type NodeKey, nodeKeyOf } from "../auth/keys.ts";
import { LinkKeys } from "../auth/link_keys.ts";
import { greet } from "../auth/node_greeting.ts";
import { NODE_HEADERS, NODE_MAC_HEADER } from "../auth/node_headers.ts";
import { NodeSessions } from "../auth/node_sessions.ts";
import { nodeSigner } from "../auth/node_signer.ts";
import { NodeTransport } from "../auth/node_transport.ts";
import { RpcClient } from "../rpc/client.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { Metadata } from "../rpc/metadata.ts";
import { route, Router } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { CallTarget, IncomingCall, OutgoingReply } from "../rpc/transport.ts";
import { fleet } from "../wire/methods.ts";

let seed = 0;

/** What stands between a node and its SuperLink, and may see and change what passes. */
class Between implements CallTarget {
  readonly passed: IncomingCall[] = [];
  /** Changes the next calls on their way. */
  change: (call: IncomingCall) => IncomingCall = (call) => call;

  constructor(public target: CallTarget) {}

  dispatch(call: IncomingCall): Promise<OutgoingReply> {
    this.passed.push(call);
    return this.target.dispatch(this.change(call));
  }

  /** The names of methods called since the last look, `+mac` or `+signature` behind those that show one. */
  calls(): string[] {
    return this.passed.splice(0).map(({ path, metadata }) => {
      const shows = metadata.binaries(NODE_MAC_HEADER).length > 0
        ? "+mac"
        : metadata.binaries(NODE_HEADERS.signature).length > 0
        ? "+signature"
        : "";
      return path.split("/")[2] + shows;
    });
  }
}

interface NodeOptions {
  readonly key?: NodeKey;
  readonly between?: Between;
  readonly requireMac?: boolean;
  readonly log?: FakeLog;
}

/** A node of ours, which may use a MAC. */
async function ourNode(world: TestFederation, options: NodeOptions = {}): Promise<TestNode> {
  const { between = new Between(world.superlink.fleet), requireMac, log = new FakeLog() } = options;
  const { clock } = world;
  const key = options.key ?? await ephemeralNodeKey();
  const memory = new MemoryTransport(between, { clock });
  const random = new FakeRandom(++seed);
  return new TestNode(new RpcClient(new NodeTransport(memory, { key, clock, random, log, requireMac })), key);
}

async function joined(world: TestFederation, options?: NodeOptions): Promise<TestNode> {
  const node = await ourNode(world, options);
  await node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });
  await node.activate();
  return node;
}

for (const curve of ["P-256", "P-384", "P-521"] as const) {
  Deno.test(`a node of ours greets once and shows a MAC with every call: ${curve}`, async () => {
    const world = await TestFederation.start();
    const [between, log] = [new Between(world.superlink.fleet), new FakeLog()];
    const key = await nodeKeyOf(await generateKeyPair(curve));
    const node = await joined(world, { key, between, log });
    assertEquals(await node.heartbeat(), true);
    assertEquals(between.calls(), ["Greet", "RegisterNode+mac", "ActivateNode+mac", "SendNodeHeartbeat+mac"]);
    assertEquals(log.texts("info"), ["Authentication with a MAC over each call"]);
  });
}

Deno.test("a whole message goes there and back under MACs, large objects too", async () => {
  const world = await TestFederation.start();
  const [node, app] = [await joined(world), await world.runningApp()];
  const [id] = await app.send(app.instruction(node.nodeId, { text: "x".repeat(200_000) }));
  const message = await node.receive((await node.pull())!);
  await node.reply(replyTo(message, { text: "y".repeat(200_000), clock: world.clock }));
  const [pulled] = await app.pull([id]);
  const reply = await app.receive(pulled, app.runId);
  assertEquals(reply.content.get("config")?.get("text"), "y".repeat(200_000));
});

/** A call as it passed, brought once more. */
function again(call: IncomingCall, changes: Partial<IncomingCall> = {}): IncomingCall {
  return { ...call, signal: new AbortController().signal, ...changes };
}

async function heartbeatOf(world: TestFederation) {
  const between = new Between(world.superlink.fleet);
  const node = await joined(world, { between });
  await node.heartbeat();
  return { node, between, call: between.passed.at(-1)! };
}

const headers = (call: IncomingCall, changes: (bytes: Uint8Array, name: string) => Uint8Array) =>
  new Metadata(
    [...call.metadata].map(([name, value]) =>
      [name, typeof value === "string" ? value : changes(value, name)] as const
    ),
  );

Deno.test("a call that was seen on its way cannot be made again, nor anything be made of it", async () => {
  const world = await TestFederation.start();
  const other = await joined(world);
  const { node, between, call } = await heartbeatOf(world);
  await node.confirm(1n, "0".repeat(64)).catch(() => {});
  const confirmation = between.passed.at(-1)!;
  const target = world.superlink.fleet;
  const flipped = (at: number) =>
    headers(call, (bytes, name) => name === NODE_MAC_HEADER ? bytes.with(at, bytes[at] ^ 1) : bytes);
  const fresh = { node: { node_id: node.nodeId }, heartbeat_interval: 40 };
  const attempts: [string, IncomingCall][] = [
    ["Replayed call", again(call)],
    ["Invalid MAC", again(call, { request: fleet.SendNodeHeartbeat.encodeRequest(fresh) })],
    ["Invalid MAC", again(confirmation, { path: fleet.PullObject.path })],
    ["Invalid MAC", again(call, { metadata: flipped(80) })],
    ["Invalid MAC", again(call, { metadata: flipped(40) })],
    ["Invalid MAC", again(call, { metadata: flipped(48) })],
    ["Invalid MAC", again(call, { metadata: flipped(20) })],
    ["Unknown key of the SuperLink", again(call, { metadata: flipped(1) })],
    ["Invalid MAC", again(call, { metadata: flipped(0) })],
    ["Invalid MAC", again(call, { connection: { ...call.connection, secure: false } })],
    [
      "Invalid MAC",
      again(call, {
        metadata: headers(
          call,
          (bytes, name) => name === NODE_HEADERS.publicKey ? other.key.publicKey : bytes,
        ),
      }),
    ],
  ];
  for (const [expected, attempt] of attempts) {
    assertEquals(await refusal(target.dispatch(attempt)), `UNAUTHENTICATED: ${expected}`);
  }
  assertEquals(await node.heartbeat(), true);
});

Deno.test("every bit of the header counts", async () => {
  const world = await TestFederation.start();
  const { call } = await heartbeatOf(world);
  const [header] = call.metadata.binaries(NODE_MAC_HEADER);
  for (let at = 0; at < header.length; at++) {
    const metadata = headers(
      call,
      (bytes, name) => name === NODE_MAC_HEADER ? bytes.with(at, bytes[at] ^ 0x10) : bytes,
    );
    await assertRejects(
      () => world.superlink.fleet.dispatch(again(call, { metadata })),
      RpcError,
      "UNAUTHENTICATED",
    );
  }
});

Deno.test("a MAC counts for five minutes, and a node speaks for itself only", async () => {
  const world = await TestFederation.start();
  const { node, between } = await heartbeatOf(world);
  const other = await joined(world);
  const request = { node: { node_id: other.nodeId }, heartbeat_interval: 30 };
  assertEquals(
    await refusal(node.client.call(fleet.SendNodeHeartbeat, request)),
    "UNAUTHENTICATED: Invalid node ID",
  );
  let kept: IncomingCall | undefined;
  between.change = (call) => {
    kept = call;
    throw new RpcError("UNAVAILABLE", "lost on the way");
  };
  await assertRejects(() => node.heartbeat());
  world.clock.jump(305_000);
  const late = world.superlink.fleet.dispatch(again(kept!));
  assertEquals(await refusal(late), "UNAUTHENTICATED: Invalid timestamp");
});

Deno.test("calls that overtake each other are fine", async () => {
  const world = await TestFederation.start();
  const { node, between } = await heartbeatOf(world);
  const held: IncomingCall[] = [];
  between.change = (call) => {
    held.push(call);
    throw new RpcError("UNAVAILABLE", "kept");
  };
  for (let count = 0; count < 40; count++) await assertRejects(() => node.heartbeat());
  for (const call of held.toReversed()) await world.superlink.fleet.dispatch(again(call));
  for (const call of held) {
    assertEquals(
      await refusal(world.superlink.fleet.dispatch(again(call))),
      "UNAUTHENTICATED: Replayed call",
    );
  }
});

Deno.test("after a restart of the SuperLink a node greets anew and goes on; what was seen before is worth nothing", async () => {
  const world = await TestFederation.start();
  const { node, between, call } = await heartbeatOf(world);
  const { store, files, clock } = world;
  const next = await TestFederation.start({ store, files, clock, seed: 5 });
  between.target = next.superlink.fleet;
  between.calls();
  assertEquals(await Promise.all([node.heartbeat(), node.heartbeat()]), [true, true]);
  assertEquals(between.calls().filter((name) => name === "Greet").length, 1);
  assertEquals(
    await refusal(next.superlink.fleet.dispatch(again(call))),
    "UNAUTHENTICATED: Unknown key of the SuperLink",
  );
});

Deno.test("two processes with one key are two sessions", async () => {
  const world = await TestFederation.start();
  const key = await ephemeralNodeKey();
  const one = await joined(world, { key });
  const two = await ourNode(world, { key });
  await two.activate().catch(() => {});
  const request = { node: { node_id: one.nodeId }, heartbeat_interval: 30 };
  for (let count = 0; count < 3; count++) {
    for (const { client } of [one, two]) {
      assertEquals((await client.call(fleet.SendNodeHeartbeat, request)).success, true);
    }
  }
});

Deno.test("nobody in between can keep two of ours from using MACs", async () => {
  const world = await TestFederation.start();
  const between = new Between(world.superlink.fleet);
  between.change = (call) => {
    if (call.path === greet.path) throw new RpcError("UNIMPLEMENTED", "Method not found!");
    return call;
  };
  const node = await ourNode(world, { between });
  const registering = node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });
  assertEquals(await refusal(registering), "UNAUTHENTICATED: A node that can use a MAC must use it");
  assertEquals(between.calls(), ["Greet", "RegisterNode+signature", "Greet", "RegisterNode+signature"]);
});

Deno.test("whoever puts a key of his own in place of the SuperLink's learns nothing that the SuperLink takes", async () => {
  const world = await TestFederation.start();
  const impostor = await TestFederation.start({ seed: 9 });
  const between = new Between(world.superlink.fleet);
  between.target = {
    dispatch: (call) => (call.path === greet.path ? impostor : world).superlink.fleet.dispatch(call),
  };
  const node = await ourNode(world, { between });
  const registering = node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });
  assertEquals(await refusal(registering), "UNAUTHENTICATED: Unknown key of the SuperLink");
});

Deno.test("a SuperLink that requires MACs takes nothing else, one that does not takes signatures too", async () => {
  for (const requireMac of [false, true]) {
    const world = await TestFederation.start({ requireMac });
    const key = await ephemeralNodeKey();
    const client = world.client(world.superlink.fleet, {
      credentials: [nodeSigner(key, { clock: world.clock })],
    });
    const registering = client.call(fleet.RegisterNode, { public_key: key.publicKey });
    if (!requireMac) assertNotEquals((await registering).node_id, "0");
    else assertEquals((await refusal(registering)).includes("--require-node-auth hmac"), true);
    assertEquals(await (await joined(world)).heartbeat(), true);
  }
});

/** What an official SuperLink does with signatures, and nothing else. */
function officialSuperLink(world: TestFederation): CallTarget {
  const { store, clock, log } = world;
  return new Router({
    guard: fleetGuard({ store, clock, log }),
    log,
    routes: [route(fleet.RegisterNode, () => Promise.resolve({ node_id: 7n }))],
  });
}

Deno.test("an official SuperLink gets signatures, unless the node must have MACs", async () => {
  const world = await TestFederation.start();
  const [between, log] = [new Between(officialSuperLink(world)), new FakeLog()];
  const node = await ourNode(world, { between, log });
  const register = () => node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });
  assertEquals((await register()).node_id, "7");
  await register();
  assertEquals(between.calls(), ["Greet", "RegisterNode+signature", "RegisterNode+signature"]);
  assertEquals(log.texts("info"), ["Authentication with signatures: the SuperLink takes no MACs"]);

  const strict = await ourNode(world, { between, requireMac: true });
  const refused = await refusal(strict.client.call(fleet.RegisterNode, { public_key: strict.key.publicKey }));
  assertEquals(refused.startsWith("UNAUTHENTICATED: it takes no MACs"), true);
  assertEquals(between.calls(), ["Greet"]);
});

Deno.test("a SuperLink that is replaced by an official one, or an official one by ours, is greeted anew", async () => {
  const world = await TestFederation.start();
  const between = new Between(world.superlink.fleet);
  const node = await ourNode(world, { between });
  const register = () => node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });
  await register();
  between.target = officialSuperLink(world);
  assertEquals((await register()).node_id, "7");
  between.target = world.superlink.fleet;
  assertEquals(await refusal(register()), "FAILED_PRECONDITION: Public key already in use");
  assertEquals(between.calls().map((name) => name.replace("RegisterNode", "")), [
    "Greet",
    "+mac",
    "+mac",
    "Greet",
    "+signature",
    "+signature",
    "Greet",
    "+mac",
  ]);
});

Deno.test("without TLS nobody is greeted, and a marked signature is as good as another", async () => {
  const world = await TestFederation.start();
  const between = new Between(world.superlink.fleet);
  between.change = (call) => ({ ...call, connection: { ...call.connection, secure: false } });
  const node = await joined(world, { between });
  assertEquals(await node.heartbeat(), true);
  assertEquals(between.calls()[0], "Greet");
  assertEquals(between.calls().some((name) => name.endsWith("+mac")), false);
});

Deno.test("what strangers begin is forgotten again, and the sessions of nodes are not", () => {
  const keys = new LinkKeys();
  const clock = new FakeClock();
  const sessions = new NodeSessions({ keys, clock });
  const node = { node: "1", session: "s", key: new Uint8Array(32), counter: 0 };
  sessions.use(node, { registered: false });
  sessions.use({ ...node, counter: 1 }, { registered: true });
  for (let stranger = 0; stranger < 5_000; stranger++) {
    sessions.use({ ...node, node: `stranger ${stranger}` }, { registered: false });
  }
  assertEquals(sessions.size, 4_096 + 1);
  for (const counter of [0, 1]) {
    assertThrows(() => sessions.use({ ...node, counter }, { registered: true }), RpcError, "Replayed");
  }
  sessions.use({ ...node, counter: 2 }, { registered: false });
  assertThrows(() => sessions.use({ ...node, counter: 2 }, { registered: true }), RpcError, "Replayed");
});

Deno.test("a key in another spelling is none", async () => {
  const world = await TestFederation.start();
  const key = await ephemeralNodeKey();
  const publicKey = new TextEncoder().encode(`key\n${new TextDecoder().decode(key.publicKey)}`);
  const node = await ourNode(world, { key: { ...key, publicKey } });
  const registering = node.client.call(fleet.RegisterNode, { public_key: publicKey });
  assertEquals(await refusal(registering), "UNAUTHENTICATED: Invalid MAC");
});

Deno.test("a node may begin many sessions, but not without end, and they fade", async () => {
  const world = await TestFederation.start();
  const key = await ephemeralNodeKey();
  const first = await joined(world, { key });
  await first.heartbeat();
  const request = { node: { node_id: first.nodeId }, heartbeat_interval: 30 };
  const beat = async () =>
    await (await ourNode(world, { key })).client.call(fleet.SendNodeHeartbeat, request);
  for (let count = 1; count < 32; count++) await beat();
  assertEquals(await refusal(beat()), "UNAUTHENTICATED: Too many sessions of one node");
  assertEquals(await first.heartbeat(), true);
  world.clock.jump(400_000);
  await beat();
});
