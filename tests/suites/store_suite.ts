import { assert, assertEquals, assertRejects } from "@std/assert";
import { DEFAULT_SIMULATION } from "../../core/model/simulation.ts";
import type { NodeStatus } from "../../core/model/node.ts";
import type { Parcel, Store, Transaction } from "../../core/store/store.ts";
import { aFab, aMessage, aNode, aRun, aSeries, aTask, MAX_ID, objectId } from "./store_rows.ts";

/** What every store must do, whatever it keeps its rows in. `open` gives an empty one. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  const check = (what: string, work: (tx: Transaction) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      const store = await open();
      try {
        await store.transaction(work);
      } finally {
        await store.close();
      }
    });
  transactions(name, open);
  nodes(check);
  runs(check);
  messages(check);
  objects(check);
  logs(check);
}

type Check = (what: string, work: (tx: Transaction) => Promise<void>) => void;

function transactions(name: string, open: () => Promise<Store>): void {
  const check = (what: string, work: (store: Store) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      const store = await open();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });

  check("a transaction that throws leaves nothing behind", async (store) => {
    await store.transaction((tx) => tx.putNode(aNode(1n)));
    const failing = store.transaction(async (tx) => {
      await tx.putNode(aNode(1n, { status: "online" }));
      await tx.putNode(aNode(2n));
      await tx.appendLog(7n, 1, "text");
      await tx.putMessage(aMessage(7n, objectId(1)));
      await tx.putParcel({ runId: 7n, messageId: objectId(1), src: 1n, dst: 2n, complete: false });
      await tx.addMembers(7n, objectId(1), [{ objectId: objectId(2), missing: true }]);
      assertEquals(await tx.useNonce("scope", "word", 0, 10), true);
      throw new RangeError("no");
    });
    await assertRejects(() => failing, RangeError, "no");
    await store.transaction(async (tx) => {
      assertEquals((await tx.nodes()).map(({ nodeId, status }) => [nodeId, status]), [[1n, "registered"]]);
      assertEquals(await tx.logs(7n, 0), []);
      assertEquals(await tx.messagesOfRun(7n), []);
      assertEquals(await tx.parcelsOfRun(7n), []);
      assertEquals(await tx.announced(7n, 1n, objectId(2)), false);
      assertEquals(await tx.useNonce("scope", "word", 0, 10), true);
    });
  });

  check("transactions asked for at once run one after the other", async (store) => {
    const counts = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        store.transaction(async (tx) => {
          const before = (await tx.nodes()).length;
          if (index % 3 === 0) throw new Error("undone");
          await tx.putNode(aNode(BigInt(index)));
          return before;
        }).catch(() => -1)),
    );
    assertEquals(counts.filter((count) => count >= 0), Array.from({ length: 133 }, (_, index) => index));
  });

  check("a closed store finishes what was asked for before", async (store) => {
    const done = store.transaction(async (tx) => {
      await tx.putNode(aNode(1n));
      return (await tx.nodes()).length;
    });
    await store.close();
    assertEquals(await done, 1);
  });
}

function nodes(check: Check): void {
  check("nodes keep every member and the largest ids", async (tx) => {
    const full = aNode(MAX_ID, {
      ownerName: "Zoë \u{1f33c} \0 end",
      lastActivatedAt: 1.5,
      lastDeactivatedAt: 2,
      unregisteredAt: 3,
      onlineUntil: 2 ** 50,
    });
    await tx.putNode(full);
    await tx.putNode(aNode(2n));
    assertEquals(await tx.node(MAX_ID), full);
    assertEquals(await tx.node(2n), aNode(2n));
    assertEquals(await tx.node(3n), undefined);
  });

  check("nodes are found by the exact bytes of their key", async (tx) => {
    await tx.putNode(aNode(1n, { publicKey: new Uint8Array([0, 1, 255]) }));
    assertEquals((await tx.nodeByKey(new Uint8Array([0, 1, 255])))?.nodeId, 1n);
    assertEquals(await tx.nodeByKey(new Uint8Array([0, 1])), undefined);
    await tx.putNode(aNode(1n, { publicKey: new Uint8Array([9]) }));
    assertEquals(await tx.nodeByKey(new Uint8Array([0, 1, 255])), undefined);
  });

  check("of nodes with the same key the one registered last is found", async (tx) => {
    const { publicKey } = aNode(1n);
    await tx.putNode(aNode(1n, { publicKey }));
    await tx.putNode(aNode(2n, { publicKey }));
    assertEquals((await tx.nodeByKey(publicKey))?.nodeId, 2n);
    await tx.putNode(aNode(1n, { publicKey, status: "unregistered" }));
    assertEquals((await tx.nodeByKey(publicKey))?.nodeId, 2n);
    assertEquals((await tx.node(1n))?.status, "unregistered");
  });

  check("nodes are listed in order of registration, by status", async (tx) => {
    const statuses: NodeStatus[] = ["online", "offline", "unregistered", "online"];
    for (const [index, status] of statuses.entries()) await tx.putNode(aNode(BigInt(9 - index), { status }));
    await tx.putNode(aNode(9n, { status: "offline" }));
    const ids = async (wanted?: NodeStatus[]) => (await tx.nodes(wanted)).map(({ nodeId }) => nodeId);
    assertEquals(await ids(), [9n, 8n, 7n, 6n]);
    assertEquals(await ids(["offline"]), [9n, 8n]);
    assertEquals(await ids(["online", "unregistered"]), [7n, 6n]);
    assertEquals(await ids([]), []);
  });
}

function runs(check: Check): void {
  check("runs keep every member", async (tx) => {
    const run = aRun(MAX_ID, {
      overrideConfig: new Map<string, bigint | number | string | boolean | Uint8Array>([
        ["b", true],
        ["a", 2n ** 63n - 1n],
        ["whole", 1],
        ["minus-zero", -0],
        ["not-a-number", NaN],
        ["tiny", 5e-324],
        ["infinite", -Infinity],
        ["text", 'quotes " and \0'],
        ["bytes", new Uint8Array([0, 255])],
      ]),
      bytesSent: 2 ** 52,
      clientAppRuntimeS: 1.25,
    });
    await tx.putRun(run);
    const kept = (await tx.run(MAX_ID))!;
    assertEquals([...kept.overrideConfig], [...run.overrideConfig]);
    assert(Object.is(kept.overrideConfig.get("minus-zero"), -0));
    assertEquals({ ...kept, overrideConfig: 0 }, { ...run, overrideConfig: 0 });
    assertEquals(await tx.run(1n), undefined);
    const simulation = { ...DEFAULT_SIMULATION, backend: "deno:seed=7", initNumCpus: 3, clientNumGpus: 0.5 };
    await tx.putRun({ ...run, runId: 2n, simulation });
    assertEquals((await tx.run(2n))?.simulation, simulation);
  });

  check("runs are listed newest first, by owner and series, up to a limit", async (tx) => {
    for (
      const [id, pendingAt, ownerId, seriesId] of [[1n, 30, "a", 5n], [2n, 10, "a", 6n], [
        3n,
        20,
        "b",
        5n,
      ]] as const
    ) {
      await tx.putRun(aRun(id, { ownerId, seriesId }));
      await tx.putTask(aTask(id, { runId: id, pendingAt }));
    }
    const ids = async (filter?: Parameters<Transaction["runs"]>[0]) =>
      (await tx.runs(filter)).map(({ runId }) => runId);
    assertEquals(await ids(), [1n, 3n, 2n]);
    assertEquals(await ids({ limit: 2 }), [1n, 3n]);
    assertEquals(await ids({ limit: 0 }), []);
    assertEquals(await ids({ ownerId: "a" }), [1n, 2n]);
    assertEquals(await ids({ seriesId: 5n, ownerId: "b" }), [3n]);
    assertEquals(await ids({ ownerId: "" }), []);
  });

  check("tasks keep every member, and lose those that go", async (tx) => {
    const full = aTask(MAX_ID, {
      details: "why \0 not",
      startingAt: 1,
      runningAt: 2,
      finishedAt: 3,
      tokenHash: "hash",
      leaseUntil: 4.5,
      fabHash: "fab",
      modelRef: "model",
      connectorRef: "connector",
    });
    await tx.putTask(full);
    assertEquals(await tx.task(MAX_ID), full);
    assertEquals(await tx.taskByToken("hash"), full);
    await tx.putTask(aTask(MAX_ID));
    assertEquals(await tx.task(MAX_ID), aTask(MAX_ID));
    assertEquals(await tx.taskByToken("hash"), undefined);
    assertEquals(await tx.taskByToken(""), undefined);
  });

  check("tasks are listed by run, oldest pending first, next to lapse first", async (tx) => {
    await tx.putTask(aTask(1n, { pendingAt: 20 }));
    await tx.putTask(aTask(2n, { pendingAt: 10 }));
    await tx.putTask(aTask(3n, { pendingAt: 20, runId: 8n }));
    await tx.putTask(aTask(4n, { status: "running", leaseUntil: 9 }));
    await tx.putTask(aTask(5n, { status: "starting", leaseUntil: 8 }));
    const ids = (tasks: { taskId: bigint }[]) => tasks.map(({ taskId }) => taskId);
    assertEquals(ids(await tx.pendingTasks()), [2n, 1n, 3n]);
    assertEquals(ids(await tx.leasedTasks()), [5n, 4n]);
    assertEquals(ids(await tx.tasksOfRun(7n)), [1n, 2n, 4n, 5n]);
  });

  check("series, contexts and apps are kept whole", async (tx) => {
    await tx.putSeries(aSeries(1n, { updatedAt: 10 }));
    await tx.putSeries(aSeries(MAX_ID, { updatedAt: 20, description: "text" }));
    assertEquals((await tx.listSeries()).map(({ seriesId }) => seriesId), [MAX_ID, 1n]);
    await tx.putSeries(aSeries(1n, { updatedAt: 30 }));
    assertEquals((await tx.listSeries()).map(({ seriesId }) => seriesId), [1n, MAX_ID]);
    assertEquals(await tx.series(MAX_ID), aSeries(MAX_ID, { updatedAt: 20, description: "text" }));
    assertEquals(await tx.context(1n), undefined);
    await tx.putContext(1n, new Uint8Array(0));
    assertEquals(await tx.context(1n), new Uint8Array(0));
    await tx.putContext(1n, new Uint8Array([1, 2]));
    assertEquals(await tx.context(1n), new Uint8Array([1, 2]));
    const fab = aFab("hash", { verifications: { key: '{"a":1}' }, components: { serverapp: "a:b" } });
    await tx.putFab(fab);
    assertEquals(await tx.fab("hash"), fab);
    assertEquals(await tx.fab("other"), undefined);
    await tx.deleteFab("other");
    assertEquals(await tx.fab("hash"), fab);
    await tx.deleteFab("hash");
    assertEquals(await tx.fab("hash"), undefined);
  });
}

function messages(check: Check): void {
  check("messages keep every member, within their run", async (tx) => {
    const full = aMessage(MAX_ID, objectId(1), {
      metadata: {
        srcNodeId: MAX_ID,
        dstNodeId: 2n ** 63n,
        groupId: "a\0b",
        ttl: 0.1,
        srcTaskId: 0n,
        dstTaskId: MAX_ID,
        messageType: "train.ä",
      },
      error: { code: -3, reason: "" },
      sequence: 7,
      complete: false,
      deliveredAt: 5,
      deliveries: 2,
      confirmedAt: 6.5,
    });
    await tx.putMessage(full);
    assertEquals(await tx.message(MAX_ID, objectId(1)), full);
    assertEquals(await tx.message(8n, objectId(1)), undefined);
    await tx.putMessage(aMessage(8n, objectId(1)));
    assertEquals(await tx.message(8n, objectId(1)), aMessage(8n, objectId(1), { sequence: 8 }));
    await tx.deleteMessage(MAX_ID, objectId(1));
    assertEquals(await tx.messagesOfRun(MAX_ID), []);
    assertEquals((await tx.messagesOfRun(8n)).length, 1);
  });

  check("messages get rising sequences that are never given again, and keep theirs", async (tx) => {
    const sequenceOf = async (id: number) => (await tx.message(7n, objectId(id)))?.sequence;
    await tx.putMessage(aMessage(7n, objectId(1)));
    await tx.putMessage(aMessage(7n, objectId(2)));
    await tx.putMessage(aMessage(7n, objectId(1), { deliveries: 1 }));
    assertEquals([await sequenceOf(1), await sequenceOf(2)], [1, 2]);
    await tx.deleteMessage(7n, objectId(2));
    await tx.putMessage(aMessage(7n, objectId(3)));
    assertEquals(await sequenceOf(3), 3);
  });

  check("a node's undelivered messages are its complete instructions, oldest first", async (tx) => {
    await tx.putMessage(aMessage(7n, objectId(1), { complete: false }));
    await tx.putMessage(aMessage(7n, objectId(2)));
    await tx.putMessage(aMessage(8n, objectId(2)));
    await tx.putMessage(aMessage(7n, objectId(3), { deliveries: 1 }));
    await tx.putMessage(aMessage(7n, objectId(4), { metadata: { replyToMessageId: objectId(9) } }));
    await tx.putMessage(aMessage(7n, objectId(5), { metadata: { dstNodeId: 3n } }));
    const found = async () =>
      (await tx.undelivered(2n)).map(({ metadata }) => [metadata.runId, metadata.messageId]);
    assertEquals(await found(), [[7n, objectId(2)], [8n, objectId(2)]]);
    await tx.putMessage({ ...(await tx.message(7n, objectId(1)))!, complete: true });
    assertEquals(await found(), [[7n, objectId(1)], [7n, objectId(2)], [8n, objectId(2)]]);
  });

  check("a node's unconfirmed messages are the instructions that it was given, oldest first", async (tx) => {
    const given = { deliveries: 1, deliveredAt: 5 };
    await tx.putMessage(aMessage(7n, objectId(1)));
    await tx.putMessage(aMessage(7n, objectId(2), { ...given, deliveries: 3 }));
    await tx.putMessage(aMessage(8n, objectId(2), given));
    await tx.putMessage(aMessage(7n, objectId(3), { ...given, confirmedAt: 6 }));
    await tx.putMessage(aMessage(7n, objectId(4), { ...given, metadata: { replyToMessageId: objectId(9) } }));
    await tx.putMessage(aMessage(7n, objectId(5), { ...given, metadata: { dstNodeId: 3n } }));
    await tx.putMessage(aMessage(7n, objectId(6), { ...given, complete: false }));
    const found = async () =>
      (await tx.unconfirmed(2n)).map(({ metadata }) => [metadata.runId, metadata.messageId]);
    assertEquals(await found(), [[7n, objectId(2)], [8n, objectId(2)]]);
    await tx.putMessage({ ...(await tx.message(7n, objectId(2)))!, confirmedAt: 6 });
    await tx.putMessage({ ...(await tx.message(7n, objectId(1)))!, ...given });
    assertEquals(await found(), [[7n, objectId(1)], [8n, objectId(2)]]);
    await tx.deleteMessage(7n, objectId(1));
    assertEquals(await found(), [[8n, objectId(2)]]);
  });

  check("a reply is found by its instruction, within the run, complete or not", async (tx) => {
    const reply = { metadata: { replyToMessageId: objectId(1) }, complete: false };
    await tx.putMessage(aMessage(7n, objectId(1)));
    await tx.putMessage(aMessage(7n, objectId(2), reply));
    assertEquals((await tx.replyTo(7n, objectId(1)))?.metadata.messageId, objectId(2));
    assertEquals(await tx.replyTo(8n, objectId(1)), undefined);
    assertEquals(await tx.replyTo(7n, objectId(2)), undefined);
    assertEquals(await tx.replyTo(7n, ""), undefined);
  });
}

/** Parcels A (1 to 2) and B (1 to 3) of run 7 and C (2 to 1) of run 8, each with the object X, missing. */
async function threeParcels(tx: Transaction): Promise<void> {
  for (const parcel of [A, B, C]) {
    await tx.putParcel(parcel);
    const ids = [parcel.messageId, X];
    await tx.addMembers(parcel.runId, parcel.messageId, ids.map((objectId) => ({ objectId, missing: true })));
  }
}

