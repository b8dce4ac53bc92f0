import { assertEquals, assertRejects } from "@std/assert";
import { IN_FLIGHT_BYTES, limitFor, transfer } from "./transfer.ts";

const { signal } = new AbortController();
const MIB = 1_048_576;
const inFlightBytes = IN_FLIGHT_BYTES.sent;

/** Counts how many objects of these sizes are on their way at once. */
async function mostAtOnce(sizes: readonly number[]): Promise<{ begun: number[]; most: number }> {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  const move = async (index: number) => {
    begun.push(index);
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 0));
    now--;
    return sizes[index];
  };
  await transfer(sizes.keys(), { signal, move, inFlightBytes });
  return { begun, most };
}

Deno.test("objects of 5 MiB go one at a time, small ones eight, all of them in order", async () => {
  const large = await mostAtOnce(Array(12).fill(5 * MIB));
  assertEquals([large.begun, large.most], [[...Array(12).keys()], 1]);
  const small = await mostAtOnce(Array(60).fill(200));
  assertEquals([small.begun, small.most], [[...Array(60).keys()], 8]);
});

Deno.test("chunks with heads between them stay alone", async () => {
  const sizes = Array.from({ length: 40 }, (_, index) => index % 2 === 0 ? 5 * MIB : 300);
  assertEquals((await mostAtOnce(sizes)).most, 1);
});

Deno.test("large objects are few and small ones many, within bounds", () => {
  const cases = [[0, 8], [100, 8], [MIB, 6], [2 * MIB, 3], [5 * MIB, 1], [500 * MIB, 1]];
  for (const [size, limit] of cases) assertEquals(limitFor(size, inFlightBytes), limit, String(size));
  assertEquals(limitFor(5 * MIB, IN_FLIGHT_BYTES.received), 2);
});

Deno.test("after a failure nothing new begins, and what is under way is told", async () => {
  const begun: number[] = [];
  let told = false;
  const move = (item: number, signal: AbortSignal) => {
    begun.push(item);
    if (item < 0) return Promise.resolve(100);
    if (item === 2) return Promise.reject(new Error("second"));
    return new Promise<number>((resolve) =>
      signal.addEventListener("abort", () => {
        told = true;
        resolve(0);
      })
    );
  };
  await assertRejects(
    () => transfer([-3, -2, -1, 1, 2, 3, 4], { signal, move, inFlightBytes }),
    Error,
    "second",
  );
  assertEquals([begun, told], [[-3, -2, -1, 1, 2], true]);
});

Deno.test("nothing begins once the signal is aborted", async () => {
  const begun: number[] = [];
  const move = (item: number) => Promise.resolve(begun.push(item));
  await transfer([1, 2], { signal: AbortSignal.abort(), move, inFlightBytes });
  assertEquals(begun, []);
});
