import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeGrid } from "../../tests/fakes/grid.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { settled } from "../../tests/fakes/clock.ts";
import { chosen, sampleNodes } from "./sampling.ts";

const ids = (count: number) => Array.from({ length: count }, (_, i) => BigInt(i + 1));

/** Nodes online, settings, how many are taken. */
const sizes: [online: number, fraction: number, minNodes: number, taken: number][] = [
  [10, 1, 2, 10],
  [10, 0.5, 2, 5],
  [100, 0.29, 2, 28],
  [3, 0.1, 2, 2],
  [5, 0, 0, 0],
];

for (const [online, fraction, minNodes, taken] of sizes) {
  Deno.test(`of ${online} nodes, a part of ${fraction} and at least ${minNodes} makes ${taken}`, async () => {
    const sample = await sampleNodes(new FakeGrid(ids(online)), { fraction, minNodes, minAvailableNodes: 2 });
    assertEquals([sample.nodeIds.length, sample.online], [taken, online]);
  });
}

Deno.test("waits until enough nodes are online, and says how many are missing when that changes", async () => {
  const grid = new FakeGrid(ids(1));
  const sampling = sampleNodes(grid, { fraction: 1, minNodes: 2, minAvailableNodes: 3 });
  await grid.clock.advance(5_000);
  grid.nodeIds = ids(2);
  await grid.clock.advance(2_000);
  grid.nodeIds = ids(3);
  await grid.clock.advance(1_000);
  await settled();
  assertEquals((await sampling).nodeIds.length, 3);
  assertEquals(grid.log.texts(), [
    "Waiting for nodes to connect: 1 connected (minimum required: 3).",
    "Waiting for nodes to connect: 2 connected (minimum required: 3).",
  ]);
});

Deno.test("a choice has distinct items of the pool, as many as asked for", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.nat(), fc.nat(), (count, part, seed) => {
    const pool = ids(count);
    const size = part % (count + 1);
    const taken = chosen(pool, { size, random: new FakeRandom(seed) });
    assertEquals(new Set(taken).size, size);
    assertEquals(taken.every((id) => pool.includes(id)), true);
    assertEquals(pool, ids(count));
  }));
});

Deno.test("every item is chosen about equally often", () => {
  const random = new FakeRandom(3);
  const counts = new Array(5).fill(0);
  for (let i = 0; i < 5_000; i++) {
    for (const item of chosen([0, 1, 2, 3, 4], { size: 2, random })) counts[item]++;
  }
  assertEquals(counts.every((count) => count > 1_800 && count < 2_200), true, String(counts));
});
