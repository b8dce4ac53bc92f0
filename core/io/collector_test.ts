import { assertEquals } from "@std/assert";
import { keptByStreams } from "./collector.ts";

const MIB = 1_048_576;

Deno.test("the collector runs when streams keep 20 MiB", async () => {
  const garbage = new WeakRef({ large: true });
  // What was looked at in a turn lives to its end.
  await new Promise((resolve) => setTimeout(resolve, 0));
  keptByStreams(19 * MIB);
  assertEquals(garbage.deref() !== undefined, true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  keptByStreams(MIB);
  assertEquals(garbage.deref(), undefined);
});

Deno.test("nobody else gets to see the collector", () => {
  assertEquals("gc" in globalThis, false);
});
