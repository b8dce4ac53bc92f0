import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "./turns.ts";

Deno.test("a few work at a time, in the order in which they came, and each gets its own result", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  let working = 0, most = 0;
  const results = await Promise.all(Array.from({ length: 7 }, (_, index) =>
    turns.take(async () => {
      begun.push(index);
      most = Math.max(most, ++working);
      await Promise.resolve();
      working--;
      return index * 10;
    })));
  assertEquals(results, [0, 10, 20, 30, 40, 50, 60]);
  assertEquals(begun, [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(most, 2);
});

Deno.test("work that fails ends its turn", async () => {
  const turns = new Turns(1);
  await assertRejects(() => turns.take(() => Promise.reject(new Error("no"))), Error, "no");
  assertEquals(await turns.take(() => Promise.resolve("yes")), "yes");
});
