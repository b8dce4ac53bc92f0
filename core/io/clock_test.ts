import { assert, assertEquals } from "@std/assert";
import { systemClock } from "./clock.ts";

Deno.test("the clock says Unix milliseconds", () => {
  const before = Date.now();
  const now = systemClock.now();
  assert(before <= now && now <= Date.now());
});

Deno.test("a sleep ends early, quietly and without a timer when it is not wanted any more", async () => {
  const enough = new AbortController();
  const sleep = systemClock.sleep(3_600_000, enough.signal);
  enough.abort();
  assertEquals(await sleep, undefined);
  await systemClock.sleep(3_600_000, enough.signal);
  await systemClock.sleep(0);
  await systemClock.sleep(-1);
});

Deno.test("a sleep longer than the runtime's timers does not end at once", async () => {
  const enough = new AbortController();
  let ended = false;
  const sleep = systemClock.sleep(Infinity, enough.signal).then(() => ended = true);
  await systemClock.sleep(5);
  assert(!ended);
  enough.abort();
  await sleep;
});
