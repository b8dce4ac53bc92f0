import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeGrid } from "../../tests/fakes/grid.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import {
  arrayOf,
  arraysOf,
  type ArrayVector,
  type CaseVector,
  type EntryVector,
  type ExpectVector,
  numberOf,
  replyOf,
  type RoundVector,
  strategyVectors,
  type ValueVector,
} from "../../tests/suites/strategy_vectors.ts";
import type { Message } from "../model/app_message.ts";
import { setTimeSource } from "../model/now.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import { Bulyan } from "./bulyan.ts";
import {
  DifferentialPrivacyClientSideAdaptiveClipping,
  DifferentialPrivacyServerSideAdaptiveClipping,
} from "./dp_adaptive_clipping.ts";
import {
  DifferentialPrivacyClientSideFixedClipping,
  DifferentialPrivacyServerSideFixedClipping,
} from "./dp_fixed_clipping.ts";
import { FedAdagrad } from "./fed_adagrad.ts";
import { FedAdam } from "./fed_adam.ts";
import { FedAvg } from "./fed_avg.ts";
import { FedAvgM } from "./fed_avg_m.ts";
import { FedMedian } from "./fed_median.ts";
import { FedProx } from "./fed_prox.ts";
import { FedTrimmedAvg } from "./fed_trimmed_avg.ts";
import { FedXgbBagging } from "./fed_xgb_bagging.ts";
import { FedXgbCyclic } from "./fed_xgb_cyclic.ts";
import { FedYogi } from "./fed_yogi.ts";
import { Krum } from "./krum.ts";
import { MultiKrum } from "./multi_krum.ts";
import { QFedAvg } from "./q_fed_avg.ts";
import type { Strategy, TrainOutcome } from "./strategy.ts";

setTimeSource(() => 1_800_000_000);

const file = await strategyVectors();
const nodeIds = [101n, 102n, 103n, 104n, 105n, 106n, 107n];

type Settings = Record<string, unknown>;
type Aggregation = "reference" | "streaming";

/** Strategies that are made from settings alone. */
// deno-lint-ignore no-explicit-any -- settings come from the vectors
const plain: Record<string, new (settings: any) => FedAvg> = {
  Bulyan,
  FedAdagrad,
  FedAdam,
  FedAvg,
  FedAvgM,
  FedMedian,
  FedProx,
  FedTrimmedAvg,
  FedXgbBagging,
  FedXgbCyclic,
  FedYogi,
  Krum,
  MultiKrum,
  QFedAvg,
};

/** Strategies around another one. */
// deno-lint-ignore no-explicit-any -- settings come from the vectors
const wrappers: Record<string, new (inner: Strategy, settings: any) => Strategy> = {
  DifferentialPrivacyClientSideAdaptiveClipping,
  DifferentialPrivacyClientSideFixedClipping,
  DifferentialPrivacyServerSideAdaptiveClipping,
  DifferentialPrivacyServerSideFixedClipping,
};

function settingsOf(params: Settings = {}): Settings {
  const camel = (name: string) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [camel(name), value]));
}

function strategyOf({ strategy, params }: CaseVector, aggregation: Aggregation): Strategy {
  const settings = { ...settingsOf(params), aggregation };
  if (plain[strategy]) return new plain[strategy](settings);
  return new wrappers[strategy](new FedAvg({ aggregation }), settings);
}

/** Which of our errors stands for one of Python's. */
function errorNames(pythonName: string): RegExp {
  if (pythonName === "InconsistentMessageReplies") return /^InconsistentMessageReplies$/;
  return pythonName === "AggregationError"
    ? /^AggregationError$/
    : /^(RangeError|TypeError|AggregationError)$/;
}

function assertError(error: Error, { class: expected }: { class: string }): void {
  assertEquals(errorNames(expected).test(error.name), true, `${error.name}: ${error.message}`);
}

interface Nearness {
  readonly about: string;
  /** What part of the number, or of `scale`, it may be off. */
  readonly relative: number;
  /** For differences: the size of what they are differences of. */
  readonly scale?: number;
}

