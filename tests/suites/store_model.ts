import fc from "fast-check";
import type { Store, Transaction } from "../../core/store/store.ts";
import { aFab, aMessage, aNode, aRun, aSeries, aTask, MAX_ID, objectId } from "./store_rows.ts";

/** One call of a transaction: its name and what it is given. */
export interface Call {
  readonly method: keyof Transaction;
  readonly given: readonly unknown[];
}

/** Calls that happen together; `fails` takes them back at the end. */
export interface Batch {
  readonly calls: readonly Call[];
  readonly fails: boolean;
}

/** Few of each id, so that calls meet each other. */
const run = fc.constantFrom(7n, MAX_ID);
const peer = fc.constantFrom(1n, 2n, MAX_ID - 1n);
const object = fc.constantFrom(...["a", "b", "c", "d"].map(objectId));
const time = fc.constantFrom(1, 2, 2.5, 1_750_000_000_000);
const objects = fc.array(object, { maxLength: 3 });
const text = fc.constantFrom("", "text", "\0", "ü\u{1f33c}\n");
const members = fc.array(fc.record({ objectId: object, missing: fc.boolean() }), { maxLength: 3 })
  .map((list) => [...new Map(list.map((member) => [member.objectId, member])).values()]);

const node = fc.record({
  status: fc.constantFrom("registered" as const, "online" as const, "offline" as const),
  onlineUntil: time,
  ownerName: text,
}).chain((changes) => peer.map((id) => aNode(id, changes)));

const task = fc.record({
  runId: run,
  status: fc.constantFrom("pending" as const, "running" as const, "finished" as const),
  details: text,
  pendingAt: time,
  leaseUntil: fc.option(time, { nil: undefined }),
  finishedAt: fc.option(time, { nil: undefined }),
}).chain((changes) =>
  peer.map((id) => aTask(id, { ...withoutAbsent(changes), tokenHash: `token of ${id}` }))
);

const message = fc.record({
  sequence: fc.constant(0),
  complete: fc.boolean(),
  deliveries: fc.nat(1),
  confirmedAt: fc.option(time, { nil: undefined }),
  groupId: text,
  dstNodeId: peer,
  replyToMessageId: fc.oneof(fc.constant(""), object),
}).chain(({ groupId, dstNodeId, replyToMessageId, ...rest }) =>
  fc.tuple(run, object).map(([runId, id]) =>
    aMessage(runId, id, { ...withoutAbsent(rest), metadata: { groupId, dstNodeId, replyToMessageId } })
  )
);

const parcel = fc.record({ runId: run, messageId: object, src: peer, dst: peer, complete: fc.boolean() });
const content = fc.record({ objectId: object, sizeBytes: fc.nat(9), children: objects });

