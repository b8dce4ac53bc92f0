import { assert, assertEquals } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { hold, Wakeups } from "./hold.ts";

function setting() {
  const [clock, wakeups, caller] = [new FakeClock(), new Wakeups(), new AbortController()];
  let attempts = 0;
  let value: string | undefined;
  const attempt = () => {
    attempts++;
    return Promise.resolve(value);
  };
  const options = { wakeups, keys: ["node/1", "run/2"], maxMs: 20_000, clock, signal: caller.signal };
  return {
    ...{ clock, wakeups, caller, attempt, options },
    attempts: () => attempts,
    set: (next: string) => value = next,
  };
}

Deno.test("a poll that finds something is answered at once", async () => {
  const { attempt, options, set, clock, wakeups } = setting();
  set("message");
  assertEquals(await hold(attempt, options), "message");
  assertEquals([clock.sleeps, wakeups.size], [[], 0]);
});

Deno.test("a held poll is answered when any of its keys has news", async () => {
  for (const key of ["node/1", "run/2"]) {
    const { attempt, options, set, wakeups, clock } = setting();
    const held = hold(attempt, options);
    await clock.advance(5_000);
    set(key);
    wakeups.notify(key);
    assertEquals(await held, key);
    assertEquals([wakeups.size, clock.sleeping], [0, 0]);
  }
});

Deno.test("news about other keys disturbs nobody", async () => {
  const { attempt, attempts, options, wakeups, clock, caller } = setting();
  const held = hold(attempt, options);
  await clock.advance(1);
  wakeups.notify("node/2", "run/1");
  await settled();
  assertEquals(attempts(), 1);
  caller.abort();
  assertEquals(await held, undefined);
});

Deno.test("news without a find is waited on, and the time does not start again", async () => {
  const { attempt, attempts, options, wakeups, clock } = setting();
  const held = hold(attempt, options);
  for (let step = 0; step < 3; step++) {
    await clock.advance(5_000);
    wakeups.notify("node/1");
  }
  await clock.advance(5_000);
  assertEquals(await held, undefined);
  assertEquals([attempts(), clock.sleeps], [5, [20_000, 15_000, 10_000, 5_000]]);
});

Deno.test("news that comes during an attempt is not lost", async () => {
  const { options, wakeups, clock } = setting();
  let attempts = 0;
  const held = hold(async () => {
    if (++attempts === 2) return "second look";
    wakeups.notify("run/2");
    await settled();
    return undefined;
  }, options);
  await settled();
  assertEquals(await held, "second look");
  assertEquals(clock.sleeps, []);
});

Deno.test("a caller that leaves ends the hold without another attempt", async () => {
  const { attempt, attempts, options, caller, clock, wakeups } = setting();
  const held = hold(attempt, options);
  await settled();
  caller.abort();
  assertEquals(await held, undefined);
  assertEquals([attempts(), clock.sleeping, wakeups.size], [1, 0, 0]);
});

Deno.test("an attempt that fails ends the hold with its error and leaves nothing behind", async () => {
  const { options, wakeups } = setting();
  const failure = new Error("database is gone");
  const result = await hold(() => Promise.reject(failure), options).catch((error) => error);
  assertEquals([result, wakeups.size], [failure, 0]);
});

Deno.test("wait: one waiter on several keys, ended by news, time or signal", async () => {
  const { clock, wakeups, caller } = setting();
  const ended: string[] = [];
  const wait = (name: string, keys: string[]) =>
    wakeups.wait(keys, { ms: 1_000, clock, signal: caller.signal }).then(() => ended.push(name));
  const waits = [wait("news", ["a", "b"]), wait("time", ["c"])];
  await settled();
  wakeups.notify("b");
  await settled();
  assertEquals(ended, ["news"]);
  await clock.advance(1_000);
  assertEquals(ended, ["news", "time"]);
  waits.push(wait("signal", ["a"]));
  await settled();
  caller.abort();
  await Promise.all(waits);
  assert(ended.includes("signal"));
  assertEquals(wakeups.size, 0);
});
