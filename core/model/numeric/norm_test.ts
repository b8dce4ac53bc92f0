import { assertEquals } from "@std/assert";
import { NDArray } from "../record/ndarray.ts";
import { lengthOfAll, sumOfAllSquares } from "./norm.ts";

const singles = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => (i % 97) * Math.fround(0.1));

/** The sum of squares as NumPy 2.4 gives it, in single and in double precision. */
const sums: [count: number, single: number, double: number][] = [
  [7, 0.9100000262260437, 0.9100000420212753],
  [8, 1.399999976158142, 1.4000000253319749],
  [130, 3109.76025390625, 3109.7601145917206],
  [1000, 30039.15234375, 30039.15110576603],
  [5000, 153245.671875, 153245.6656405176],
];
for (const [count, single, double] of sums) {
  Deno.test(`${count} squares are added in NumPy's order`, () => {
    const data = singles(count);
    assertEquals(sumOfAllSquares([new NDArray(data)]), single);
    assertEquals(sumOfAllSquares([new NDArray(Float64Array.from(data))]), double);
  });
}

Deno.test("a length is that of the widest element type", () => {
  const [single, double] = [new NDArray(Float32Array.of(0.1, 0.2)), new NDArray(Float64Array.of(0.3))];
  const squares = Math.fround(0.1) ** 2 + Math.fround(0.2) ** 2;
  const length = lengthOfAll([single]);
  assertEquals([Math.fround(length) === length, Math.abs(length - Math.sqrt(squares)) < 1e-7], [true, true]);
  assertEquals(Math.abs(lengthOfAll([single, double]) - Math.sqrt(squares + 0.09)) < 1e-7, true);
  assertEquals(lengthOfAll([double]), 0.3);
  assertEquals(lengthOfAll([new NDArray(BigInt64Array.of(3n, -4n))]), 5);
});