const X = objectId("x");
const A: Parcel = { runId: 7n, messageId: objectId("a"), src: 1n, dst: 2n, complete: false };
const B: Parcel = { runId: 7n, messageId: objectId("b"), src: 1n, dst: MAX_ID, complete: false };
const C: Parcel = { runId: 8n, messageId: objectId("c"), src: 2n, dst: 1n, complete: false };

function objects(check: Check): void {
  check("parcels are kept by run and message, in order of announcement", async (tx) => {
    await threeParcels(tx);
    await tx.putParcel({ ...A, complete: true });
    assertEquals(await tx.parcel(7n, A.messageId), { ...A, complete: true });
    assertEquals(await tx.parcel(8n, A.messageId), undefined);
    assertEquals(await tx.parcelsOfRun(7n), [{ ...A, complete: true }, B]);
    assertEquals((await tx.runsWithParcels()).sort(), [7n, 8n]);
    assertEquals((await tx.members(8n, C.messageId)).length, 2);
    assertEquals(await tx.members(8n, A.messageId), []);
  });

  check("an object is announced to the two peers of a message, and awaited from its sender", async (tx) => {
    await threeParcels(tx);
    const table = [[7n, 1n, true, true], [7n, 2n, true, false], [7n, MAX_ID, true, false], [
      7n,
      4n,
      false,
      false,
    ]] as const;
    for (const [run, peer, announced, awaited] of table) {
      assertEquals([run, peer, await tx.announced(run, peer, X)], [run, peer, announced]);
      assertEquals([run, peer, await tx.isAwaited(run, peer, X)], [run, peer, awaited]);
    }
    assertEquals(await tx.announced(9n, 1n, X), false);
    assertEquals(await tx.announced(7n, 1n, objectId("y")), false);
  });

  check(
    "an object arrives for all that its sender announced in the run, and for nothing else",
    async (tx) => {
      await threeParcels(tx);
      await tx.putContent({ objectId: X, sizeBytes: 3, children: [] });
      assertEquals(await tx.arrive(7n, 2n, X, []), []);
      assertEquals(await tx.held(7n, 1n, [X]), []);
      assertEquals(await tx.arrive(7n, 1n, X, [{ objectId: objectId("y"), missing: true }]), []);
      assertEquals(await tx.held(7n, 1n, [X, X, objectId("y")]), [X]);
      assertEquals(await tx.held(8n, 2n, [X]), []);
      assertEquals(await tx.isAwaited(7n, 1n, X), false);
      assertEquals(await tx.isAwaited(7n, 1n, objectId("y")), true);
      assertEquals((await tx.members(7n, B.messageId)).length, 3);
      assertEquals((await tx.members(8n, C.messageId)).length, 2);
      assertEquals(await tx.parcelsHolding(X), [A, B]);
    },
  );

  check("arriving tells which messages have their own object", async (tx) => {
    await threeParcels(tx);
    await tx.putContent({ objectId: A.messageId, sizeBytes: 3, children: [X] });
    assertEquals(await tx.arrive(7n, 1n, A.messageId, []), [A]);
    await tx.putContent({ objectId: X, sizeBytes: 3, children: [] });
    assertEquals(await tx.arrive(7n, 1n, X, []), [A]);
  });

  check("a receiver holds what it was sent once the message is complete", async (tx) => {
    await threeParcels(tx);
    await tx.putContent({ objectId: X, sizeBytes: 3, children: [] });
    await tx.arrive(7n, 1n, X, []);
    assertEquals(await tx.held(7n, 2n, [X]), []);
    await tx.putParcel({ ...A, complete: true });
    assertEquals(await tx.held(7n, 2n, [X]), [X]);
    assertEquals(await tx.held(7n, MAX_ID, [X]), []);
    assertEquals(await tx.held(8n, 2n, [X]), []);
  });

  check("members stay as they are when they are added again", async (tx) => {
    await threeParcels(tx);
    await tx.putContent({ objectId: X, sizeBytes: 3, children: [] });
    await tx.arrive(7n, 1n, X, []);
    await tx.addMembers(7n, A.messageId, [{ objectId: X, missing: true }]);
    assertEquals(await tx.held(7n, 1n, [X]), [X]);
    await tx.addMembers(7n, objectId("none"), [{ objectId: X, missing: false }]);
    assertEquals(await tx.members(7n, objectId("none")), []);
  });

  check("a content's row goes with the last member that is not missing", async (tx) => {
    await threeParcels(tx);
    const content = { objectId: X, sizeBytes: 2 ** 40, children: [objectId("y"), objectId("z")] };
    await tx.putContent(content);
    await tx.arrive(7n, 1n, X, []);
    assertEquals(await tx.content(X), content);
    assertEquals(await tx.contents([X, X, objectId("y")]), [content]);
    assertEquals(await tx.contentIds(), [X]);
    assertEquals(await tx.deleteParcel(7n, A.messageId), []);
    assertEquals(await tx.deleteMembers(7n, B.messageId, [objectId("y"), X]), [X]);
    assertEquals(await tx.content(X), undefined);
    assertEquals(await tx.announced(8n, 2n, X), true);
    assertEquals(await tx.deleteParcel(7n, B.messageId), []);
    assertEquals(await tx.deleteParcel(7n, B.messageId), []);
    assertEquals(await tx.runsWithParcels(), [8n]);
  });
}

