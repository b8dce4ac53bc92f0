import { assertEquals } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { Message } from "../model/app_message.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { Assignment, Desk } from "./client_desk.ts";
import { VirtualFleet } from "./virtual_fleet.ts";
import { virtualNodes } from "./virtual_nodes.ts";

/** A desk that answers when the test says so. */
class SlowDesk implements Desk {
  readonly work: (Assignment & { finish: (reply?: Message) => void })[] = [];

  answer(assignment: Assignment): Promise<Message> {
    return new Promise((resolve) => {
      const finish = (reply = replyOf(assignment)) => resolve(reply);
      this.work.push({ ...assignment, finish });
    });
  }
}

function replyOf({ node, instruction }: Assignment, size = 0): Message {
  const arrays = ArrayRecord.from({ w: new NDArray(new Float32Array(size)) });
  const content = new RecordDict({ m: new MetricRecord({ partition: node.partition }), arrays });
  return instruction.reply(content, { createdAt: instruction.metadata.createdAt });
}

function world({ count = 4, desks = 1, inOrder = false } = {}) {
  const clock = new FakeClock();
  const nodes = virtualNodes(count, new FakeRandom());
  const ids = [...nodes.keys()];
  const slow = Array.from({ length: desks }, () => new SlowDesk());
  const fleet = new VirtualFleet({ runId: 7n, nodes, desks: slow, inOrder, clock });
  const instruction = (place: number, options: { ttl?: number } = {}) =>
    new Message(new RecordDict(), {
      dstNodeId: ids[place] ?? 5n,
      messageType: "train",
      createdAt: clock.now() / 1000,
      ...options,
    });
  const push = async (...places: number[]) =>
    (await fleet.push(places.map((place) => instruction(place)))).map((id) => id!);
  return { clock, ids, fleet, desks: slow, instruction, push };
}

const HOLD = { holdMs: 20_000 };
const partitionOf = (message?: Message) => message?.content.metrics("m").getInt("partition");
const errorOf = (message?: Message) => [message?.error.code, message?.metadata.replyToMessageId];

Deno.test("instructions are stamped, answered by their node, and replies come as they are made", async () => {
  const { ids, fleet, desks, instruction } = world({ desks: 2 });
  const messages = [instruction(0), instruction(1)];
  const pushed = await fleet.push(messages);
  assertEquals(
    messages.map(({ metadata: { runId, srcNodeId, messageId } }) => [runId, srcNodeId, messageId]),
    [
      [7n, 1n, pushed[0]],
      [7n, 1n, pushed[1]],
    ],
  );
  assertEquals(await fleet.nodeIds(), ids);
  const next = fleet.next(pushed as string[], HOLD);
  desks[1].work[0].finish();
  const reply = await next;
  assertEquals([partitionOf(reply), reply?.metadata.replyToMessageId, reply?.metadata.srcNodeId], [
    1,
    pushed[1],
    ids[1],
  ]);
});

Deno.test("with order, replies come in that of their instructions and a node keeps its desk", async () => {
  const { fleet, desks, push } = world({ desks: 2, inOrder: true });
  const pushed = await push(3, 0, 1, 2);
  assertEquals(desks.map(({ work }) => work.map(({ node }) => node.partition)), [[0], [3]]);
  const first = fleet.next(pushed, HOLD);
  desks[0].work[0].finish();
  await settled();
  assertEquals(desks.map(({ work }) => work.map(({ node }) => node.partition)), [[0, 2], [3]]);
  desks[1].work[0].finish();
  assertEquals(partitionOf(await first), 3);
  assertEquals(partitionOf(await fleet.next(pushed.slice(1), HOLD)), 0);
});

Deno.test("what cannot be an instruction here is refused, the rest is sent", async () => {
  const { fleet, desks, instruction } = world();
  const wrong = [
    instruction(9),
    instruction(0, { ttl: -1 }),
    instruction(0).reply(new RecordDict(), { createdAt: 1 }),
  ];
  const pushed = await fleet.push([...wrong, instruction(1)]);
  assertEquals(pushed.map((id) => id === null), [true, true, true, false]);
  assertEquals(desks[0].work.map(({ node }) => node.partition), [1]);
});

Deno.test("an instruction whose time is over before its turn is answered with an error", async () => {
  const { fleet, clock, desks, instruction } = world();
  const [, late] = await fleet.push([instruction(0), instruction(1, { ttl: 5 })]);
  await clock.advance(6_000);
  desks[0].work[0].finish();
  assertEquals(errorOf(await fleet.next([late!], HOLD)), [3, late!]);
  assertEquals(desks[0].work.length, 1);
});

Deno.test("an instruction whose time is over while it is worked on is broken off", async () => {
  const { fleet, clock, desks, instruction } = world();
  await fleet.push([instruction(0, { ttl: 5 })]);
  assertEquals(desks[0].work[0].signal.aborted, false);
  await clock.advance(6_000);
  assertEquals(desks[0].work[0].signal.aborted, true);
});

Deno.test("whoever asks waits no longer than told, and hears at once of what will never come", async () => {
  const { fleet, clock, push } = world();
  const [id] = await push(0);
  const next = fleet.next([id], { holdMs: 3_000 });
  await clock.advance(3_000);
  assertEquals(await next, undefined);
  assertEquals(await fleet.next([id], { holdMs: 0 }), undefined);
  assertEquals(await fleet.next([], HOLD), undefined);
  assertEquals(errorOf(await fleet.next(["unknown"], HOLD)), [3, "unknown"]);
  const leave = new AbortController();
  const left = fleet.next([id], { ...HOLD, signal: leave.signal });
  leave.abort();
  assertEquals(await left, undefined);
});

Deno.test("work waits while too many numbers lie about unclaimed, except what is asked for", async () => {
  const { fleet, desks, push } = world({ count: 4 });
  const [desk] = desks;
  const pushed = await push(0, 1, 2, 3);
  desk.work[0].finish(replyOf(desk.work[0], 40 * 1_048_576));
  await settled();
  assertEquals(desk.work.length, 1);
  const last = fleet.next([pushed[3]], HOLD);
  assertEquals(desk.work.map(({ node }) => node.partition), [0, 3]);
  desk.work[1].finish();
  assertEquals(partitionOf(await last), 3);
  assertEquals(desk.work.length, 2);
  assertEquals(partitionOf(await fleet.next([pushed[0]], HOLD)), 0);
  await settled();
  assertEquals(desk.work.map(({ node }) => node.partition), [0, 3, 1]);
});

Deno.test("once it is stopped, work under way is broken off and nothing new begins", async () => {
  const { fleet, desks, push } = world();
  await push(0, 1);
  const [desk] = desks;
  fleet.stop(new Error("over"));
  assertEquals(desk.work[0].signal.aborted, true);
  desk.work[0].finish();
  await settled();
  assertEquals(desk.work.length, 1);
});
