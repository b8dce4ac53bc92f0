import { assert, assertEquals } from "@std/assert";
import { keptByStreams } from "./collector.ts";

const MIB = 1_048_576;

Deno.test("the collector runs when streams keep 20 MiB, and not before", async () => {
  const seen: [before: boolean, after: boolean][] = [];
  for (let time = 0; time < 5; time++) {
    const garbage = new WeakRef({ large: true });
    // What was looked at in a turn lives to its end.
    await new Promise((resolve) => setTimeout(resolve, 0));
    keptByStreams(19 * MIB);
    const before = garbage.deref() !== undefined;
    await new Promise((resolve) => setTimeout(resolve, 0));
    keptByStreams(MIB);
    seen.push([before, garbage.deref() !== undefined]);
  }
  // V8 may come by on its own account, but not every time.
  assert(seen.some(([before]) => before), "it was collected at 19 MiB each time");
  assert(seen.every(([, after]) => !after), "it was not collected at 20 MiB");
});

Deno.test("nobody else gets to see the collector", () => {
  assertEquals("gc" in globalThis, false);
});
