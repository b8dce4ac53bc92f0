import { assertEquals } from "@std/assert";
import { movedLarge } from "./collector.ts";

const MIB = 1_048_576;

Deno.test("the collector runs after 16 MiB were moved, in a large process after a twelfth of its memory", async () => {
  const due = Math.max(16 * MIB, Deno.memoryUsage().rss / 12);
  const garbage = new WeakRef({ large: true });
  // What was looked at in a turn lives to its end.
  await new Promise((resolve) => setTimeout(resolve, 0));
  movedLarge(due * 0.9);
  assertEquals(garbage.deref() !== undefined, true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  movedLarge(due * 0.2);
  assertEquals(garbage.deref(), undefined);
});

Deno.test("nobody else gets to see the collector", () => {
  assertEquals("gc" in globalThis, false);
});
