import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { settled } from "../../../tests/fakes/clock.ts";
import { ByteBudget, type Release } from "../../rpc/budget.ts";
import { RequestLine } from "./request_line.ts";

/** A line, and in which order it was the turn of whom. */
function lineOf(totalBytes: number) {
  const budget = new ByteBudget(totalBytes);
  const line = new RequestLine(budget);
  const granted: { name: string; release: Release }[] = [];
  const ask = (name: string, bytes: number, signal = new AbortController().signal) =>
    line.acquire(bytes, { sender: name[0], signal }).then((release) => void granted.push({ name, release }));
  return { budget, granted, ask, names: () => granted.map(({ name }) => name).join(" ") };
}

Deno.test("a sender with many requests keeps another one waiting for one of them, not for all", async () => {
  const { granted, ask, names } = lineOf(10);
  for (let index = 0; index < 100; index++) ask(`a${index}`, 10);
  await settled();
  ask("b0", 10);
  ask("b1", 10);
  for (let index = 0; index < 5; index++) {
    await settled();
    granted.at(-1)!.release();
  }
  await settled();
  assertEquals(names(), "a0 a1 b0 a2 b1 a3");
});

Deno.test("who leaves the line frees its place, and who left before never had one", async () => {
  const { budget, granted, ask, names } = lineOf(10);
  ask("a0", 10);
  await settled();
  const [first, second] = [new AbortController(), new AbortController()];
  const gone = [ask("a1", 10, first.signal), ask("a2", 10, second.signal)];
  ask("a3", 10);
  await settled();
  second.abort(new Error("gone"));
  first.abort(new Error("gone"));
  for (const leaving of gone) await assertRejects(() => leaving, Error, "gone");
  await assertRejects(() => ask("a4", 10, AbortSignal.abort(new Error("never came"))), Error, "never came");
  granted[0].release();
  await settled();
  assertEquals([names(), budget.waiting], ["a0 a3", 0]);
  granted[1].release();
  assertEquals(budget.takenBytes, 0);
});

Deno.test("a sender has all the room while he is alone, and half of it while others want some", async () => {
  const { budget, granted, ask, names } = lineOf(40);
  for (let index = 0; index < 8; index++) ask(`a${index}`, 10);
  await settled();
  assertEquals([names(), budget.takenBytes], ["a0 a1 a2 a3", 40]);
  ask("b0", 10);
  const release = async (name: string) => {
    granted.find((one) => one.name === name)!.release();
    await settled();
  };
  await release("a0");
  await release("a1");
  await release("a2");
  assertEquals(names(), "a0 a1 a2 a3 a4 b0 a5".replace("a5", "").trim());
  await release("a3");
  assertEquals(names(), "a0 a1 a2 a3 a4 b0 a5");
  await release("b0");
  assertEquals(names(), "a0 a1 a2 a3 a4 b0 a5 a6 a7");
});

Deno.test("one that is larger than half of the room is let in when its sender holds nothing", async () => {
  const { granted, ask, names } = lineOf(40);
  ask("b0", 5);
  ask("a0", 30);
  ask("a1", 30);
  await settled();
  assertEquals(names(), "b0 a0");
  granted[1].release();
  await settled();
  assertEquals(names(), "b0 a0 a1");
});

Deno.test("everybody's turn comes, and all room is given back", async () => {
  const wish = fc.record({ sender: fc.constantFrom("a", "b", "c"), bytes: fc.integer({ min: 1, max: 30 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { maxLength: 12 }), async (wishes) => {
      const { budget, granted, ask } = lineOf(20);
      wishes.forEach(({ sender, bytes }, index) => ask(`${sender}${index}`, bytes));
      await settled();
      for (let index = 0; index < wishes.length; index++) {
        granted[index].release();
        await settled();
      }
      assertEquals([granted.length, budget.takenBytes, budget.waiting], [wishes.length, 0, 0]);
    }),
    { numRuns: 30 },
  );
});
