import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import type { RecordSet, TaskIns, TaskRes } from "../../proto/flwr_1_14.ts";
import { vectors } from "../../proto/vectors.ts";
import { refusal, TestFederation, type TestServerApp } from "../../tests/fakes/federation.ts";
import { ephemeralNodeKey, type NodeKey, nodeKeyOf } from "../auth/keys.ts";
import { sharedSecret } from "../auth/shared_secret.ts";
import type { Message } from "../model/app_message.ts";
import { ErrorCode } from "../model/message.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { RpcClient } from "../rpc/client.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { Metadata } from "../rpc/metadata.ts";
import type { CallTarget } from "../rpc/transport.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { fromUrlSafe, legacyMac, legacyMacKey, toUrlSafe } from "../wire/legacy_token.ts";
import { control, fleet } from "../wire/methods.ts";
import { parsePrivateKey } from "../wire/private_key.ts";

interface Half {
  openssh_private: string;
  spki_pem: string;
  header_public_key: string;
}
const { hmac_1_14_0: vector } = await vectors<{
  hmac_1_14_0: {
    server: Half;
    client: Half;
    client2: Half;
    verdicts: { name: string; request_hex: string; auth_token: string | null; verdict: string }[];
  };
}>("auth.json");
const keyOf = async (half: Half) => await nodeKeyOf(await parsePrivateKey(half.openssh_private));
const [serverKey, firstKey, secondKey] = await Promise.all(
  [vector.server, vector.client, vector.client2].map(keyOf),
);

/** A scripted SuperNode of Flower 1.14.0. */
class LegacyNode {
  nodeId = 0n;
  /** What is shown in place of the right token. */
  token?: (right: string) => string | undefined;
  /** Where its calls go. */
  target: CallTarget;
  #macKey?: Uint8Array;
  readonly client: RpcClient;

  constructor(readonly world: TestFederation, readonly key: NodeKey) {
    this.target = world.superlink.fleet;
    this.client = world.client({ dispatch: (call) => this.target.dispatch(call) }, {
      credentials: [async ({ requestBytes }) => {
        const headers: [string, string][] = [["public-key", toUrlSafe(key.publicKey)]];
        const right = this.#macKey && toUrlSafe(await legacyMac(this.#macKey, requestBytes));
        const token = right && this.token ? this.token(right) : right;
        return new Metadata(token === undefined ? headers : [...headers, ["auth-token", token]]);
      }],
    });
  }

  get node() {
    return { node_id: this.nodeId, anonymous: false };
  }

  /** Comes, and agrees on a secret by the header of the answer. */
  async create(): Promise<LegacyNode> {
    const { response, headers } = await this.client.callWithHeaders(legacyFleet.CreateNode, {
      ping_interval: 30,
    });
    const shown = fromUrlSafe(headers.text("public-key")!)!;
    assertEquals(Buffer.from(shown).toString(), vector.server.spki_pem);
    this.#macKey = await legacyMacKey(await sharedSecret(this.key.agreementKey, shown));
    this.nodeId = BigInt(response.node!.node_id);
    return this;
  }

  async ping(): Promise<boolean> {
    return (await this.client.call(legacyFleet.Ping, { node: this.node, ping_interval: 30 })).success;
  }

  async pull(holdMs = 0): Promise<TaskIns | undefined> {
    const metadata = new Metadata([["corolla-hold-ms", String(holdMs)]]);
    const reply = await this.client.call(legacyFleet.PullTaskIns, { node: this.node }, { metadata });
    return reply.task_ins_list[0];
  }

  /** The result of a task, as the client of 1.14.0 makes it. */
  result(instruction: TaskIns, recordset: Partial<RecordSet>): TaskRes {
    const { task, run_id, group_id, task_id } = instruction;
    const createdAt = this.world.clock.now() / 1_000;
    return {
      task_id: "",
      group_id,
      run_id,
      task: {
        producer: { node_id: String(this.nodeId), anonymous: false },
        consumer: { node_id: "0", anonymous: true },
        created_at: createdAt,
        delivered_at: "",
        pushed_at: 0,
        ttl: task!.created_at + task!.ttl - createdAt,
        ancestry: [task_id],
        task_type: task!.task_type,
        recordset: { parameters: {}, metrics: {}, configs: {}, ...recordset },
        error: null,
      },
    };
  }

