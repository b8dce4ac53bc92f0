import { assertEquals, assertRejects } from "@std/assert";
import { FakeGrid } from "../../tests/fakes/grid.ts";
import {
  arraysOf,
  type CaseVector,
  type EntryVector,
  type ExpectVector,
  metricsOf,
  numberOf,
  replyOf,
  type RoundVector,
  strategyVectors,
  toVector,
} from "../../tests/suites/strategy_vectors.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { float } from "../model/record/entry.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { setTimeSource } from "../model/now.ts";
import { FedAvg } from "./fed_avg.ts";

setTimeSource(() => 1_800_000_000);

const file = await strategyVectors();
const nodeIds = [101n, 102n, 103n, 104n, 105n, 106n, 107n];

/** Which of our errors stands for one of Python's. */
const errorNames: Record<string, string> = {
  InconsistentMessageReplies: "InconsistentMessageReplies",
  ZeroDivisionError: "RangeError",
};

function strategyOf({ params }: CaseVector): FedAvg {
  const camel = (name: string) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return new FedAvg(Object.fromEntries(Object.entries(params).map(([name, value]) => [camel(name), value])));
}

function assertMetrics(actual: MetricRecord | undefined, expected: readonly EntryVector[]) {
  const plain = (entry: EntryVector) =>
    [entry.key, entry.type === "list" ? entry.items!.map(numberOf) : numberOf(entry)] as const;
  assertEquals(
    [...actual!].map(([key, value]) => [key, value]),
    expected.map(plain).map((pair) => [...pair]),
  );
  const kinds = [...actual!.keys()].map((key) => actual!.kind(key));
  assertEquals(kinds, expected.map(({ type }) => type === "list" ? "double_list" : "double"));
}

async function assertOutcome(
  expect: ExpectVector,
  work: () => Promise<{ arrays?: unknown; metrics?: MetricRecord }>,
) {
  if (expect.error) {
    const error = await assertRejects(work, Error);
    const name = errorNames[expect.error.class] ?? "(RangeError|TypeError)";
    assertEquals(new RegExp(`^${name}$`).test(error.name), true, `${error.name}: ${error.message}`);
    return;
  }
  const outcome = await work();
  if (expect.metrics === null) assertEquals(outcome.metrics, undefined);
  else assertMetrics(outcome.metrics, expect.metrics!);
}

async function assertRound(
  strategy: FedAvg,
  { vector, config }: { vector: RoundVector; config: ConfigRecord },
) {
  const grid = new FakeGrid(nodeIds.slice(0, vector.configure?.count ?? 2));
  const arrays = arraysOf(vector.currentArrays);
  const messages = await strategy.configureTrain({ round: vector.round, arrays, config, grid });
  if (vector.configure) {
    const { messageType, count, groupId, ttl, recordKeys } = vector.configure;
    assertEquals(messages.length, count);
    for (const { metadata, content } of messages) {
      assertEquals([metadata.messageType, metadata.groupId, metadata.ttl], [messageType, groupId, ttl]);
      assertEquals([...content.keys()], [...recordKeys]);
    }
    const sent = [...config.entries()].map(([key, { kind }]) => [key, kind === "double" ? "float" : "int"]);
    assertEquals(sent, vector.configure.config.map(({ key, type }) => [key, type]));
  }
  grid.log.lines.length = 0;
  await assertOutcome(vector.expect, async () => {
    const outcome = await strategy.aggregateTrain(vector.round, vector.replies.map(replyOf), grid);
    const { arrays: expected } = vector.expect;
    if (!expected) assertEquals(outcome.arrays, undefined);
    else {
      const actual = [...outcome.arrays!.toNamedArrays()].map(([key, array]) => toVector(key, array));
      assertEquals(actual, expected.map(({ key, dtype, shape, hexLE }) => ({ key, dtype, shape, hexLE })));
    }
    return outcome;
  });
  if (!vector.expect.error) assertEquals(grid.log.texts(), vector.log.map(([, text]) => text));
}

const cases = file.cases.filter(({ strategy }) => strategy === "FedAvg");

for (const vector of cases) {
  Deno.test(`vector ${vector.id}`, async () => {
    const strategy = strategyOf(vector);
    const config = new ConfigRecord({ lr: 0.1 });
    for (const round of vector.rounds ?? []) await assertRound(strategy, { vector: round, config });
    if (!vector.evaluate) return;
    await assertOutcome(vector.expect!, async () => ({
      metrics: await strategy.aggregateEvaluate(1, vector.replies!.map(replyOf), new FakeGrid(nodeIds)),
    }));
  });
}

Deno.test("all FedAvg vectors are there", () => assertEquals(cases.length, 38));

Deno.test("a broadcast shape is refused with strictShapes", async () => {
  const vector = cases.find(({ id }) => id === "fedavg/shape-broadcast-silent")!;
  const strategy = new FedAvg({ strictShapes: true });
  await assertRejects(
    () => strategy.aggregateTrain(1, vector.rounds![0].replies.map(replyOf), new FakeGrid(nodeIds)),
    Error,
    "must give it the same shape",
  );
});

Deno.test("metrics keep their own record kinds", () => {
  assertEquals(metricsOf([{ key: "n", type: "int", value: "3" }]).kind("n"), "sint64");
  assertEquals(new ConfigRecord({ lr: float(1) }).kind("lr"), "double");
});
