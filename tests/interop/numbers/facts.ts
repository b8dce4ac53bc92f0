/** What the numbers app tells: the model after each round, and all metrics. */
import { assert, assertEquals } from "@std/assert";

/** One array: its name, element type, shape, and elements in little-endian hexadecimal digits. */
type ArrayFact = readonly [key: string, dtype: string, shape: readonly number[], hex: string];
type Metrics = Readonly<Record<string, number | readonly number[]>>;

/** A line that begins with `NUMBERS`. */
interface Fact {
  readonly strategy: string;
  readonly round?: number;
  readonly model?: readonly ArrayFact[];
  readonly phase?: "train" | "evaluate";
  readonly metrics?: readonly (readonly [round: number, metrics: Metrics])[];
}

/** What a run told: facts by what they are about. */
export type Facts = ReadonlyMap<string, Fact>;

/** How near numbers must be. */
export type Nearness = "bit by bit" | "to the tolerance";

/** What part of the largest number in its array a number may be off, by the precision in which nodes train it. */
const SINGLE = 1e-6, DOUBLE = 1e-12;
const TOLERANCES: Readonly<Record<string, number>> = { w: SINGLE, b: SINGLE, v: DOUBLE, c: DOUBLE };
/** Optimisers divide small differences by small roots, round after round. */
const GROWTH = 10;
/** In these the arrays have a length in common, so that each is as exact as the least exact. */
const COUPLED = /^(DifferentialPrivacy|QFedAvg)/;

/** The facts in what a run printed. */
export function factsIn(text: string): Facts {
  const facts = [...text.matchAll(/NUMBERS (\{.*\})$/gm)].map(([, line]) => JSON.parse(line) as Fact);
  return new Map(facts.map((fact) => [`${fact.strategy}, ${fact.phase ?? `round ${fact.round}`}`, fact]));
}

/** The strategies that facts are about, in order. */
export function strategiesIn(facts: Facts): string[] {
  return [...new Set([...facts.values()].map(({ strategy }) => strategy))];
}

/** Fails where models differ in their names, types and shapes, or in numbers by more than they may. */
export function assertSameNumbers(
  actual: Facts,
  expected: Facts,
  nearness: (strategy: string) => Nearness,
): void {
  assertEquals([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [about, fact] of expected) {
    const near = nearness(fact.strategy);
    if (fact.model) assertModel(actual.get(about)!.model!, fact.model, { about, near });
    if (fact.metrics) assertMetrics(actual.get(about)!.metrics!, fact.metrics, about);
  }
}

interface Comparison {
  readonly about: string;
  readonly near: Nearness;
}

function assertModel(actual: readonly ArrayFact[], expected: readonly ArrayFact[], scene: Comparison): void {
  const looks = (model: readonly ArrayFact[]) => model.map(([key, dtype, shape]) => ({ key, dtype, shape }));
  assertEquals(looks(actual), looks(expected), scene.about);
  expected.forEach(([key, dtype, , hex], i) => {
    const about = `${scene.about}, ${key}`;
    // Models that are text, and those that follow the same arithmetic step by step, are the same or wrong.
    if (!(key in TOLERANCES) || scene.near === "bit by bit") return assertEquals(actual[i][3], hex, about);
    const relative = GROWTH * (COUPLED.test(scene.about) ? SINGLE : TOLERANCES[key]);
    assertNear(numbersOf(dtype, actual[i][3]), numbersOf(dtype, hex), { about, relative });
  });
}

function assertMetrics(
  actual: NonNullable<Fact["metrics"]>,
  expected: NonNullable<Fact["metrics"]>,
  about: string,
): void {
  const looks = (rounds: typeof actual) => rounds.map(([round, metrics]) => [round, Object.keys(metrics)]);
  assertEquals(looks(actual), looks(expected), about);
  expected.forEach(([round, metrics], i) => {
    for (const [key, value] of Object.entries(metrics)) {
      const numbers = [actual[i][1][key], value].map((value) => Float64Array.from([value].flat()));
      assertNear(numbers[0], numbers[1], { about: `${about}, round ${round}, ${key}`, relative: 1e-9 });
    }
  });
}

function assertNear(
  actual: Float64Array,
  expected: Float64Array,
  { about, relative }: { about: string; relative: number },
): void {
  assertEquals(actual.length, expected.length, about);
  // Terms cancel each other out: what is left is as exact as the largest of them.
  const scale = Math.max(...expected.map(Math.abs));
  actual.forEach((value, i) => {
    const apart = Math.abs(value - expected[i]) / scale;
    assert(apart <= relative, `${about}[${i}]: ${value} instead of ${expected[i]}, ${apart} apart`);
  });
}

function numbersOf(dtype: string, hex: string): Float64Array {
  const { buffer } = Uint8Array.fromHex(hex);
  return Float64Array.from(dtype === "float32" ? new Float32Array(buffer) : new Float64Array(buffer));
}
