import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { identify, Message } from "../model/app_message.ts";
import type { MessageId } from "../model/ids.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { Carrier } from "./carrier.ts";
import { CarrierGrid } from "./carrier_grid.ts";
import type { PullOptions } from "./link.ts";

/** A carrier whose replies the test puts there, and that waits like our SuperLink or answers at once like others. */
class FakeCarrier implements Carrier {
  readonly asked: { ids: readonly MessageId[]; holdMs: number }[] = [];
  readonly there = new Map<MessageId, Message>();
  readonly refused = new Set<bigint>();
  readonly #clock: FakeClock;
  readonly #holds: boolean;

  constructor(clock: FakeClock, { holds }: { holds: boolean }) {
    this.#clock = clock;
    this.#holds = holds;
  }

  nodeIds(): Promise<bigint[]> {
    return Promise.resolve([11n, 12n]);
  }

  push(messages: readonly Message[]): Promise<(MessageId | null)[]> {
    return Promise.resolve(messages.map((message) => {
      if (this.refused.has(message.metadata.dstNodeId)) return null;
      const messageId = `to-${message.metadata.dstNodeId}`;
      identify(message, { messageId, srcNodeId: 1n, runId: 7n });
      return messageId;
    }));
  }

  async next(ids: readonly MessageId[], { holdMs, signal }: PullOptions): Promise<Message | undefined> {
    this.asked.push({ ids, holdMs });
    const end = this.#clock.now() + holdMs;
    const found = () => ids.find((id) => this.there.has(id));
    while (this.#holds && !found() && this.#clock.now() < end && !signal?.aborted) {
      await this.#clock.sleep(1_000, signal);
    }
    const id = found();
    const reply = id === undefined ? undefined : this.there.get(id);
    if (id !== undefined) this.there.delete(id);
    return reply;
  }
}

function world({ holds = true } = {}) {
  const clock = new FakeClock();
  const carrier = new FakeCarrier(clock, { holds });
  const grid = new CarrierGrid(carrier, { clock, log: new FakeLog(), random: new FakeRandom() });
  const createdAt = clock.now() / 1000;
  const to = (dstNodeId: bigint) =>
    new Message(new RecordDict(), { dstNodeId, messageType: "query", createdAt });
  const answer = (message: Message) =>
    carrier.there.set(message.metadata.messageId, message.reply(new RecordDict(), { createdAt }));
  return { clock, carrier, grid, to, answer };
}

const nodesOf = (replies: readonly Message[]) => replies.map(({ metadata }) => metadata.srcNodeId);

Deno.test("replies come in the order of their arrival, each as soon as it is there", async () => {
  const { clock, grid, to, answer } = world();
  const messages = [to(11n), to(12n)];
  const replies = grid.sendAndStream(messages)[Symbol.asyncIterator]();
  const first = replies.next();
  await clock.advance(1_000);
  answer(messages[1]);
  await clock.advance(1_000);
  assertEquals((await first).value.metadata.srcNodeId, 12n);
  const second = replies.next();
  await clock.advance(45_000);
  answer(messages[0]);
  await clock.advance(1_000);
  assertEquals((await second).value.metadata.srcNodeId, 11n);
  assertEquals((await replies.next()).done, true);
});

Deno.test("what is late is absent, and nothing waits longer than the timeout", async () => {
  const { clock, carrier, grid, to, answer } = world();
  const messages = [to(11n), to(12n)];
  const start = clock.now();
  const receiving = grid.sendAndReceive(messages, { timeout: 30 });
  await clock.advance(5_000);
  answer(messages[0]);
  await clock.advance(26_000);
  assertEquals(nodesOf(await receiving), [11n]);
  const last = carrier.asked.at(-1)!;
  assertEquals([last.ids, last.holdMs <= 20_000], [["to-12"], true]);
  assertEquals(clock.now() - start >= 30_000, true);
});

Deno.test("a timeout of 0 sends, and asks for nothing", async () => {
  const { carrier, grid, to } = world();
  assertEquals(await grid.sendAndReceive([to(11n)], { timeout: 0 }), []);
  assertEquals(carrier.asked, []);
});

Deno.test("refused instructions are not waited for", async () => {
  const { carrier, grid, to } = world();
  carrier.refused.add(11n).add(12n);
  assertEquals(await grid.sendAndReceive([to(11n), to(12n)]), []);
  assertEquals(await grid.pushMessages([to(11n), to(13n)]), [null, "to-13"]);
});

Deno.test("a SuperLink that answers at once is asked twice a second", async () => {
  const { clock, carrier, grid, to, answer } = world({ holds: false });
  const message = to(11n);
  const receiving = grid.sendAndReceive([message]);
  await clock.advance(5_000);
  assertEquals(carrier.asked.length, 11);
  answer(message);
  await clock.advance(500);
  assertEquals(nodesOf(await receiving), [11n]);
});

Deno.test("an aborted signal ends the wait with its reason", async () => {
  const { clock, grid, to } = world();
  const abort = new AbortController();
  const receiving = grid.sendAndReceive([to(11n)], { signal: abort.signal });
  const refused = assertRejects(() => receiving, Error, "enough");
  await clock.advance(1_000);
  abort.abort(new Error("enough"));
  await refused;
});

Deno.test("a pull by hand gives what is there, each once, and does not wait", async () => {
  const { carrier, grid, to, answer } = world();
  const messages = [to(11n), to(12n), to(13n)];
  const ids = (await grid.pushMessages(messages)).filter((id) => id !== null);
  answer(messages[0]);
  answer(messages[2]);
  assertEquals(nodesOf(await grid.pullMessages(ids)).toSorted(), [11n, 13n]);
  assertEquals(carrier.asked.every(({ holdMs }) => holdMs === 0), true);
  // An id that was answered is never asked for again: it would be counted as lost.
  assertEquals(carrier.asked.map(({ ids }) => ids.length), [3, 2, 1]);
});
