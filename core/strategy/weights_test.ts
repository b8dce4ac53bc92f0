import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { float, type Forced, int } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { factorsOf } from "./weights.ts";

const replies = (...weights: (number | Forced)[]) =>
  weights.map((weight) => new RecordDict({ metrics: new MetricRecord({ w: weight }) }));

const table: [weights: (number | Forced)[], factors: number[]][] = [
  [[1, 3], [0.25, 0.75]],
  [[float(0.5), float(1.5)], [0.25, 0.75]],
  [[1, float(0.5)], [1 / 1.5, 0.5 / 1.5]],
  [[-1, 3], [-0.5, 1.5]],
  [[0, 4], [0, 1]],
];

for (const [weights, factors] of table) {
  Deno.test(`weights ${JSON.stringify(weights)} make ${factors.join(", ")}`, () => {
    assertEquals(factorsOf(replies(...weights), "w"), factors);
  });
}

Deno.test("weights that add up to 0 are refused", () => {
  assertThrows(() => factorsOf(replies(0, 0), "w"), RangeError, "add up to 0");
  assertThrows(() => factorsOf(replies(float(1), -1), "w"), RangeError, "add up to 0");
});

Deno.test("a quotient of large integers is the nearest double", () => {
  const large = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
  fc.assert(fc.property(large, large, (a, b) => {
    const [first] = factorsOf(replies(int(a), int(b)), "w");
    // As far as doubles go, the neighbours on both sides must be further away than what was given.
    const error = (factor: number) => magnitude(exact(factor) * (a + b) - a * SCALE);
    const step = 2 ** (Math.floor(Math.log2(first)) - 52);
    assertEquals(error(first) <= error(first + step) && error(first) <= error(first - step), true);
  }));
});

const SCALE = 2n ** 200n;
const magnitude = (value: bigint) => value < 0n ? -value : value;

/** A double as an integer in units of 2^-200. */
function exact(value: number): bigint {
  const exponent = Math.floor(Math.log2(value));
  return BigInt(value * 2 ** (52 - exponent)) * 2n ** BigInt(200 - 52 + exponent);
}