const kinds: { [M in keyof Transaction]?: fc.Arbitrary<unknown[]> } = {
  node: fc.tuple(peer),
  nodeByKey: fc.tuple(peer.map((id) => aNode(id).publicKey)),
  nodes: fc.tuple(fc.constantFrom(undefined, ["online"], ["online", "offline"])),
  putNode: fc.tuple(node),
  run: fc.tuple(run),
  runs: fc.tuple(fc.constantFrom({}, { limit: 1 }, { ownerId: "owner" }, { seriesId: 6n })),
  putRun: fc.tuple(
    fc.tuple(run, peer, fc.constantFrom(5n, 6n)).map(([id, primaryTaskId, seriesId]) =>
      aRun(id, { primaryTaskId, seriesId })
    ),
  ),
  task: fc.tuple(peer),
  taskByToken: fc.tuple(peer.map((id) => `token of ${id}`)),
  tasksOfRun: fc.tuple(run),
  pendingTasks: fc.tuple(),
  leasedTasks: fc.tuple(),
  putTask: fc.tuple(task),
  listSeries: fc.tuple(),
  putSeries: fc.tuple(
    fc.tuple(run, time, text).map(([id, updatedAt, description]) => aSeries(id, { updatedAt, description })),
  ),
  context: fc.tuple(run),
  putContext: fc.tuple(run, fc.uint8Array({ maxLength: 3 })),
  fab: fc.tuple(object),
  putFab: fc.tuple(object.map((hash) => aFab(hash))),
  deleteFab: fc.tuple(object),
  message: fc.tuple(run, object),
  replyTo: fc.tuple(run, object),
  undelivered: fc.tuple(peer),
  unconfirmed: fc.tuple(peer),
  messagesOfRun: fc.tuple(run),
  putMessage: fc.tuple(message),
  deleteMessage: fc.tuple(run, object),
  content: fc.tuple(object),
  contents: fc.tuple(objects),
  putContent: fc.tuple(content),
  contentIds: fc.tuple(),
  parcel: fc.tuple(run, object),
  parcelsOfRun: fc.tuple(run),
  runsWithParcels: fc.tuple(),
  parcelsHolding: fc.tuple(object),
  putParcel: fc.tuple(parcel),
  deleteParcel: fc.tuple(run, object),
  members: fc.tuple(run, object),
  addMembers: fc.tuple(run, object, members),
  deleteMembers: fc.tuple(run, object, objects),
  held: fc.tuple(run, peer, objects),
  announced: fc.tuple(run, peer, object),
  isAwaited: fc.tuple(run, peer, object),
  arrive: fc.tuple(run, peer, object, members),
  appendLog: fc.tuple(run, time, text),
  logs: fc.tuple(run, time),
  appendEvent: fc.tuple(
    fc.record({ id: fc.constant(0), runId: run, taskId: peer, at: time, event: text, data: text }),
  ),
  events: fc.tuple(run, fc.nat(3)),
  // The last two are times from here on, see `inTime`.
  useNonce: fc.tuple(text, text, fc.nat(6), fc.integer({ min: -2, max: 20 })),
};

const call: fc.Arbitrary<Call> = fc.oneof(
  ...Object.entries(kinds).map(([method, given]) =>
    given!.map((values) => ({ method, given: values }) as Call)
  ),
);

/** Any sequence of transactions. */
export const batches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({ calls: fc.array(call, { minLength: 1, maxLength: 12 }), fails: fc.boolean() }),
  { maxLength: 12 },
).map(inTime);

/**
 * The same, with instants in place of how much later each one-time word is used and how long it counts: time does not
 * go back, for which of the words that have lapsed a store still knows is its own affair.
 */
function inTime(sequence: readonly Batch[]): Batch[] {
  let nowMs = 0;
  const at = (call: Call): Call => {
    if (call.method !== "useNonce") return call;
    const [scope, nonce, laterMs, countsMs] = call.given as [string, string, number, number];
    nowMs += laterMs;
    return { ...call, given: [scope, nonce, nowMs, nowMs + countsMs] };
  };
  return sequence.map(({ calls, fails }) => ({ calls: calls.map(at), fails }));
}

/** Which answers come in no particular order. */
const UNORDERED = new Set<keyof Transaction>([
  "contents",
  "contentIds",
  "runsWithParcels",
  "members",
  "held",
  "deleteParcel",
  "deleteMembers",
]);

/** What a store answers to every call, batch by batch, in a form that can be compared. */
export async function answers(store: Store, sequence: readonly Batch[]): Promise<string[]> {
  const given: string[] = [];
  for (const { calls, fails } of sequence) {
    await store.transaction(async (tx) => {
      for (const { method, given: values } of calls) {
        const work = tx[method] as (...values: readonly unknown[]) => Promise<unknown>;
        given.push(`${method} ${textOf(await work(...values), UNORDERED.has(method))}`);
      }
      if (fails) throw new Undone();
    }).catch((error) => {
      if (!(error instanceof Undone)) throw error;
    });
  }
  return given;
}

class Undone extends Error {}

function textOf(answer: unknown, isUnordered: boolean): string {
  if (isUnordered && Array.isArray(answer)) return answer.map((each) => textOf(each, false)).sort().join();
  const text = Deno.inspect(answer, {
    sorted: true,
    depth: 9,
    iterableLimit: 1_000,
    strAbbreviateSize: 1_000,
  });
  // The generator makes objects of both kinds, which a store may keep or not.
  return text.replaceAll("[Object: null prototype] ", "");
}

function withoutAbsent<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
