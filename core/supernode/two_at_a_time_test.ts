import { assertEquals, assertRejects } from "@std/assert";
import { twoAtATime } from "./two_at_a_time.ts";

const { signal } = new AbortController();

Deno.test("everything is done, in order, and never more than two at once", async () => {
  const begun: number[] = [];
  let now = 0;
  let most = 0;
  const work = async (item: number) => {
    begun.push(item);
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
  };
  await twoAtATime([1, 2, 3, 4, 5], { signal, work });
  assertEquals([begun, most, now], [[1, 2, 3, 4, 5], 2, 0]);
});

Deno.test("after a failure nothing new begins, and what is under way is told", async () => {
  const begun: number[] = [];
  let told = false;
  const work = (item: number, signal: AbortSignal) => {
    begun.push(item);
    if (item === 2) return Promise.reject(new Error("second"));
    return new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => {
        told = true;
        resolve();
      })
    );
  };
  await assertRejects(() => twoAtATime([1, 2, 3, 4], { signal, work }), Error, "second");
  assertEquals([begun, told], [[1, 2], true]);
});

Deno.test("nothing begins once the signal is aborted", async () => {
  const begun: number[] = [];
  const work = (item: number) => Promise.resolve(void begun.push(item));
  await twoAtATime([1, 2], { signal: AbortSignal.abort(), work });
  assertEquals(begun, []);
});
