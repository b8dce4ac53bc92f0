import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { TaskIns, TaskRes } from "../../proto/flwr_1_14.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { testFab, TestFederation, until } from "../../tests/fakes/federation.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { type Part, TestSuperNode } from "../../tests/fakes/supernode.ts";
import { ephemeralNodeKey, type NodeKey } from "../auth/keys.ts";
import { NodeTransport } from "../auth/node_transport.ts";
import type { Message } from "../model/app_message.ts";
import { ErrorCode } from "../model/message.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { route, Router } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { CallTarget, IncomingCall, OutgoingReply } from "../rpc/transport.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { fleet } from "../wire/methods.ts";
import { FleetTransport } from "./fleet_transport.ts";

/** What a SuperLink of Flower 1.14.0 says of a method that it does not have: without and with authentication. */
const UNKNOWN_METHOD = {
  open: new RpcError("UNIMPLEMENTED", "Method not found!"),
  authenticated: new RpcError("UNKNOWN", "Error in service handler!"),
};

const OLD_METHODS = [...Object.values(legacyFleet), fleet.GetRun, fleet.GetFab].map(({ path }) => path);

/** A Fleet API without the methods of today. */
class Old implements CallTarget {
  readonly passed: string[] = [];
  readonly unknown: RpcError;
  readonly secure: boolean;

  constructor(readonly inner: CallTarget, { unknown = UNKNOWN_METHOD.open, secure = false } = {}) {
    this.unknown = unknown;
    this.secure = secure;
  }

  dispatch(call: IncomingCall): Promise<OutgoingReply> {
    if (!OLD_METHODS.includes(call.path)) return Promise.reject(this.unknown);
    this.passed.push(call.path.split("/")[2]);
    return this.inner.dispatch({ ...call, connection: { ...call.connection, secure: this.secure } });
  }
}

/** A SuperNode of ours with everything that it has between itself and the SuperLink. */
async function ourNode(
  target: CallTarget,
  { clock, key, signs = false }: { clock: FakeClock; key?: NodeKey; signs?: boolean },
) {
  const log = new FakeLog();
  const inner = new MemoryTransport(target, { clock, address: "superlink" });
  const used = key ?? await ephemeralNodeKey();
  const macs = new NodeTransport(inner, { key: used, clock, log, random: new FakeRandom(3) });
  const transport = new FleetTransport(signs ? inner : macs, { inner, key: used, clock, log });
  return { node: await TestSuperNode.start({ fleet: transport, clock, key }), log };
}

/** A ClientApp that sends back what it got. */
function echo(node: () => TestSuperNode, clock: FakeClock): Part {
  return async ({ token }) => {
    const app = node().app(token, clock);
    await app.begin();
    const message = await app.receive();
    await app.reply(message.reply(message.content, { createdAt: clock.now() / 1_000 }));
    await app.finish(app.input.context!);
    return { kind: "ready" };
  };
}

function recordsOf(bytes: number): RecordDict {
  const data = new Uint8Array(bytes).map((_, index) => index);
  const array = new FlowerArray({ dtype: "uint8", shape: [bytes], stype: "numpy.ndarray", data });
  return new RecordDict({
    arrays: new ArrayRecord([["w", array], ["again", array]]),
    metrics: new MetricRecord({ loss: 0.5, count: 3, list: [1, 2] }),
    config: new ConfigRecord({ acc: 1, accuracy: "é", on: true, bytes: new Uint8Array([1]), none: 0 }),
  });
}

for (const [kind, unknown] of Object.entries(UNKNOWN_METHOD)) {
  Deno.test(`1.14.0 (${kind}): our SuperNode joins by the old methods and answers messages of many objects`, async () => {
    const key = await ephemeralNodeKey();
    const federation = await TestFederation.start({
      supernodeAuth: true,
      legacyKey: await ephemeralNodeKey(),
    });
    const { clock } = federation;
    await federation.superlink.listKeys([key.publicKey]);
    const old = new Old(federation.superlink.fleet, { unknown });
    const { node, log } = await ourNode(old, { clock, key });
    await until(() => node.nodeId !== 0n);
    node.launcher.part = echo(() => node, clock);
    const app = await federation.runningApp();
    for (const bytes of [11_000_000, 12]) {
      const instruction = app.instruction(node.nodeId);
      instruction.content = recordsOf(bytes);
      const [id] = await app.send(instruction);
      const [pulled] = await app.pull([id], { holdMs: 25_000 });
      const { content, metadata } = await app.receive(pulled);
      assertEquals(metadata.replyToMessageId, id);
      assertEquals((content.get("arrays") as ArrayRecord).get("w")!.data.length, bytes);
      assertEquals((content.get("metrics") as MetricRecord).get("list"), [1, 2]);
      assertEquals((content.get("config") as ConfigRecord).get("accuracy"), "é");
    }
    await until(() => node.log.texts().filter((text) => text === "Sent successfully").length === 2);
    assertEquals(await node.store.transaction((tx) => tx.contentIds()), [], "nothing is left on the node");
    await node.stop();
    assertMatch(log.texts("warn").join(), /^The SuperLink at superlink is of Flower 1\.14\.0 or earlier\. /);
    assert(log.texts("info").includes("Authentication with a MAC over the body of each call"));
    assertEquals([...new Set(old.passed)].toSorted(), [
      ...["CreateNode", "GetFab", "GetRun", "Ping", "PullTaskIns", "PushTaskRes"],
    ]);
  });
}

