import { assertEquals } from "@std/assert";
import { FakeGrid } from "../../tests/fakes/grid.ts";
import { strategyVectors } from "../../tests/suites/strategy_vectors.ts";
import { setTimeSource } from "../../core/model/now.ts";
import { ArrayRecord, FedAvg, float, Krum, MetricRecord, NDArray, RecordDict } from "../../mod.ts";
import { courseOfLog } from "./log_course.ts";

setTimeSource(() => 1_800_000_000);

Deno.test("the log of an official strategy is read", async () => {
  const { log } = (await strategyVectors()).golden.start_fedavg;
  const text = log.map(([level, line]) => `\x1b[92m${level} \x1b[0m:      ${line}`).join("\n");
  const { strategy, measurements } = courseOfLog(text);
  assertEquals(strategy, "FedAvg");
  const places = measurements.map(({ round, phase }) => `${round} ${phase}`);
  assertEquals(places.slice(0, 4), ["0 server", "1 train", "1 evaluate", "2 train"]);
  assertEquals(measurements.every(({ values }) => [...values.values()].every(Number.isFinite)), true);
  assertEquals(measurements.some(({ values }) => values.size > 0), true);
});

Deno.test("the log of our strategies is read, that of the last one where several led", async () => {
  const metrics = () =>
    new MetricRecord({
      "num-examples": 1,
      "it's": float(0.25),
      low: float(-1e-7),
      not: NaN,
      all: float([1, 2]),
    });
  const grid = new FakeGrid([1n, 2n], (message) => {
    const isTrain = message.metadata.messageType === "train";
    const arrays = ArrayRecord.from([NDArray.zeros([1], "float32")]);
    return message.reply(new RecordDict({ ...isTrain && { arrays }, metrics: metrics() }));
  });
  const model = ArrayRecord.from([NDArray.zeros([1], "float32")]);
  await new FedAvg().start(grid, model, { numRounds: 3 });
  await new Krum().start(grid, model, {
    numRounds: 1,
    evaluateFn: (round) => new MetricRecord({ loss: float(round + 0.5), best: Infinity }),
  });
  const { strategy, measurements } = courseOfLog(grid.log.lines.map(({ text }) => text).join("\n"));
  assertEquals(strategy, "Krum");
  const nodes = new Map([["it's", 0.25], ["low", -1e-7], ["not", NaN]]);
  assertEquals(measurements, [
    { round: 0, phase: "server", values: new Map([["loss", 0.5], ["best", Infinity]]) },
    { round: 1, phase: "train", values: nodes },
    { round: 1, phase: "evaluate", values: nodes },
    { round: 1, phase: "server", values: new Map([["loss", 1.5], ["best", Infinity]]) },
  ]);
});

Deno.test("the log of an app without a strategy tells of no round", () => {
  assertEquals(courseOfLog("hello\nMetricRecord: {}\n").measurements, []);
});
