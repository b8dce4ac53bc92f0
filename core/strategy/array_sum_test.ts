import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { DType } from "../model/record/dtype.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { withNumber } from "../model/numeric/promotion.ts";
import { WeightedSum } from "./array_sum.ts";

function sumOf(...terms: [NDArray, number][]): NDArray {
  const sum = new WeightedSum();
  for (const [array, factor] of terms) sum.add(array, factor);
  return sum.result;
}

const f32 = (values: number[], shape?: number[]) => new NDArray(Float32Array.from(values), shape);
const f64 = (values: number[], shape?: number[]) => new NDArray(Float64Array.from(values), shape);

const products: [DType, DType][] = [
  ["float16", "float16"],
  ["float32", "float32"],
  ["float64", "float64"],
  ["int8", "float64"],
  ["uint64", "float64"],
  ["bool", "float64"],
  ["complex64", "complex64"],
];

for (const [from, to] of products) {
  Deno.test(`a number times ${from} is ${to}`, () => {
    assertEquals(withNumber(from), to);
    assertEquals(sumOf([NDArray.zeros([2], from), 0.5]).dtype, to);
  });
}

Deno.test("each step of a float32 sum is rounded to float32", () => {
  const vector = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 });
  const factor = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(fc.array(fc.tuple(vector, factor), { minLength: 1, maxLength: 4 }), (terms) => {
    const actual = sumOf(...terms.map(([values, part]): [NDArray, number] => [f32(values), part]));
    const products = terms.map(([values, part]) => values.map((x) => Math.fround(x * Math.fround(part))));
    const expected = products.reduce((sum, product) => sum.map((x, i) => Math.fround(x + product[i])));
    assertEquals([...actual.data], expected);
  }));
});

Deno.test("the first array's type holds the sum, unless it is a single number", () => {
  assertEquals(sumOf([f32([1, 2]), 1], [f64([0.1, 0.2]), 1]).dtype, "float32");
  assertEquals(sumOf([f64([1, 2]), 1], [f32([0.5, 0.25]), 1]).data, Float64Array.of(1.5, 2.25));
  const single = sumOf([f32([1], []), 0.5], [f64([0.1], []), 0.5]);
  assertEquals([single.dtype, single.shape.length, single.data[0]], ["float64", 0, 0.55]);
});

Deno.test("a single number is stretched over a later array", () => {
  const sum = sumOf([f32([1], []), 1], [f32([1, 2, 3, 4], [2, 2]), 1]);
  assertEquals([sum.shape, [...sum.data]], [[2, 2], [2, 3, 4, 5]]);
});

Deno.test("axes of length 1 and missing axes are stretched", () => {
  const whole = f32([0, 0, 0, 0, 0, 0], [2, 3]);
  assertEquals([...sumOf([whole, 1], [f32([1, 2, 3]), 1]).data], [1, 2, 3, 1, 2, 3]);
  assertEquals([...sumOf([whole, 1], [f32([1, 2], [2, 1]), 1]).data], [1, 1, 1, 2, 2, 2]);
});

Deno.test("other shapes are refused", () => {
  assertThrows(() => sumOf([f32([1, 2]), 1], [f32([1, 2, 3]), 1]), RangeError, "(3) does not fit (2)");
  assertThrows(
    () => sumOf([f32([1, 2]), 1], [f32([1, 2], [1, 2]), 1]),
    RangeError,
    "(1, 2) does not fit (2)",
  );
});

Deno.test("complex numbers are added to complex ones, real ones to their real parts", () => {
  const complex = new NDArray(Float32Array.of(1, 2, 3, 4), [2], "complex64");
  assertEquals([...sumOf([complex, 1], [f32([10, 20]), 1]).data], [11, 2, 23, 4]);
  assertThrows(() => sumOf([f32([10, 20]), 1], [complex, 1]), TypeError, "complex64");
});

Deno.test("what is added stays as it was", () => {
  const array = f32([1, 2]);
  sumOf([array, 0.5], [array, 0.5]);
  assertEquals([...array.data], [1, 2]);
});