Deno.test("1.14.0: who hides that a SuperLink is one of ours gets our SuperNode to stop, not to come the old way", async () => {
  const key = await ephemeralNodeKey();
  const federation = await TestFederation.start({ supernodeAuth: true, legacyKey: await ephemeralNodeKey() });
  await federation.superlink.listKeys([key.publicKey]);
  const between = new Old(federation.superlink.fleet, { secure: true });
  const { node } = await ourNode(between, { clock: federation.clock, key });
  await node.over;
  assertMatch(node.log.texts("error").join(), /A node that can use a MAC must use it/);
});

Deno.test("1.14.0: a SuperLink of today is never asked for the old methods", async () => {
  const key = await ephemeralNodeKey();
  const federation = await TestFederation.start({ supernodeAuth: true });
  await federation.superlink.listKeys([key.publicKey]);
  const passed: string[] = [];
  const watched = {
    dispatch: (call: IncomingCall) => {
      passed.push(call.path);
      return federation.superlink.fleet.dispatch(call);
    },
  };
  const { node, log } = await ourNode(watched, { clock: federation.clock, key, signs: true });
  await until(() => node.nodeId !== 0n);
  await node.stop();
  assertEquals(log.texts("warn"), []);
  assertEquals(passed.filter((path) => path === legacyFleet.PullTaskIns.path), []);
});

Deno.test("1.14.0: where there are no Fleet methods of either kind, the node says what it always said", async () => {
  const nothing = { dispatch: () => Promise.reject(UNKNOWN_METHOD.open) };
  const { node, log } = await ourNode(nothing, { clock: new FakeClock() });
  await assertRejects(() => node.over, Error, "There is no Fleet API at the address that --superlink gives");
  assertEquals(log.texts("warn"), []);
});

/** A scripted SuperLink of Flower 1.14.0 that authenticates nobody. */
class OldSuperLink {
  readonly fab = testFab();
  readonly waiting: TaskIns[] = [];
  readonly results: TaskRes[] = [];
  readonly deleted: string[] = [];
  /** What a push is answered, besides the result. */
  onPush: () => Promise<string> = () => Promise.resolve("an-id");
  onPull: () => Promise<void> = () => Promise.resolve();
  pings = true;

  readonly router = new Router<void>({
    routes: [
      route(legacyFleet.CreateNode, () => Promise.resolve({ node: { node_id: 77n } })),
      route(legacyFleet.DeleteNode, ({ node }) => {
        this.deleted.push(node!.node_id);
        return Promise.resolve({});
      }),
      route(legacyFleet.Ping, () => Promise.resolve({ success: this.pings })),
      route(legacyFleet.PullTaskIns, async () => {
        await this.onPull();
        return { task_ins_list: this.waiting.splice(0, 1) };
      }),
      route(legacyFleet.PushTaskRes, async ({ task_res_list }) => {
        const id = await this.onPush();
        this.results.push(...task_res_list);
        return { results: { [id]: 0 } };
      }),
      route(
        fleet.GetRun,
        ({ run_id }) => Promise.resolve({ run: { run_id, fab_hash: this.fab.hash } }),
      ),
      route(
        fleet.GetFab,
        () => Promise.resolve({ fab: { hash_str: this.fab.hash, content: this.fab.content } }),
      ),
    ],
    guard: { admit: () => Promise.resolve() },
    log: new FakeLog(),
  });

  instruct(clock: FakeClock, task: Partial<TaskIns["task"]> = {}): void {
    this.waiting.push({
      task_id: "2b6b1e0a-0000-4000-8000-000000000001",
      group_id: "1",
      run_id: "5",
      task: {
        producer: { node_id: "0", anonymous: true },
        consumer: { node_id: "77", anonymous: false },
        created_at: clock.now() / 1_000,
        delivered_at: "",
        pushed_at: 0,
        ttl: 600,
        ancestry: [],
        task_type: "train",
        recordset: {
          parameters: {},
          metrics: {},
          configs: { config: { data: { text: { string: "hello" } } } },
        },
        error: null,
        ...task,
      },
    } as TaskIns);
  }
}