  async push(...results: TaskRes[]): Promise<Record<string, number>> {
    return (await this.client.call(legacyFleet.PushTaskRes, { node: this.node, task_res_list: results }))
      .results;
  }
}

async function started(): Promise<{ world: TestFederation; node: LegacyNode }> {
  const world = await TestFederation.start({ supernodeAuth: true, legacyKey: serverKey });
  await world.superlink.listKeys([firstKey.publicKey, secondKey.publicKey]);
  const node = await new LegacyNode(world, firstKey).create();
  await node.ping();
  return { world, node };
}

function contentOf(bytes = 12): RecordDict {
  const data = new Uint8Array(bytes).map((_, index) => index);
  return new RecordDict({
    arrays: new ArrayRecord([[
      "w",
      new FlowerArray({ dtype: "uint8", shape: [bytes], stype: "numpy.ndarray", data }),
    ]]),
    metrics: new MetricRecord({ loss: 0.5, count: 3, list: [1, 2] }),
    config: new ConfigRecord({ lr: 0.1, name: "x", on: true, bytes: new Uint8Array([1]), none: 0 }),
  });
}

/** An instruction with records of every kind. */
async function instruct(app: TestServerApp, node: LegacyNode, content = contentOf()): Promise<string> {
  const instruction = app.instruction(node.nodeId);
  instruction.content = content;
  const [id] = await app.send(instruction);
  return id;
}

async function answer(app: TestServerApp, id: string): Promise<Message> {
  const [pulled] = await app.pull([id]);
  return await app.receive(pulled, app.runId);
}

Deno.test("1.14.0: a message goes to a node whole and its answer comes back as a message of today", async () => {
  const { world, node } = await started();
  const app = await world.runningApp();
  const id = await instruct(app, node, contentOf(11_000_000));
  const instruction = (await node.pull())!;
  assertEquals([instruction.task_id, BigInt(instruction.run_id), instruction.group_id], [id, app.runId, "1"]);
  const { task_type, ancestry, consumer, producer, recordset } = instruction.task!;
  assertEquals([task_type, ancestry, consumer?.node_id], ["train", [], String(node.nodeId)]);
  assertEquals(producer, { node_id: "0", anonymous: true });
  assertEquals(recordset!.parameters.arrays.data_keys, ["w"]);
  assertEquals(recordset!.parameters.arrays.data_values[0].data.length, 11_000_000);
  assertEquals(recordset!.metrics.metrics.data.count.sint64, "3");
  assertEquals(recordset!.configs.config.data.name.string, "x");

  assertEquals(await node.push(node.result(instruction, recordset!)), { [id]: 0 });
  const reply = await answer(app, id);
  assertEquals(reply.metadata.replyToMessageId, id);
  const { content } = reply;
  assertEquals((content.get("arrays") as ArrayRecord).get("w")!.data.length, 11_000_000);
  assertEquals((content.get("metrics") as MetricRecord).get("list"), [1, 2]);
  assertEquals((content.get("config") as ConfigRecord).get("none"), 0);
  assertEquals((content.get("config") as ConfigRecord).get("bytes"), new Uint8Array([1]));
  await app.finish();
  assertEquals(await Array.fromAsync(world.files.list()), []);
});

Deno.test("1.14.0: who asks for the id of a node, as anybody can, disturbs nobody", async () => {
  const { world, node } = await started();
  const today = await world.node(secondKey);
  const pulls = [node.pull(20_000), today.pull(20_000)];
  await world.held(2);
  for (const key of [firstKey, secondKey]) await new LegacyNode(world, key).create();
  await world.clock.advance(20_000);
  assertEquals(await Promise.all(pulls), [undefined, undefined]);
});

Deno.test("1.14.0: a pull is held until there is a message", async () => {
  const { world, node } = await started();
  const app = await world.runningApp();
  const pulling = node.pull(20_000);
  await world.held(1);
  const id = await instruct(app, node);
  assertEquals((await pulling)?.task_id, id);
});

