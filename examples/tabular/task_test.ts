import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Context, RecordDict } from "corolla";
import { accuracyOf, FEATURES, loadPeople, type Person, privateStep } from "./task.ts";

const contextOf = (partition: bigint, partitions: bigint) =>
  new Context({
    runId: 1n,
    nodeId: 2n,
    seriesId: 1n,
    nodeConfig: new Map([["partition-id", partition], ["num-partitions", partitions]]),
    runConfig: new Map(),
    state: new RecordDict(),
  });

const numbers = (max: number) =>
  fc.array(fc.double({ min: -max, max, noNaN: true }), { minLength: FEATURES, maxLength: FEATURES });
const person = fc.record({ features: numbers(50), label: fc.constantFrom(0, 1) });

function stepped(weights: readonly number[], people: readonly Person[]): Float32Array {
  const moved = Float32Array.from(weights);
  privateStep(moved, people, { lr: 0.5, clippingNorm: 2 });
  return moved;
}

Deno.test("one person moves the model by no more than the noise is made for", () => {
  const people = fc.array(person, { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(numbers(3), people, (weights, everyone) => {
    const nobody = { features: new Array(FEATURES).fill(0), label: 0 };
    const [before, after] = [stepped(weights, everyone), stepped(weights, [nobody, ...everyone.slice(1)])];
    const moved = Math.hypot(...before.map((weight, i) => weight - after[i]));
    // The weights are in single precision.
    return moved <= 0.5 * 2 / everyone.length + 1e-5;
  }));
});

Deno.test("all workers are dealt out, each to one node, and a fifth of them is for testing", async () => {
  let [training, testing] = [0, 0];
  for (const partition of [0n, 1n, 2n]) {
    const people = await loadPeople(contextOf(partition, 3n));
    training += people.training.length;
    testing += people.testing.length;
    assertEquals(
      [...people.training, ...people.testing].every(({ features }) => features.length === FEATURES),
      true,
    );
  }
  assertEquals([training + testing, Math.round(testing / 53.4)], [534, 2]);
});

Deno.test("the model learns without noise, too", async () => {
  const { training, testing } = await loadPeople(contextOf(0n, 1n));
  const weights = new Float32Array(FEATURES);
  const before = accuracyOf(weights, testing);
  for (let step = 0; step < 200; step++) privateStep(weights, training, { lr: 1, clippingNorm: 1 });
  const after = accuracyOf(weights, testing);
  assertEquals(after > before + 0.05, true, `${before} then ${after}`);
});
