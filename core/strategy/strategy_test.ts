import { assertEquals, assertRejects } from "@std/assert";
import { FakeGrid } from "../../tests/fakes/grid.ts";
import { arrayOf, strategyVectors, toVector } from "../../tests/suites/strategy_vectors.ts";
import type { ReplyOptions } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import { setTimeSource } from "../model/now.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { float } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { AggregationError } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";

setTimeSource(() => 1_800_000_000);

/** Gives replies in the order of the nodes, whatever the order of the sample. */
class OrderedGrid extends FakeGrid {
  override sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]> {
    const byNode = (a: Message, b: Message) => Number(a.metadata.dstNodeId - b.metadata.dstNodeId);
    return super.sendAndReceive([...messages].sort(byNode), options);
  }
}

const model = () => ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 2)) });

/** The nodes that the recorded run was made with: they shift the model, and one fails in the second round. */
function shiftingNode(message: Message): Message {
  const round = message.content.config("config").getInt("server-round");
  const node = Number(message.metadata.dstNodeId);
  if (node === 102 && round === 2) return message.replyError(2, "<class 'ValueError'>:<'boom'>");
  if (message.metadata.messageType === "evaluate") {
    const metrics = new MetricRecord({ "num-examples": node, acc: float(0.1 * round) });
    return message.reply(new RecordDict({ metrics }));
  }
  const [array] = message.content.arrays("arrays").toArrays();
  const shifted = (array.data as Float32Array).map((value) => value + Math.fround(0.25 * (node - 100)));
  const metrics = new MetricRecord({ "num-examples": node, train_loss: 1 / (round * node), steps: round });
  return message.reply(new RecordDict({ arrays: ArrayRecord.from({ w: new NDArray(shifted) }), metrics }));
}

Deno.test("a run logs and gives what Flower's does", async () => {
  const { golden } = await strategyVectors();
  const grid = new OrderedGrid([101n, 102n, 103n], shiftingNode);
  const result = await new FedAvg({ aggregation: "reference" }).start(grid, model(), {
    numRounds: 2,
    trainConfig: new ConfigRecord({ lr: 0.01, blob: new TextEncoder().encode("xx"), names: ["a", "b"] }),
    evaluateFn: (round) => round === 1 ? undefined : new MetricRecord({ cen_acc: 0.5 + round }),
  });
  const expected = golden.start_fedavg;
  const timeless = (text: string) => text.replace(/finished in [\d.]+s/, "finished");
  assertEquals(grid.log.texts().map(timeless), expected.log.map(([, text]) => timeless(text)));
  assertEquals(String(result), expected.resultRepr);
  assertEquals(toVector("w", result.arrays.get("w")!.toNDArray()).hexLE, expected.arrays[0].hexLE);
  assertEquals(arrayOf(expected.arrays[0]).shape, [2]);
});

Deno.test("every phase has an hour, or what start was told", async () => {
  const grid = new FakeGrid([1n, 2n], shiftingNode);
  await new FedAvg().start(grid, model(), { numRounds: 1 });
  await new FedAvg().start(grid, model(), { numRounds: 1, timeout: 5 });
  assertEquals(grid.sent.map(({ timeout }) => timeout), [3600, 3600, 5, 5]);
});

Deno.test("a fraction of 0 sends nothing, and says so once", async () => {
  const grid = new FakeGrid([1n, 2n], shiftingNode);
  const result = await new FedAvg({ fractionEvaluate: 0 }).start(grid, model(), { numRounds: 2 });
  assertEquals(grid.sent.map(({ messages }) => messages[0].metadata.messageType), ["train", "train"]);
  assertEquals(grid.log.texts("warn"), ["fractionEvaluate is 0: there will be no federated evaluation."]);
  assertEquals(result.evaluateMetricsClientapp.size, 0);
});

Deno.test("a round without valid replies leaves the model, and is told as an error", async () => {
  const fails = (message: Message) => message.content.config("config").getInt("server-round") === 2;
  const grid = new FakeGrid(
    [1n, 2n],
    (message) => fails(message) ? message.replyError(2, "no") : shiftingNode(message),
  );
  await new FedAvg({ fractionEvaluate: 0 }).start(grid, model(), { numRounds: 3 });
  const sent = grid.sent.map(({ messages }) => [...messages[0].content.arrays("arrays").toArrays()[0].data]);
  assertEquals(sent[2], sent[1]);
  assertEquals(grid.log.texts("error"), [
    "No node gave a valid reply to train in round 2: node 1: no; node 2: no",
  ]);
});

Deno.test("a run in which no round brought anything ends in an error that says why", async () => {
  const failing = new FakeGrid([1n, 2n], (message) => {
    return message.metadata.dstNodeId === 1n ? message.replyError(2, "no") : undefined;
  });
  await assertRejects(
    () => new FedAvg().start(failing, model(), { numRounds: 2 }),
    AggregationError,
    "no round had a valid reply: round 2: node 1: no; no reply in time from node 2",
  );
});

Deno.test("replies that differ end the run", async () => {
  const grid = new FakeGrid([1n, 2n], (message) => {
    const name = message.metadata.dstNodeId === 1n ? "a" : "b";
    return message.reply(new RecordDict({ [name]: new MetricRecord({ "num-examples": 1 }) }));
  });
  await assertRejects(
    () => new FedAvg().start(grid, model()),
    Error,
    "every reply must hold exactly one ArrayRecord",
  );
});
