import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FakeGrid, type FakeNode } from "../../tests/fakes/grid.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { numberOf, strategyVectors } from "../../tests/suites/strategy_vectors.ts";
import { NormalNumbers } from "../model/numeric/noise.ts";
import { setTimeSource } from "../model/now.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { AdaptiveClippingNorm, splitNoise } from "./clipping_norm.ts";
import { DifferentialPrivacyServerSideAdaptiveClipping } from "./dp_adaptive_clipping.ts";
import {
  DifferentialPrivacyClientSideFixedClipping,
  DifferentialPrivacyServerSideFixedClipping,
} from "./dp_fixed_clipping.ts";
import { FedAdam } from "./fed_adam.ts";
import { FedAvg } from "./fed_avg.ts";
import { PrivacyAccountant } from "./privacy_accountant.ts";

setTimeSource(() => 1_800_000_000);

const { tables } = await strategyVectors();

for (const row of tables.compute_adaptive_noise_params) {
  const { noise_multiplier: noiseMultiplier, num_sampled_clients: numSampledClients } = row;
  const clippedCountStddev = row.clipped_count_stddev ?? undefined;
  Deno.test(`noise ${noiseMultiplier} for ${numSampledClients} clients, ${clippedCountStddev} on the count`, () => {
    const split = () => splitNoise({ noiseMultiplier, numSampledClients, clippedCountStddev });
    if (row.expect.error) return void assertThrows(split, RangeError, "above half of it");
    const [noise, stddev] = [row.expect.noise_multiplier, row.expect.clipped_count_stddev].map(numberOf).map(
      Number,
    );
    const result = split();
    assertEquals(Math.abs(result.noiseMultiplier - noise) <= 1e-12 * noise, true);
    assertEquals(result.clippedCountStddev, stddev);
  });
}

/**
 * Epsilon at 1e-5 after so many rounds, from an independent sum of the same series. With the older conversion to epsilon,
 * the second and the third row give 1.18 and 3.01, which TensorFlow Privacy's tutorials name.
 */
const known: [noise: number, rate: number, rounds: number, epsilon: number][] = [
  [1, 1, 1, 4.752728336819823],
  [1.3, 250 / 60000, 3600, 0.9422002181626392],
  [1.1, 256 / 60000, 14040, 2.5948176752356],
];

for (const [noiseMultiplier, samplingRate, rounds, expected] of known) {
  Deno.test(`noise ${noiseMultiplier}, a part of ${samplingRate.toFixed(4)}, ${rounds} rounds`, () => {
    const accountant = new PrivacyAccountant();
    for (let round = 0; round < rounds; round++) accountant.step({ noiseMultiplier, samplingRate });
    const epsilon = accountant.epsilon(1e-5);
    assertEquals(Math.abs(epsilon / expected - 1) < 1e-9, true, `${epsilon}`);
  });
}

Deno.test("privacy costs more with less noise, with more nodes of all, and with each round", () => {
  const step = fc.record({
    noiseMultiplier: fc.double({ min: 0.5, max: 5, noNaN: true }),
    samplingRate: fc.double({ min: 0.001, max: 0.9, noNaN: true }),
  });
  const epsilonOf = (...steps: { noiseMultiplier: number; samplingRate: number }[]) => {
    const accountant = new PrivacyAccountant();
    for (const each of steps) accountant.step(each);
    return accountant.epsilon(1e-5);
  };
  fc.assert(
    fc.property(step, (one) => {
      const epsilon = epsilonOf(one);
      assertEquals(epsilonOf(one, one) >= epsilon, true);
      assertEquals(epsilonOf({ ...one, noiseMultiplier: one.noiseMultiplier * 0.9 }) >= epsilon, true);
      assertEquals(epsilonOf({ ...one, samplingRate: 1 }) >= epsilon, true);
    }),
    { numRuns: 20 },
  );
  assertEquals(epsilonOf({ noiseMultiplier: 0, samplingRate: 1 }), Infinity);
});

const model = (...values: number[]) => ArrayRecord.from({ w: new NDArray(Float32Array.from(values)) });

/** Nodes that go one step each in the first element, and count as they are numbered. */
const node: FakeNode = (message) => {
  const [array] = message.content.arrays("arrays").toArrays();
  const moved = Float32Array.from(array.toNumbers(), (value, i) => i === 0 ? value + 1 : value);
  const metrics = new MetricRecord({ "num-examples": Number(message.metadata.dstNodeId) });
  return message.reply(new RecordDict({ arrays: model(...moved), metrics }));
};

const settings = { noiseMultiplier: 1, clippingNorm: 0.5, numSampledClients: 2 };
const inner = () => new FedAvg({ fractionEvaluate: 0 });

