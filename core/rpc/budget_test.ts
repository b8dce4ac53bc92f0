import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ByteBudget, type Release } from "./budget.ts";

const never = new AbortController().signal;

/** Notes the order in which wishes are granted. */
function wisher(budget: ByteBudget) {
  const granted: number[] = [];
  const releases: Release[] = [];
  const wish = (id: number, bytes: number, signal = never) =>
    budget.acquire(bytes, signal).then((release) => {
      granted.push(id);
      releases[id] = release;
    });
  return { granted, releases, wish };
}

Deno.test("wishes are granted while there is room, then in the order of the line", async () => {
  const budget = new ByteBudget(10);
  const { granted, releases, wish } = wisher(budget);
  const all = [wish(0, 6), wish(1, 5), wish(2, 1)];
  await all[0];
  assertEquals([granted, budget.takenBytes, budget.waiting], [[0], 6, 2]);
  releases[0]();
  await Promise.all(all);
  assertEquals([granted, budget.takenBytes], [[0, 1, 2], 6]);
});

Deno.test("a wish larger than the budget is granted alone", async () => {
  const budget = new ByteBudget(10);
  const { granted, releases, wish } = wisher(budget);
  const all = [wish(0, 1), wish(1, 50), wish(2, 1)];
  await all[0];
  releases[0]();
  await all[1];
  assertEquals([granted, budget.takenBytes, budget.waiting], [[0, 1], 50, 1]);
  releases[1]();
  await all[2];
  assertEquals(budget.takenBytes, 1);
});

Deno.test("whoever leaves the line lets the next one through", async () => {
  const budget = new ByteBudget(10);
  const { granted, wish } = wisher(budget);
  const leaver = new AbortController();
  await wish(0, 6);
  const left = wish(1, 8, leaver.signal);
  const next = wish(2, 4);
  leaver.abort(new Error("gone"));
  await assertRejects(() => left, Error, "gone");
  await next;
  assertEquals(granted, [0, 2]);
  await assertRejects(() => budget.acquire(1, leaver.signal), Error, "gone");
});

Deno.test("charge never waits, and makes others wait", async () => {
  const budget = new ByteBudget(10);
  const { granted, wish } = wisher(budget);
  const release = budget.charge(25);
  const waiting = wish(0, 1);
  assertEquals([budget.takenBytes, budget.waiting, granted], [25, 1, []]);
  release();
  release();
  await waiting;
  assertEquals(budget.takenBytes, 1);
});

Deno.test("property: the total is never passed by two at once, everybody is served in order, nothing leaks", async () => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 }),
    async (total, wishes) => {
      const budget = new ByteBudget(total);
      const { granted, releases, wish } = wisher(budget);
      const all = wishes.map((bytes, id) => wish(id, bytes));
      for (let served = 0; served < wishes.length; served++) {
        await all[served];
        const holders = granted.length - served;
        assert(
          budget.takenBytes <= total || holders === 1 || wishes.slice(served, granted.length).includes(0),
        );
        releases[served]();
      }
      assertEquals(granted, wishes.map((_, id) => id));
      assertEquals([budget.takenBytes, budget.waiting], [0, 0]);
    },
  ));
});
