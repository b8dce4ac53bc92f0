import { assertEquals } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { Lapses } from "./lapses.ts";

/** Lapses over a list of instants, which are noted when they come. */
function clockwork(instants: number[]) {
  const clock = new FakeClock(0);
  const log = new FakeLog();
  const settledAt: number[] = [];
  const settle = () => {
    settledAt.push(clock.now());
    const due = instants.filter((at) => at > clock.now());
    return Promise.resolve(due.length > 0 ? Math.min(...due) : undefined);
  };
  return { clock, log, instants, settledAt, lapses: new Lapses({ clock, log, settle }) };
}

Deno.test("it looks at the start and at every instant at which something lapses, and not in between", async () => {
  const { clock, settledAt, lapses } = clockwork([500, 2_000]);
  lapses.start();
  lapses.start();
  await clock.advance(10_000);
  assertEquals(settledAt, [0, 500, 2_000]);
  await lapses.stop();
});

Deno.test("something that lapses sooner is not slept over; something later changes nothing", async () => {
  const { clock, settledAt, lapses, instants } = clockwork([5_000]);
  lapses.start();
  await settled();
  instants.push(1_000, 7_000);
  lapses.expect(1_000);
  lapses.expect(7_000);
  await clock.advance(10_000);
  assertEquals(settledAt, [0, 1_000, 5_000, 7_000]);
  await lapses.stop();
});

Deno.test("looks that take their time are not made without a rest, which is no longer than a second", async () => {
  for (const [tookMs, expected] of [[20, [0, 220, 440, 660]], [500, [0, 1_500]]] as const) {
    const clock = new FakeClock(0);
    const never = new AbortController();
    const lookedAt: number[] = [];
    const settle = async () => {
      lookedAt.push(clock.now());
      await clock.sleep(tookMs, never.signal);
      return clock.now() + 1;
    };
    const lapses = new Lapses({ clock, log: new FakeLog(), settle });
    lapses.start();
    for (let ms = 0; ms < 1_600; ms += 10) await clock.advance(10);
    assertEquals(lookedAt.slice(0, expected.length), [...expected]);
    const stopped = lapses.stop();
    await clock.advance(1_000);
    await stopped;
  }
});

Deno.test("a look that fails is repeated, and said", async () => {
  const clock = new FakeClock(0);
  const log = new FakeLog();
  let tries = 0;
  const settle = () => ++tries < 3 ? Promise.reject(new Error("disk")) : Promise.resolve(undefined);
  const lapses = new Lapses({ clock, log, settle });
  lapses.start();
  await clock.advance(10_000);
  assertEquals([tries, log.texts("error").length], [3, 2]);
  await lapses.stop();
});

Deno.test("stopping ends it at once, also before it was started", async () => {
  const { clock, lapses } = clockwork([5_000]);
  lapses.start();
  await settled();
  await lapses.stop();
  assertEquals(clock.sleeping, 0);
  await clockwork([]).lapses.stop();
});