function assertNear(actual: number, expected: number, { about, relative, scale = 0 }: Nearness): void {
  if (Object.is(actual, expected) || actual === expected) return;
  const apart = Math.abs(actual - expected) / Math.max(Math.abs(expected), scale, Number.MIN_VALUE);
  assertEquals(apart <= relative, true, `${about}: ${actual} instead of ${expected}`);
}

/** How near the results of a case must come: as near as the least precise of its arrays. */
function toleranceOf({ rounds = [] }: CaseVector): number {
  const replies = rounds.flatMap((round) => round.replies ?? []);
  const dtypes = replies.flatMap(({ records = [] }) => records.flatMap(({ arrays = [] }) => arrays))
    .map(({ dtype }) => dtype);
  return dtypes.includes("float16") ? 1e-3 : dtypes.includes("float32") ? 1e-6 : 1e-12;
}

function assertArray(actual: NDArray, expected: ArrayVector, nearness: Nearness): void {
  assertEquals([actual.dtype, [...actual.shape]], [expected.dtype, [...expected.shape]], nearness.about);
  const numbers = arrayOf(expected).toNumbers();
  actual.toNumbers().forEach((value, i) => assertNear(value, numbers[i], nearness));
}

function assertArrays(
  actual: ArrayRecord | undefined,
  { expected, relative, reordered }: {
    expected: readonly ArrayVector[] | null | undefined;
    relative: number;
    reordered: boolean;
  },
) {
  if (!expected) return assertEquals(actual, undefined);
  assertEquals([...actual!.keys()], expected.map(({ key }) => key));
  for (const vector of expected) {
    // A sum in another order, or in double precision, shows where terms cancel each other out.
    const scale = reordered ? Math.max(0, ...arrayOf(vector).toNumbers().map(Math.abs)) : 0;
    assertArray(actual!.get(vector.key)!.toNDArray(), vector, { about: vector.key, relative, scale });
  }
}

function assertMetrics(
  actual: MetricRecord | undefined,
  expected: readonly EntryVector[] | null | undefined,
) {
  if (!expected) return assertEquals(actual, undefined);
  assertEquals([...actual!.keys()], expected.map(({ key }) => key));
  for (const { key, type, items, ...rest } of expected) {
    assertEquals(actual!.kind(key), type === "list" ? "double_list" : "double");
    const numbers = items ? items.map(numberOf) : [numberOf({ type, ...rest })];
    const values = [actual!.get(key)!].flat().map(Number);
    assertEquals(values.length, numbers.length);
    values.forEach((value, i) => assertNear(value, Number(numbers[i]), { about: key, relative: 1e-12 }));
  }
}

/** What the strategy remembers, beside what Flower's does. */
function assertState(strategy: Strategy, expected: RoundVector["stateAfter"], relative: number): void {
  const state = strategy.saveState();
  const arrays = { m_t: "m", v_t: "v", momentum_vector: "velocity" };
  for (const [theirs, ours] of Object.entries(arrays)) {
    const vectors = expected[theirs] as readonly ArrayVector[] | undefined;
    if (!vectors) continue;
    const nearness = { about: theirs, relative, scale: 1 };
    state.arrays(ours).toArrays().forEach((array, i) => assertArray(array, vectors[i], nearness));
  }
  const norm = expected.clipping_norm as ValueVector | undefined;
  if (norm) {
    const saved = state.config("privacy").getFloat("clipping-norm");
    assertNear(saved, Number(numberOf(norm)), { about: "norm", relative: 1e-12 });
  }
}

function assertConfigured(
  messages: readonly Message[],
  vector: NonNullable<RoundVector["configure"]>,
  sent: ConfigRecord,
) {
  assertEquals(messages.length, vector.count);
  for (const { metadata, content } of messages) {
    assertEquals(
      [metadata.messageType, metadata.groupId, metadata.ttl],
      [vector.messageType, vector.groupId, vector.ttl],
    );
    assertEquals([...content.keys()], [...vector.recordKeys]);
  }
  const kinds = [...sent.entries()].map(([key, { kind }]) => [key, kind === "double" ? "float" : "int"]);
  assertEquals(kinds, vector.config.map(({ key, type }) => [key, type]));
}

