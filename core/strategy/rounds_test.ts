import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeFiles } from "../../tests/fakes/files.ts";
import { FakeGrid, type FakeNode } from "../../tests/fakes/grid.ts";
import { settled } from "../../tests/fakes/clock.ts";
import type { ReplyOptions } from "../app/grid.ts";
import type { AppHost } from "../app/host.ts";
import { identify, type Message } from "../model/app_message.ts";
import { setTimeSource } from "../model/now.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { float } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import { earlyStopping } from "./early_stopping.ts";
import { AggregationError } from "./errors.ts";
import { FedAdam } from "./fed_adam.ts";
import { FedAvg } from "./fed_avg.ts";
import { FedAvgM } from "./fed_avg_m.ts";
import { FedProx } from "./fed_prox.ts";
import type { TrainOutcome } from "./strategy.ts";

setTimeSource(() => 1_800_000_000);

const model = () => ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 2)) });
const roundOf = (message: Message) => message.content.config("config").getInt("server-round");

/** Nodes that move the model by their number, and whose loss is lowest in the fourth round. */
const node: FakeNode = (message) => {
  const round = roundOf(message);
  const number = Number(message.metadata.dstNodeId);
  if (message.metadata.messageType === "evaluate") {
    const metrics = new MetricRecord({ "num-examples": number, loss: float(Math.abs(round - 4) + 0.5) });
    return message.reply(new RecordDict({ metrics }));
  }
  const [array] = message.content.arrays("arrays").toArrays();
  const moved = Float32Array.from(array.toNumbers(), (value) => value + number * round / 8);
  const arrays = ArrayRecord.from({ w: new NDArray(moved) });
  return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": number }) }));
};

/** A grid that lends files. */
class FilingGrid extends FakeGrid {
  readonly files = new FakeFiles();
  override readonly host: AppHost = {
    clock: this.clock,
    random: { bytes: (n) => new Uint8Array(n) },
    log: this.log,
    files: this.files,
    run: { id: 7n, app: "@me/demo==1.0.0" },
  };
}

const trained = (grid: FakeGrid) =>
  grid.sent.filter(({ messages }) => messages[0].metadata.messageType === "train").length;

Deno.test("stops early when a metric has not become better for some rounds", async () => {
  const grid = new FakeGrid([1n, 2n], node);
  const stop = earlyStopping({ metric: "loss", mode: "min", patience: 2 });
  const result = await new FedAvg().start(grid, model(), { numRounds: 20, stop });
  assertEquals([result.stoppedAt, result.evaluateMetricsClientapp.size], [6, 6]);
});

Deno.test("an improvement must be large enough to count", async () => {
  const stop = earlyStopping({ metric: "loss", mode: "min", patience: 1, minDelta: 2 });
  const result = await new FedAvg().start(new FakeGrid([1n, 2n], node), model(), { numRounds: 20, stop });
  assertEquals(result.stoppedAt, 2);
});

Deno.test("watching a metric that nobody reports is an error that names those there are", async () => {
  const stop = earlyStopping({ metric: "acuracy", mode: "max" });
  await assertRejects(
    () => new FedAvg().start(new FakeGrid([1n, 2n], node), model(), { stop }),
    RangeError,
    'metric "acuracy" of evaluate as it must be a number in every report: there are loss',
  );
});

const strategies = {
  FedAdam: () => new FedAdam({ dtypePolicy: "keep" }),
  FedAvgM: () => new FedAvgM({ serverMomentum: 0.9, serverLearningRate: 0.7 }),
};

for (const [name, make] of Object.entries(strategies)) {
  Deno.test(`${name} resumed from a checkpoint ends where it would have ended`, async () => {
    const whole = await make().start(new FakeGrid([1n, 2n], node), model(), { numRounds: 7 });
    const grid = new FilingGrid([1n, 2n], node);
    await make().start(grid, model(), { numRounds: 5, checkpoint: { every: 2 } });
    assertEquals([...grid.files.contents.keys()], ["checkpoints/round-000004.safetensors"]);
    grid.sent.length = 0;
    const resume = "checkpoints/round-000004.safetensors";
    const resumed = await make().start(grid, new ArrayRecord(), { numRounds: 7, resume });
    assertEquals(trained(grid), 3);
    const bytes = (arrays: ArrayRecord) => arrays.toArrays().map(({ data, dtype }) => [dtype, ...data]);
    assertEquals(bytes(resumed.arrays), bytes(whole.arrays));
    assertEquals([...resumed.evaluateMetricsClientapp.keys()], [1, 2, 3, 4, 5, 6, 7]);
    assertEquals(String(resumed), String(whole));
  });
}