Deno.test("1.14.0: what a node was given and never answered it is given again, and what it is given is its own", async () => {
  const { world, node } = await started();
  const other = await new LegacyNode(world, secondKey).create();
  const app = await world.runningApp();
  const id = await instruct(app, node);
  assertEquals(await other.pull(), undefined);
  assertEquals((await node.pull())?.task_id, id);
  assertEquals((await node.pull())?.task_id, id);
  const back = await new LegacyNode(world, firstKey).create();
  const instruction = (await back.pull())!;
  assertEquals(instruction.task_id, id);
  await assertRejects(() => other.push(node.result(instruction, {})), Error, "Access denied");
  const stolen = other.result(instruction, {});
  assertEquals(await other.push(stolen), {});
  assertEquals(await back.push(back.result(instruction, {})), { [id]: 0 });
  assertEquals(await back.pull(), undefined);
});

Deno.test("1.14.0: an answer that cannot be said today is an error for the ServerApp, and so is an error", async () => {
  const { world, node } = await started();
  const app = await world.runningApp();
  for (const kind of ["clash", "unset", "keys", "empty", "error"]) {
    const id = await instruct(app, node);
    const instruction = (await node.pull())!;
    const records: Record<string, Partial<RecordSet>> = {
      clash: { metrics: { a: { data: {} } }, configs: { a: { data: {} } } },
      unset: { metrics: { a: { data: { x: {} } } } },
      keys: { parameters: { a: { data_keys: ["x"], data_values: [] } } },
    };
    const result = node.result(instruction, records[kind] ?? {});
    if (kind === "empty" || kind === "error") result.task!.recordset = null;
    if (kind === "error") result.task!.error = { code: "2", reason: "it raised" };
    await node.push(result);
    const { error } = await answer(app, id);
    if (kind === "error") {
      assertEquals(error, { code: ErrorCode.CLIENT_APP_RAISED_EXCEPTION, reason: "it raised" });
    } else assertMatch(error.reason, /^The answer of a SuperNode of Flower 1\.14\.0 cannot be used: /);
  }
});

Deno.test("1.14.0: what no honest node sends is refused", async () => {
  const { world, node } = await started();
  const app = await world.runningApp();
  const id = await instruct(app, node);
  const instruction = (await node.pull())!;
  const good = node.result(instruction, {});
  assertEquals(await refusal(node.push()), "UNAUTHENTICATED: Access denied");
  assertMatch(await refusal(node.push(good, good)), /UNKNOWN: .*`task_res_list` must have one item/);
  const strange = { ...good, task: { ...good.task!, task_type: "dance" } };
  assertMatch(await refusal(node.push(strange)), /UNKNOWN: .*Malformed PushTaskRes/);
  const unknown = { ...good, task: { ...good.task!, ancestry: ["0".repeat(64)] } };
  assertEquals(await node.push(unknown), {});
  const elsewhere = { ...good, run_id: "77" };
  assertMatch(await refusal(node.push(elsewhere)), /UNKNOWN|PERMISSION_DENIED/);
  assertEquals(await node.push(good), { [id]: 0 });
  await app.finish();
  assertMatch(await refusal(node.push(good)), /^PERMISSION_DENIED: /);
});

Deno.test("1.14.0: a node keeps its id, also when it said good-bye, and pings", async () => {
  const { world, node } = await started();
  assertEquals(await node.ping(), true);
  await node.client.call(legacyFleet.DeleteNode, { node: node.node });
  const statuses = async () =>
    (await world.cli.call(control.ListNodes, {})).nodes_info.map(({ status }) => status);
  assertEquals(await statuses(), ["offline", "registered"]);
  const back = await new LegacyNode(world, firstKey).create();
  assertEquals(back.nodeId, node.nodeId);
  // Anybody can ask for the id; what counts is who pings.
  assertEquals(await statuses(), ["offline", "registered"]);
  await back.ping();
  assertEquals(await statuses(), ["online", "registered"]);
  for (const ping_interval of [0, 1, NaN, Infinity, 1e9]) {
    assertEquals(
      (await back.client.call(legacyFleet.Ping, { node: back.node, ping_interval })).success,
      true,
    );
  }
});

Deno.test("1.14.0: a node goes on after a restart of the SuperLink as if nothing had been", async () => {
  const { world, node } = await started();
  const { store, files, clock } = world;
  const again = await TestFederation.start({
    store,
    files,
    clock,
    supernodeAuth: true,
    legacyKey: serverKey,
    seed: 3,
  });
  await again.superlink.listKeys([firstKey.publicKey]);
  node.target = again.superlink.fleet;
  assertEquals(await node.ping(), true);
  const app = await again.runningApp();
  const id = await instruct(app, node);
  assertEquals((await node.pull())?.task_id, id);
});

