import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { DType } from "../record/dtype.ts";
import { NDArray } from "../record/ndarray.ts";
import { asType, float64, minus, over, plus, sign, squareRoot, times } from "./arithmetic.ts";
import { resultType } from "./promotion.ts";

const float32 = (...values: number[]) => new NDArray(Float32Array.from(values));
const int64 = (...values: bigint[]) => new NDArray(BigInt64Array.from(values));

/** What NumPy says of two element types. */
const types: [a: DType, b: DType, result: DType][] = [
  ["float32", "float64", "float64"],
  ["float16", "float32", "float32"],
  ["float16", "int8", "float16"],
  ["float16", "uint16", "float32"],
  ["float32", "int16", "float32"],
  ["float32", "int32", "float64"],
  ["float32", "bool", "float32"],
  ["int8", "uint8", "int16"],
  ["int64", "uint32", "int64"],
  ["int64", "uint64", "float64"],
  ["bool", "uint8", "uint8"],
  ["complex64", "float64", "complex128"],
  ["complex64", "float32", "complex64"],
];

for (const [a, b, result] of types) {
  Deno.test(`${a} and ${b} make ${result}`, () => {
    assertEquals([resultType(a, b), resultType(b, a)], [result, result]);
  });
}

Deno.test("a plain number takes on the element type, and is rounded to it", () => {
  const product = times(float32(3), 0.1);
  assertEquals(product.dtype, "float32");
  assertEquals(product.data[0], Math.fround(Math.fround(0.1) * 3));
  assertEquals(times(int64(3n), 0.1).data, Float64Array.of(3 * 0.1));
});

Deno.test("a number with an element type of its own widens", () => {
  const product = times(float32(0.1), float64(0.1));
  assertEquals([product.dtype, product.data[0]], ["float64", Math.fround(0.1) * 0.1]);
});

Deno.test("an array without axes meets every element of the other", () => {
  const one = new NDArray(Float32Array.of(2), []);
  assertEquals(minus(float32(1, 5), one).data, Float32Array.of(-1, 3));
  assertEquals(minus(one, float32(1, 5)).data, Float32Array.of(1, -3));
  assertEquals(plus(one, one).shape, []);
});

Deno.test("integers stay integers and wrap around", () => {
  assertEquals(minus(int64(2n ** 62n), int64(-1n)).data, BigInt64Array.of(2n ** 62n + 1n));
  const bytes = (value: number) => new NDArray(Uint8Array.of(value));
  assertEquals(minus(bytes(1), bytes(3)).data, Uint8Array.of(254));
  assertEquals(over(bytes(1), bytes(2)).data, Float64Array.of(0.5));
});

Deno.test("roots and signs", () => {
  assertEquals(squareRoot(float32(2)).data[0], Math.fround(Math.SQRT2));
  assertEquals(sign(float32(-3, 0, 7)).data, Float32Array.of(-1, 0, 1));
  assertEquals(squareRoot(int64(9n)).data, Float64Array.of(3));
});

Deno.test("halves are rounded after every operation", () => {
  const half = NDArray.fromHalves([0.1]);
  const sum = plus(half, half);
  assertEquals([sum.dtype, sum.toNumbers()[0]], ["float16", 2 * half.toNumbers()[0]]);
  assertEquals(asType(float32(0.1), "float16").data, half.data);
});

Deno.test("shapes that differ are refused, and so are complex numbers", () => {
  assertThrows(() => plus(float32(1, 2), float32(1, 2, 3)), RangeError, "(2) and (3)");
  const complex = NDArray.zeros([1], "complex64");
  assertThrows(() => plus(complex, complex), TypeError, "complex64");
});

Deno.test("single precision is that of rounding every operation", () => {
  const single = fc.float({ noNaN: true });
  fc.assert(fc.property(single, single, (a, b) => {
    assertEquals(plus(float32(a), float32(b)).data[0], Math.fround(a + b));
    assertEquals(times(float32(a), float32(b)).data[0], Math.fround(a * b));
  }));
});
