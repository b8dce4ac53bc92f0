import { assertEquals } from "@std/assert";
import { FakeRandom } from "../../../tests/fakes/random.ts";
import { NDArray } from "../record/ndarray.ts";
import { NormalNumbers, withNoise } from "./noise.ts";

const numbersFrom = (seed: number) => {
  const random = new FakeRandom(seed);
  return new NormalNumbers((count) => random.bytes(count));
};

Deno.test("noise has the mean, the spread and the tails of the normal distribution", () => {
  const numbers = numbersFrom(7);
  const count = 40_000;
  const drawn = Array.from({ length: count }, () => numbers.next());
  const mean = drawn.reduce((sum, value) => sum + value, 0) / count;
  const variance = drawn.reduce((sum, value) => sum + value * value, 0) / count;
  const within = (limit: number) => drawn.filter((value) => Math.abs(value) < limit).length / count;
  assertEquals(Math.abs(mean) < 0.02, true, `mean ${mean}`);
  assertEquals(Math.abs(variance - 1) < 0.03, true, `variance ${variance}`);
  assertEquals(Math.abs(within(1) - 0.6827) < 0.01, true, `within one: ${within(1)}`);
  assertEquals(Math.abs(within(2) - 0.9545) < 0.006, true, `within two: ${within(2)}`);
});

Deno.test("noise keeps the element type of floats, and none changes nothing", () => {
  const array = new NDArray(Float32Array.of(1, 2, 3));
  const noisy = withNoise(array, { stddev: 0.5, numbers: numbersFrom(1) });
  assertEquals(noisy.dtype, "float32");
  assertEquals(noisy.data.some((value, i) => value !== array.data[i]), true);
  assertEquals(withNoise(array, { stddev: 0, numbers: numbersFrom(1) }).data, array.data);
});