function logs(check: Check): void {
  check("logs keep their order, at times that rise strictly", async (tx) => {
    await tx.appendLog(7n, 1_750_000_000.5, "one \0 \u{1f33c}");
    await tx.appendLog(7n, 1_750_000_000.5, "two");
    await tx.appendLog(7n, 1_749_999_999, "");
    await tx.appendLog(8n, 1, "other");
    const entries = await tx.logs(7n, 0);
    assertEquals(entries.map(({ text }) => text), ["one \0 \u{1f33c}", "two", ""]);
    assert(entries.every(({ at }, index) => index === 0 || at > entries[index - 1].at));
    assertEquals(await tx.logs(7n, entries[0].at), entries.slice(1));
    assertEquals(await tx.logs(7n, entries[2].at), []);
  });

  check("events are numbered across runs", async (tx) => {
    const event = { id: 0, runId: MAX_ID, taskId: 3n, at: 5, event: "x", data: "{}" };
    await tx.appendEvent(event);
    await tx.appendEvent({ ...event, runId: 8n });
    await tx.appendEvent({ ...event, data: '{"a":"\0"}' });
    assertEquals((await tx.events(MAX_ID, 0)).map(({ id }) => id), [1, 3]);
    assertEquals(await tx.events(MAX_ID, 1), [{ ...event, id: 3, data: '{"a":"\0"}' }]);
    assertEquals((await tx.events(8n, 0)).map(({ id }) => id), [2]);
  });

  check("a one-time word works once in its scope until it lapses", async (tx) => {
    const table = [
      ["scope", "word", 0, 10, true],
      ["scope", "word", 5, 15, false],
      ["other", "word", 5, 15, true],
      ["scope", "word\0", 5, 15, true],
      ["scope", "word", 10, 20, false],
      ["scope", "word", 11, 20, true],
    ] as const;
    for (const [scope, word, now, until, fresh] of table) {
      assertEquals([scope, word, now, await tx.useNonce(scope, word, now, until)], [scope, word, now, fresh]);
    }
  });
}