/** A node of ours that has joined a scripted SuperLink of 1.14.0. */
async function joined(
  script: (world: { old: OldSuperLink; clock: FakeClock; node: TestSuperNode }) => Promise<void>,
) {
  const [old, clock] = [new OldSuperLink(), new FakeClock()];
  const { node } = await ourNode(old.router, { clock });
  await until(() => node.nodeId === 77n);
  try {
    await script({ old, clock, node });
  } finally {
    await node.stop();
  }
}

Deno.test("1.14.0: an answer has all that 1.14.0 looks at, and the node says good-bye", async () => {
  let deleted: string[] = [];
  await joined(async ({ old, clock, node }) => {
    deleted = old.deleted;
    old.instruct(clock);
    await clock.advance(3_000);
    await until(() => node.log.texts().includes("Sent successfully"));
    const [{ task_id, group_id, run_id, task }] = old.results;
    assertEquals([task_id, group_id, run_id], ["", "1", "5"]);
    const { producer, consumer, ancestry, task_type, delivered_at, created_at, ttl, recordset } = task!;
    assertEquals([producer, consumer], [
      { node_id: "77", anonymous: false },
      { node_id: "0", anonymous: true },
    ]);
    assertEquals([ancestry, task_type, delivered_at], [
      ["2b6b1e0a-0000-4000-8000-000000000001"],
      "train",
      "",
    ]);
    assertEquals(created_at + ttl, clock.now() / 1_000 - 3 + 600);
    assertEquals(recordset!.configs.config.data.text.string, "done");
  });
  assertEquals(deleted, ["77"]);
});

Deno.test("1.14.0: a SuperLink that is away when the answer comes gets it later, one that does not take it is named", async () => {
  await joined(async ({ old, clock, node }) => {
    let tries = 0;
    old.onPush = () =>
      tries++ === 0 ? Promise.reject(new RpcError("UNAVAILABLE", "away")) : Promise.resolve("None");
    old.instruct(clock);
    await clock.advance(3_000);
    for (let turn = 0; turn < 20 && old.results.length === 0; turn++) await clock.advance(1_000);
    assertEquals(old.results[0].task!.recordset!.configs.config.data.text.string, "done");
    await until(() =>
      node.log.texts("warn").some((text) => text.startsWith("The SuperLink did not take reply"))
    );
  });
});

Deno.test("1.14.0: a run that is over ends the work on its message", async () => {
  await joined(async ({ old, clock, node }) => {
    old.onPush = () => Promise.reject(new RpcError("PERMISSION_DENIED", "Run is finished. Stopped by user."));
    old.instruct(clock);
    await clock.advance(3_000);
    await until(() => node.log.texts().some((text) => text.includes("is not in `RUNNING` status")));
  });
});

Deno.test("1.14.0: an instruction that cannot be said today is answered with an error", async () => {
  await joined(async ({ old, clock }) => {
    const data = { configs: { a: { data: {} } }, metrics: { a: { data: {} } }, parameters: {} };
    old.instruct(clock, { recordset: data });
    await clock.advance(3_000);
    await until(() => old.results.length === 1);
    const { error, recordset } = old.results[0].task!;
    assertEquals([error!.code, recordset], [String(ErrorCode.UNKNOWN), null]);
    assertMatch(error!.reason, /each must have a name of its own/);
  });
});

Deno.test("1.14.0: an error of the ClientApp goes to the SuperLink as one", async () => {
  await joined(async ({ old, clock, node }) => {
    node.launcher.part = async ({ token }) => {
      const app = node.app(token, clock);
      await app.begin();
      const message: Message = await app.receive();
      const createdAt = clock.now() / 1_000;
      await app.reply(message.replyError(ErrorCode.CLIENT_APP_RAISED_EXCEPTION, "it raised", { createdAt }));
      await app.finish(app.input.context!);
      return { kind: "ready" };
    };
    old.instruct(clock);
    await clock.advance(3_000);
    await until(() => old.results.length === 1);
    assertEquals(old.results[0].task!.error, { code: "2", reason: "it raised" });
  });
});

Deno.test("1.14.0: an instruction that takes longer than a poll is not lost", async () => {
  await joined(async ({ old, clock, node }) => {
    const arrived = Promise.withResolvers<void>();
    old.onPull = () => arrived.promise;
    old.instruct(clock);
    await clock.advance(3_000);
    await clock.advance(61_000);
    old.onPull = () => Promise.resolve();
    arrived.resolve();
    await clock.advance(3_000);
    await until(() => node.log.texts().includes("Sent successfully"));
  });
});

Deno.test("1.14.0: a SuperLink that has forgotten the node ends it", async () => {
  const [old, clock] = [new OldSuperLink(), new FakeClock()];
  const { node } = await ourNode(old.router, { clock });
  await until(() => node.nodeId === 77n);
  old.pings = false;
  await clock.advance(25_000);
  await node.over;
  assertMatch(
    node.log.texts("error").join(),
    /does not know this SuperNode any more: It does not take the pings/,
  );
});