Deno.test("a checkpoint of another strategy, or none, is refused", async () => {
  const grid = new FilingGrid([1n, 2n], node);
  await new FedAvg().start(grid, model(), { numRounds: 1, checkpoint: { every: 1 } });
  const resume = "checkpoints/round-000001.safetensors";
  await assertRejects(
    () => new FedAdam().start(grid, model(), { resume }),
    TypeError,
    "must be one of FedAdam",
  );
  await assertRejects(
    () => new FedAvg().start(grid, model(), { resume: "no" }),
    Error,
    "there is no such file",
  );
  const file = grid.files.contents.get(resume)!;
  assertThrows(() => decodeCheckpoint(file.subarray(0, 100)), TypeError, "safetensors file");
});

Deno.test("as many checkpoints are kept as asked for, and the best model", async () => {
  const grid = new FilingGrid([1n, 2n], node);
  const checkpoint = { every: 1, keep: 2, folder: "/kept", best: { metric: "loss", mode: "min" } } as const;
  const result = await new FedAvg().start(grid, model(), { numRounds: 6, checkpoint });
  assertEquals([...grid.files.contents.keys()].sort(), [
    "/kept/best.safetensors",
    "/kept/round-000005.safetensors",
    "/kept/round-000006.safetensors",
  ]);
  assertEquals([result.best!.round, result.best!.value], [4, 0.5]);
  const best = decodeCheckpoint(grid.files.contents.get("/kept/best.safetensors")!);
  assertEquals(best.round, 4);
  assertEquals([...best.arrays.toArrays()[0].data], [...result.best!.arrays.toArrays()[0].data]);
});

Deno.test("checkpoints need files, and sound numbers", async () => {
  const start = (checkpoint: { every: number }, grid: FakeGrid) =>
    new FedAvg().start(grid, model(), { checkpoint });
  await assertRejects(() => start({ every: 1 }, new FakeGrid([], node)), Error, "must lend it files");
  await assertRejects(
    () => start({ every: 0 }, new FilingGrid([], node)),
    RangeError,
    "every must be a whole number",
  );
});

Deno.test("the journal has a line for each phase, with who failed and who is missing", async () => {
  const grid = new FilingGrid([1n, 2n, 3n], (message) => {
    if (message.metadata.dstNodeId === 3n) return undefined;
    const fails = message.metadata.dstNodeId === 2n && message.metadata.messageType === "train";
    return fails ? message.replyError(2, "boom") : node(message);
  });
  const evaluateFn = (round: number) => round === 1 ? new MetricRecord({ central: NaN }) : undefined;
  await new FedAvg().start(grid, model(), { numRounds: 1, journal: true, evaluateFn });
  const lines = grid.files.text("rounds.jsonl").trim().split("\n").map((line) => JSON.parse(line));
  const whose = { run: "7", app: "@me/demo==1.0.0", strategy: "FedAvg" };
  assertEquals(lines.map(({ time: _, ...line }) => line), [
    {
      ...whose,
      round: 1,
      phase: "train",
      seconds: 0,
      asked: 3,
      replies: 1,
      failures: [{ node: "2", reason: "boom" }],
      missing: ["3"],
      metrics: {},
    },
    {
      ...whose,
      round: 1,
      phase: "evaluate",
      seconds: 0,
      asked: 3,
      replies: 2,
      failures: [],
      missing: ["3"],
      metrics: { loss: 3.4999999999999996 },
    },
    { ...whose, round: 1, phase: "server", seconds: 0, metrics: { central: "NaN" } },
  ]);
  assertEquals(lines[0].time, "2026-11-23T12:00:00.000Z");
});

const failing = (count: number): FakeNode => (message) =>
  message.metadata.dstNodeId <= BigInt(count) ? message.replyError(2, "boom") : node(message);

Deno.test("too few replies leave the phase without a result, or end the run", async () => {
  const grid = new FakeGrid([1n, 2n, 3n], failing(2));
  const result = await new FedAvg().start(grid, model(), { numRounds: 1, minReplies: { train: 2 } });
  assertEquals([result.arrays.size, result.evaluateMetricsClientapp.size], [0, 1]);
  assertEquals(grid.log.texts("warn"), [
    "Training of round 1 has no result as there must be 2 valid replies: there are 1 (node 1: boom; node 2: boom)",
  ]);
  await assertRejects(
    () => new FedAvg().start(grid, model(), { minReplies: 0.5, tooFewReplies: "end" }),
    AggregationError,
    "there must be 2 valid replies: there are 1",
  );
});