Deno.test("noise of the right size is added to a mean of clipped updates", async () => {
  const grid = new FakeGrid([1n, 2n], node);
  const strategy = new DifferentialPrivacyServerSideFixedClipping(inner(), settings);
  const { arrays } = await strategy.start(grid, model(...new Array(5000).fill(0)), { numRounds: 1 });
  const values = arrays.toArrays()[0].toNumbers().slice(1);
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  assertEquals(Math.abs(spread / 0.25 - 1) < 0.05, true, `${spread}`);
});

Deno.test("the accountant tells epsilon after each round, and that a large node costs more", async () => {
  const grid = new FakeGrid([1n, 3n], node);
  const strategy = new DifferentialPrivacyServerSideFixedClipping(inner(), {
    ...settings,
    accountant: { delta: 1e-5, population: 100 },
  });
  await strategy.start(grid, model(0), { numRounds: 2 });
  const told = grid.log.texts().filter((text) => text.startsWith("Privacy"));
  const share = "; the largest node counts 1.50 times what the noise was made for";
  assertEquals(
    told[1],
    `Privacy after 2 rounds: epsilon ${strategy.epsilon!.toFixed(4)} at delta 0.00001${share}`,
  );
  const accountant = new PrivacyAccountant();
  for (let round = 0; round < 2; round++) accountant.step({ noiseMultiplier: 1 / 1.5, samplingRate: 0.02 });
  assertEquals(strategy.epsilon, accountant.epsilon(1e-5));
});

Deno.test("account is kept of a plain mean only", () => {
  const accountant = { delta: 1e-5 };
  const around = (strategy: FedAvg) =>
    new DifferentialPrivacyServerSideFixedClipping(strategy, { ...settings, accountant });
  assertThrows(() => around(new FedAdam()), TypeError, "must be FedAvg or FedProx");
  assertThrows(
    () =>
      new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), { ...settings, accountant: { delta: 0 } }),
    RangeError,
    "delta",
  );
});

Deno.test("the norm, the account and the inner strategy's state are saved and taken up", async () => {
  const make = () =>
    new DifferentialPrivacyServerSideAdaptiveClipping(inner(), {
      noiseMultiplier: 0.05,
      numSampledClients: 2,
      accountant: { delta: 1e-5 },
    });
  const first = make();
  await first.start(new FakeGrid([1n, 2n], node), model(0), { numRounds: 3 });
  const second = make();
  second.loadState(first.saveState());
  assertEquals([second.clippingNorm, second.epsilon], [first.clippingNorm, first.epsilon]);
});

Deno.test("a failed node spoils the round, and nothing is aggregated", async () => {
  const grid = new FakeGrid(
    [1n, 2n],
    (message) => message.metadata.dstNodeId === 2n ? message.replyError(2, "no") : node(message),
  );
  const strategy = new DifferentialPrivacyServerSideFixedClipping(inner(), settings);
  const result = await strategy.start(grid, model(0), { numRounds: 1 });
  assertEquals(result.arrays.size, 0);
});

Deno.test("the adaptive norm follows the paper when asked to", () => {
  const numbers = new NormalNumbers((count) => new FakeRandom(1).bytes(count));
  const after = (clipped: number, quantileSemantics: "flower" | "paper") => {
    const norm = new AdaptiveClippingNorm({ noiseMultiplier: 0, numSampledClients: 4, quantileSemantics });
    norm.observe({ round: 1, clipped, replies: 4 }, numbers);
    return norm.value;
  };
  // All were clipped: the paper lets the norm grow, Flower lets it shrink.
  assertEquals([after(4, "paper") > 0.1, after(4, "flower") < 0.1], [true, true]);
  assertEquals([after(0, "paper") < 0.1, after(0, "flower") > 0.1], [true, true]);
});

Deno.test("integers are left alone when only floats are to be clipped", async () => {
  const mixed = (w: number, steps: bigint) =>
    ArrayRecord.from({ w: new NDArray(Float32Array.of(w)), steps: new NDArray(BigInt64Array.of(steps)) });
  const counting: FakeNode = (message) =>
    message.reply(
      new RecordDict({ arrays: mixed(9, 4n), metrics: new MetricRecord({ "num-examples": 1 }) }),
    );
  const start = (floatsOnly: boolean) =>
    new DifferentialPrivacyServerSideFixedClipping(inner(), { ...settings, noiseMultiplier: 0, floatsOnly })
      .start(new FakeGrid([1n, 2n], counting), mixed(0, 0n), { numRounds: 1 });
  assertEquals((await start(true)).arrays.toArrays().map(({ data }) => data[0]), [0.5, 4]);
  await assertRejects(() => start(false), RangeError, "the reply of node");
});

Deno.test("nodes are told the norm when they clip", async () => {
  const config = new ConfigRecord();
  const strategy = new DifferentialPrivacyClientSideFixedClipping(inner(), settings);
  await strategy.configureTrain({ round: 1, arrays: model(0), config, grid: new FakeGrid([1n, 2n]) });
  assertEquals([config.getFloat("clipping_norm"), config.kind("clipping_norm")], [0.5, "double"]);
});