async function* eachOf(messages: readonly Message[]): AsyncGenerator<Message> {
  yield* messages;
}

/** Takes a round as a list, or as a stream. */
type Take = (strategy: Strategy, round: number, replies: Message[], grid: FakeGrid) => Promise<TrainOutcome>;

const asList: Take = (strategy, round, replies, grid) => strategy.aggregateTrain(round, replies, grid);
const asStream: Take = (strategy, round, replies, grid) =>
  strategy.streamTrain!(round, eachOf(replies), grid);

async function runRound(
  strategy: Strategy,
  vector: RoundVector,
  take: Take,
  log = new FakeLog(),
): Promise<TrainOutcome> {
  const grid = new FakeGrid(nodeIds.slice(0, Math.max(2, vector.replies?.length ?? 2)));
  const config = new ConfigRecord({ lr: 0.1 });
  const arrays = arraysOf(vector.currentArrays);
  if (vector.configure || !vector.replies) {
    const messages = await strategy.configureTrain({ round: vector.round, arrays, config, grid });
    if (vector.configure) assertConfigured(messages, vector.configure, config);
  }
  const outcome = await take(strategy, vector.round, vector.replies!.map(replyOf), grid);
  log.lines.push(...grid.log.lines.filter(({ text }) => !text.startsWith("configure_")));
  return outcome;
}

interface Checking {
  readonly take: Take;
  readonly relative: number;
  readonly reordered: boolean;
}

async function checkRound(strategy: Strategy, vector: RoundVector, { take, ...nearness }: Checking) {
  const { error, arrays, metrics } = vector.expect as ExpectVector;
  const log = new FakeLog();
  if (error) return assertError(await assertRejects(() => runRound(strategy, vector, take), Error), error);
  const outcome = await runRound(strategy, vector, take, log);
  assertArrays(outcome.arrays, { expected: arrays, ...nearness });
  assertMetrics(outcome.metrics, metrics);
  assertState(strategy, vector.stateAfter, nearness.relative);
  const isOurs = strategy.name.startsWith("DifferentialPrivacy") || strategy.name === "Bulyan";
  if (!isOurs) assertEquals(log.texts("info"), vector.log.map(([, text]) => text));
}

/** Where "reference" means every bit. A power, a norm, or a sum in another order may differ in the last. */
const bitEqual = new Set(
  ["FedAvg", "FedProx", "FedAvgM", "FedYogi", "FedAdagrad", "FedMedian", "Krum", "MultiKrum"],
);

const named = (vector: CaseVector) => `${vector.id} ${JSON.stringify(vector.params ?? {})}`;

for (const vector of file.cases.filter(({ rounds }) => rounds)) {
  Deno.test(`vector ${named(vector)}`, async () => {
    for (const take of [asList, asStream]) {
      const strategy = strategyOf(vector, "reference");
      const relative = bitEqual.has(vector.strategy) ? 0 : toleranceOf(vector);
      const checking = { take, relative, reordered: relative > 0 };
      for (const round of vector.rounds!) await checkRound(strategy, round, checking);
    }
  });
}

