import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReplayWindow } from "./replay_window.ts";

Deno.test("a number is taken once, in any order within the window", () => {
  const window = new ReplayWindow();
  const taken = [0, 2, 1, 1, 0, 5_000, 904, 905, 4_999, 4_999].map((number) => window.take(number));
  assertEquals(taken, [true, true, true, false, false, true, false, true, true, false]);
});

Deno.test("no number is ever taken twice, and every new one that is not too old is taken", () => {
  const steps = fc.array(
    fc.oneof(fc.nat(50), fc.nat(20_000), fc.integer({ min: 2 ** 40, max: 2 ** 40 + 9_000 })),
    {
      maxLength: 300,
    },
  );
  fc.assert(fc.property(steps, (numbers) => {
    const window = new ReplayWindow();
    const used = new Set<number>();
    let highest = -1;
    for (const number of numbers) {
      const expected = !used.has(number) && number > highest - 4_096;
      assertEquals(window.take(number), expected);
      if (expected) used.add(number);
      highest = Math.max(highest, number);
    }
  }));
});
