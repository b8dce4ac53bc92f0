import { assertEquals } from "@std/assert";
import { sentLarge } from "./collector.ts";

const MIB = 1_048_576;

Deno.test("the collector runs after 32 MiB were sent", async () => {
  const garbage = new WeakRef({ large: true });
  // What was looked at in a turn lives to its end.
  await new Promise((resolve) => setTimeout(resolve, 0));
  sentLarge(31 * MIB);
  assertEquals(garbage.deref() !== undefined, true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  sentLarge(MIB);
  assertEquals(garbage.deref(), undefined);
});

Deno.test("nobody else gets to see the collector", () => {
  assertEquals("gc" in globalThis, false);
});