/** What Flower goes on with, and we refuse unless told. Nothing else may differ. */
const refused: Record<string, string> = {
  "fedavg/nan-inf": "round 1 as its elements must be numbers: that of node 102 holds NaN",
  "fedavg/zero-weight-nan": "that of node 101 holds NaN",
  "fedavg/negative-weight": 'the weight "num-examples" must be a number from 0 up: that of node 101 is',
  "fedavg/mixed-dtype-across-clients-f32-first": "it is float32 in the first reply and float64 from node 102",
  "fedavg/mixed-dtype-across-clients-f64-first": "it is float64 in the first reply and float32 from node 102",
  "fedavg/shape-broadcast-silent": "it is (2, 3) in the first reply and (3) from node 102",
  "fedadam/nan": "node 102 holds NaN",
  "fedyogi/nan": "node 102 holds NaN",
  "fedadagrad/nan": "node 102 holds NaN",
  "fedmedian/nan": "node 102 holds NaN",
  "qfedavg/nan": "node 102 holds NaN",
  "fedtrimmedavg/beta-0.5-even": "beta must leave some of the 4 replies",
  "dp/server-fixed-nan": "node 102 holds NaN",
  "multikrum/select-zero": "numNodesToSelect must be 1 or more",
};
/** Where Flower pairs by position, or leaves arrays without axes alone, and we do not. */
const different = new Set(["fedavgm/key-order-differs", "dp/server-fixed-0d-not-clipped"]);

for (const vector of file.cases.filter(({ rounds, id }) => rounds && !different.has(id))) {
  Deno.test(`folded as replies arrive: vector ${named(vector)}`, async () => {
    const run = async () => {
      const strategy = strategyOf(vector, "streaming");
      // An optimiser divides small differences by small roots, which shows what NumPy's sums had lost.
      const checking = { take: asStream, relative: 10 * toleranceOf(vector), reordered: true };
      for (const round of vector.rounds!) {
        if (refused[vector.id]) await runRound(strategy, round, asStream);
        else await checkRound(strategy, round, checking);
      }
    };
    if (refused[vector.id]) await assertRejects(run, Error, refused[vector.id]);
    else await run();
  });
}

for (const vector of file.cases.filter(({ evaluate }) => evaluate)) {
  Deno.test(`vector ${named(vector)}`, async () => {
    const strategy = strategyOf(vector, "streaming");
    const work = () => strategy.aggregateEvaluate(1, vector.replies!.map(replyOf), new FakeGrid(nodeIds));
    const { error, metrics } = vector.expect!;
    if (error) assertError(await assertRejects(work, Error), error);
    else assertMetrics(await work(), metrics);
  });
}

for (const vector of file.cases.filter(({ construct }) => construct)) {
  Deno.test(`vector ${named(vector)}`, () => {
    const error = assertThrows(() => strategyOf(vector, "reference"), Error);
    assertError(error, vector.expect!.error!);
  });
}

Deno.test("vector fedxgbcyclic/fraction-zero", async () => {
  const vector = file.cases.find(({ id }) => id === "fedxgbcyclic/fraction-zero")!;
  const phase = {
    round: 1,
    arrays: new ArrayRecord(),
    config: new ConfigRecord(),
    grid: new FakeGrid([1n, 2n]),
  };
  const error = await assertRejects(() => strategyOf(vector, "reference").configureTrain(phase), Error);
  assertError(error, vector.expect!.error!);
});

const summaries: Record<string, Strategy> = {
  ...Object.fromEntries(
    Object.keys(plain).filter((name) => name !== "QFedAvg" && name !== "FedProx").map((name) => [
      name,
      new plain[name]({}),
    ]),
  ),
  FedProx: new FedProx({ proximalMu: 0.1 }),
  QFedAvg: new QFedAvg({ clientLearningRate: 0.1 }),
};

for (const [name, lines] of Object.entries(file.golden.summary_log)) {
  const fixed = { noiseMultiplier: 0, clippingNorm: 0.2, numSampledClients: 5 };
  const adaptive = { noiseMultiplier: 0, initialClippingNorm: 0.25, numSampledClients: 5 };
  const strategy = summaries[name] ??
    (wrappers[name] && new wrappers[name](new FedAvg(), name.includes("Adaptive") ? adaptive : fixed));
  if (!strategy) continue;
  Deno.test(`the log shows the settings of ${name} as Flower does`, () => {
    assertEquals(strategy.summary(), lines.map(([, text]) => text));
  });
}

Deno.test("every strategy of Flower's has vectors here", () => {
  const names = new Set(file.cases.map(({ strategy }) => strategy));
  assertEquals([...names].sort(), [...Object.keys(plain), ...Object.keys(wrappers)].sort());
});