Deno.test("1.14.0: GetRun and GetFab are the ones of today", async () => {
  const { world, node } = await started();
  const app = await world.runningApp();
  const { run } = await node.client.call(fleet.GetRun, { node: { node_id: node.nodeId }, run_id: app.runId });
  const request = { node: { node_id: node.nodeId }, hash_str: run!.fab_hash, run_id: app.runId };
  const { fab } = await node.client.call(fleet.GetFab, request);
  assertEquals(fab!.hash_str, run!.fab_hash);
  node.token = () => undefined;
  assertEquals(await refusal(node.client.call(fleet.GetFab, request)), "UNAUTHENTICATED: Access denied");
});

for (const { name, request_hex, auth_token, verdict } of vector.verdicts) {
  Deno.test(`1.14.0: verdict on the vector "${name}"`, async () => {
    const world = await TestFederation.start({ supernodeAuth: true, legacyKey: serverKey });
    const request = legacyFleet.Ping.decodeRequest(Buffer.from(request_hex, "hex"));
    await world.superlink.listKeys([firstKey.publicKey]);
    const nodeId = BigInt(request.node!.node_id);
    await world.store.transaction(async (tx) => {
      const node = (await tx.nodeByKey(firstKey.publicKey))!;
      await tx.putNode({ ...node, nodeId });
    });
    const transport = new MemoryTransport(world.superlink.fleet, { clock: world.clock });
    const headers: [string, string][] = [["public-key", vector.client.header_public_key]];
    const metadata = new Metadata(auth_token === null ? headers : [...headers, ["auth-token", auth_token]]);
    const call = transport.unary(legacyFleet.Ping.path, Buffer.from(request_hex, "hex"), { metadata });
    if (verdict.startsWith("accept")) {
      assertEquals(legacyFleet.Ping.decodeResponse((await call).body).success, true);
    } else assertEquals(await refusal(call), "UNAUTHENTICATED: Access denied");
  });
}

Deno.test("1.14.0: who is not listed, has another's key, or none that is any, is refused", async () => {
  const { world, node } = await started();
  const stranger = new LegacyNode(
    world,
    await ephemeralNodeKey(),
  );
  assertEquals(await refusal(stranger.create()), "UNAUTHENTICATED: Access denied");
  const transport = new MemoryTransport(world.superlink.fleet, { clock: world.clock });
  const ping = legacyFleet.Ping.encodeRequest({ node: node.node, ping_interval: 30 });
  for (
    const header of ["", "=", "abc", vector.client2.header_public_key, "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K"]
  ) {
    const metadata = new Metadata([["public-key", header], ["auth-token", "x".repeat(43) + "="]]);
    assertEquals(
      await refusal(transport.unary(legacyFleet.Ping.path, ping, { metadata })),
      "UNAUTHENTICATED: Access denied",
    );
  }
  const other = await new LegacyNode(world, secondKey).create();
  other.nodeId = node.nodeId;
  assertEquals(await refusal(other.ping()), "UNAUTHENTICATED: Access denied");
  other.nodeId = 0n;
  assertEquals(await refusal(other.ping()), "UNAUTHENTICATED: Access denied");
});

Deno.test("1.14.0: a key that is taken from the list ends a held pull", async () => {
  const { world, node } = await started();
  const pulled = refusal(node.pull(20_000));
  await world.held(1);
  await world.superlink.listKeys([secondKey.publicKey]);
  assertEquals(await pulled, "UNAUTHENTICATED: Invalid node ID");
  assertEquals(await refusal(node.ping()), "UNAUTHENTICATED: Access denied");
  assertEquals(await refusal(node.create()), "UNAUTHENTICATED: Access denied");
});

Deno.test("1.14.0: without a key of the SuperLink, and where MACs of ours are required, nobody comes that way", async () => {
  for (const options of [{}, { legacyKey: serverKey, requireMac: true }]) {
    const world = await TestFederation.start({ supernodeAuth: true, ...options });
    await world.superlink.listKeys([firstKey.publicKey]);
    const refused = await refusal(new LegacyNode(world, firstKey).create());
    assertMatch(refused, /^UNIMPLEMENTED: Method not found/);
  }
});