Deno.test("a round without enough replies leaves the state of a strategy as it was", async () => {
  const sometimes: FakeNode = (message) => roundOf(message) === 2 ? failing(1)(message) : node(message);
  const strategy = new FedAdam();
  const states: string[] = [];
  const onRound = () =>
    void states.push(
      JSON.stringify(strategy.saveState().arrays("m").toArrays().map(({ data }) => [...data].map(String))),
    );
  await strategy.start(new FakeGrid([1n, 2n], sometimes), model(), { numRounds: 3, minReplies: 2, onRound });
  assertEquals(states[1], states[0]);
  assertEquals(states[2] === states[1], false);
});

/** A grid whose nodes answer at set times, in seconds. */
class SlowGrid extends FakeGrid {
  constructor(readonly seconds: Record<string, number>, answer: FakeNode) {
    super(Object.keys(seconds).map(BigInt), answer);
  }

  override async *sendAndStream(
    messages: Iterable<Message>,
    { timeout = Infinity, signal }: ReplyOptions = {},
  ): AsyncGenerator<Message> {
    const batch = [...messages].sort((a, b) => this.#delay(a) - this.#delay(b));
    const begin = this.clock.now();
    for (const message of batch) identify(message, { messageId: `to ${message.metadata.dstNodeId}` });
    for (const message of batch) {
      const wait = Math.min(this.#delay(message), timeout) * 1000 - (this.clock.now() - begin);
      await this.clock.sleep(wait, signal);
      signal?.throwIfAborted();
      if (this.#delay(message) <= timeout) yield this.node(message)!;
    }
  }

  #delay({ metadata }: Message): number {
    return this.seconds[String(metadata.dstNodeId)];
  }
}

Deno.test("stragglers are not waited for once there are enough replies and their grace is over", async () => {
  const grid = new SlowGrid({ 1: 1, 2: 2, 3: 5, 4: 500 }, node);
  const begin = grid.clock.now();
  const running = new FedAvg({ fractionEvaluate: 0 }).start(grid, model(), {
    numRounds: 1,
    stragglers: { enough: 0.5, graceSeconds: 10 },
  });
  for (let second = 0; second < 14; second++) await grid.clock.advance(1_000);
  await settled();
  const result = await running;
  // Enough after 2 s, and 10 s more for the others.
  assertEquals(grid.clock.now() - begin, 14_000);
  assertEquals(grid.log.texts().filter((text) => text.startsWith("Went on")), ["Went on without 1 nodes: 4"]);
  assertEquals(result.arrays.toArrays()[0].data[0], Math.fround(1 + (1 + 4 + 9) / 6 / 8));
});

Deno.test("a deadline ends a phase, and a signal the run", async () => {
  const grid = new SlowGrid({ 1: 1, 2: 100 }, node);
  const running = new FedAvg({ fractionEvaluate: 0 }).start(grid, model(), { numRounds: 1, timeout: 3 });
  await grid.clock.advance(5_000);
  assertEquals((await running).arrays.size, 1);
  const abort = new AbortController();
  const stopped = new FedAvg().start(grid, model(), { signal: abort.signal });
  await grid.clock.advance(1_500);
  abort.abort(new Error("enough"));
  await assertRejects(() => stopped, Error, "enough");
});

Deno.test("nodes are chosen by the app, of those that are online", async () => {
  const grid = new FakeGrid([1n, 2n, 3n, 4n], node);
  const seen: unknown[] = [];
  const selectNodes = (online: readonly bigint[], selection: { round: number; kind: string }) => {
    seen.push(selection);
    return online.filter((id) => id % 2n === BigInt(selection.round % 2));
  };
  await new FedAvg({ selectNodes, fractionEvaluate: 0 }).start(grid, model(), { numRounds: 2 });
  assertEquals(grid.sent.map(({ messages }) => messages.map(({ metadata }) => metadata.dstNodeId)), [
    [1n, 3n],
    [
      2n,
      4n,
    ],
  ]);
  assertEquals(seen, [{ round: 1, kind: "train" }, { round: 2, kind: "train" }]);
  const elsewhere = new FedAvg({ selectNodes: () => [9n] });
  await assertRejects(() => elsewhere.start(grid, model()), RangeError, "Cannot take node 9");
});

Deno.test("waiting for nodes has an end when one was asked for", async () => {
  const grid = new FakeGrid([1n], node);
  const running = new FedAvg({ waitForNodes: 5 }).start(grid, model());
  const refused = assertRejects(() => running, Error, "2 nodes must be online: there are 1 after 5 s");
  await grid.clock.advance(6_000);
  await refused;
});

Deno.test("the round is the messages' group id when asked for", async () => {
  const grid = new FakeGrid([1n, 2n], node);
  await new FedAvg({ groupByRound: true }).start(grid, model(), { numRounds: 2 });
  assertEquals(grid.sent.map(({ messages }) => messages[0].metadata.groupId), ["1", "1", "2", "2"]);
});

Deno.test("weights of 0 end the run, or leave the round without a result", async () => {
  const zero: FakeNode = (message) => {
    const reply = node(message)!;
    reply.content.metrics("metrics").set("num-examples", 0);
    return reply;
  };
  await assertRejects(
    () => new FedAvg().start(new FakeGrid([1n, 2n], zero), model()),
    RangeError,
    'the replies of round 1 as their "num-examples" must add up to something',
  );
  const grid = new FakeGrid([1n, 2n], zero);
  const result = await new FedAvg({ zeroWeights: "skip" }).start(grid, model(), { numRounds: 1 });
  assertEquals([result.arrays.size, result.evaluateMetricsClientapp.size], [0, 0]);
  assertEquals(grid.log.texts("warn").length, 2);
});

Deno.test("a strategy that widens the model can be told to keep its element types", async () => {
  const types = async (dtypePolicy: "keep" | "promote") => {
    const strategy = new FedAdam({ dtypePolicy });
    const { arrays } = await strategy.start(new FakeGrid([1n, 2n], node), model(), { numRounds: 1 });
    return arrays.toArrays()[0].dtype;
  };
  assertEquals([await types("keep"), await types("promote")], ["float32", "float64"]);
});

/** What nodes get wrong, and the words of the error. */
const mistakes: [name: string, spoil: (reply: Message) => void, words: string][] = [
  ["no arrays", (reply) => reply.content.delete("arrays"), "that of node 2 holds 0"],
  [
    "a config in the place of metrics",
    (reply) => reply.content.delete("metrics"),
    "exactly one MetricRecord: that of node 2 holds 0",
  ],
  [
    "other arrays",
    (reply) => reply.content.set("arrays", ArrayRecord.from({ v: new NDArray(Float32Array.of(1, 2)) })),
    '"w" of node 1 is missing from node 2',
  ],
  [
    "another shape",
    (reply) => reply.content.set("arrays", ArrayRecord.from({ w: new NDArray(Float32Array.of(1)) })),
    '"w" in round 1 as all replies must give it the same shape: it is (2) in the first reply and (1) from node 2',
  ],
  [
    "another element type",
    (reply) => reply.content.set("arrays", ArrayRecord.from({ w: new NDArray(Float64Array.of(1, 2)) })),
    "it is float32 in the first reply and float64 from node 2",
  ],
  [
    "NaN",
    (reply) => reply.content.set("arrays", ArrayRecord.from({ w: new NDArray(Float32Array.of(1, NaN)) })),
    '"w" in round 1 as its elements must be numbers: that of node 2 holds NaN',
  ],
  [
    "a weight that is no number",
    (reply) => reply.content.metrics("metrics").set("num-examples", NaN),
    "that of node 2 is NaN",
  ],
  [
    "a weight too many",
    (reply) => reply.content.metrics("metrics").set("extra", 1),
    '"extra" of node 2 is missing from node 1',
  ],
];

for (const [name, spoil, words] of mistakes) {
  Deno.test(`a node that sends ${name} ends the run in an error that names it`, async () => {
    const grid = new FakeGrid([1n, 2n], (message) => {
      const reply = node(message)!;
      if (message.metadata.dstNodeId === 2n) spoil(reply);
      return reply;
    });
    const ordered = new FedProx({ selectNodes: () => [1n, 2n] });
    const error = await assertRejects(() => ordered.start(grid, model()), Error, words);
    assertEquals(error.message.includes("round 1"), true, error.message);
  });
}

Deno.test("a class that overrides aggregateTrain gets all replies", async () => {
  const counts: number[] = [];
  class Counting extends FedAvg {
    override async aggregateTrain(round: number, replies: Message[], grid: FakeGrid): Promise<TrainOutcome> {
      counts.push(replies.length);
      return await super.aggregateTrain(round, replies, grid);
    }
  }
  await new Counting().start(new FakeGrid([1n, 2n], node), model(), { numRounds: 2 });
  assertEquals(counts, [2, 2]);
});

Deno.test("replies are folded while others are on their way, and none is kept", async () => {
  const folded: number[] = [];
  class Watching extends FakeGrid {
    override async *sendAndStream(messages: Iterable<Message>): AsyncGenerator<Message> {
      for (const message of [...messages]) {
        const reply = this.node(message)!;
        yield reply;
        // Whoever asks for the next one is through with this one.
        folded.push(reply.content.arrayRecords().size);
      }
    }
  }
  const told: number[] = [];
  const watching = new Watching([1n, 2n], node);
  Object.assign(watching.host, { spent: (bytes: number) => told.push(bytes) });
  await new FedAvg({ fractionEvaluate: 0 }).start(watching, model(), { numRounds: 1 });
  assertEquals([folded.length, told.length, told[0] > 100], [2, 3, true]);
});
