import { assertEquals } from "@std/assert";
import { UnaskedHolds } from "./unasked_hold.ts";

const run = 7n;

/** A phase whose answers take so long; gives how long the looks of an official app are held, which pauses for 3 s. */
function phase(holds: UnaskedHolds, how: { type?: string; at: number; tookMs: number }): number[] {
  const { type = "train", at, tookMs } = how;
  const looks: number[] = [];
  holds.pushed(run, type, at);
  for (let now = at; looks.length === 0 || now < at + tookMs;) {
    const ms = Math.min(holds.mayHoldMs(run, now), Math.max(0, at + tookMs - now));
    looks.push(ms);
    holds.held(run, ms, now);
    now += ms;
    if (now >= at + tookMs) break;
    now += 3_000;
  }
  holds.answered(run, at + tookMs);
  return looks;
}

Deno.test("an app that did not ask is held at first, for 2.9 s in all until its next push", () => {
  const holds = new UnaskedHolds();
  assertEquals(phase(holds, { at: 0, tookMs: 1_200 }), [1_200]);
  assertEquals(phase(holds, { type: "other", at: 10_000, tookMs: 20_000 }), [2_900, 0, 0, 0, 0, 0]);
});

Deno.test("with answers that took longer the last time, the look is held during which they are expected", () => {
  const cases: [number, number[]][] = [
    [2_000, [2_000]],
    [2_600, [0]],
    [4_000, [0, 1_000]],
    [7_000, [0, 0, 1_000]],
    [8_000, [0, 0, 2_000]],
  ];
  for (const [tookMs, looks] of cases) {
    const holds = new UnaskedHolds();
    phase(holds, { at: 0, tookMs });
    // Those of another type say nothing about them.
    phase(holds, { type: "evaluate", at: 100_000, tookMs: 100 });
    assertEquals(phase(holds, { at: 200_000, tookMs }).slice(0, looks.length), looks, `${tookMs} ms`);
  }
});

Deno.test("answers that are late once do not make all looks late", () => {
  const holds = new UnaskedHolds();
  phase(holds, { at: 0, tookMs: 10_000 });
  assertEquals(phase(holds, { at: 100_000, tookMs: 1_000 }), [0]);
  assertEquals(phase(holds, { at: 200_000, tookMs: 1_000 }), [1_000]);
});

Deno.test("a run that is over is forgotten, and one that never pushed is held as well", () => {
  const holds = new UnaskedHolds();
  assertEquals(holds.mayHoldMs(run, 0), 2_900);
  holds.held(run, 1_000, 0);
  assertEquals(holds.mayHoldMs(run, 5_000), 1_900);
  phase(holds, { at: 0, tookMs: 9_000 });
  holds.pushed(run, "train", 50_000);
  assertEquals(holds.mayHoldMs(run, 50_000), 0);
  holds.forget(run);
  assertEquals(holds.mayHoldMs(run, 50_000), 2_900);
});
