import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Seed, SeededRandom } from "./seeded_random.ts";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const seeds = fc.tuple(word, word, word, word);

Deno.test("the same seed gives the same numbers, another seed others", () => {
  fc.assert(fc.property(seeds, seeds, (one, other) => {
    const bytes = (seed: Seed) => new SeededRandom(seed).bytes(32).toHex();
    assertEquals(bytes(one), bytes(one));
    assertEquals(bytes(one) === bytes(other), String(one) === String(other));
  }));
});

Deno.test("as many bytes as are asked for, and fractions that fill 0 to 1 evenly", () => {
  fc.assert(fc.property(seeds, fc.nat(40), (seed, count) => {
    assertEquals(new SeededRandom(seed).bytes(count).length, count);
  }));
  const random = new SeededRandom([1, 2, 3, 4]);
  const tenths = new Array(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const drawn = random.fraction();
    assert(drawn >= 0 && drawn < 1);
    tenths[Math.floor(drawn * 10)]++;
  }
  assert(tenths.every((count) => count > 850 && count < 1150), String(tenths));
});
