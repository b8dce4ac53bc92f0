import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Arrival, givenUp, longestHoldMs } from "./sender_patience.ts";

const MIB = 1024 * 1024;
const START: Arrival = {
  beganAtMs: 0,
  isHeldBack: false,
  lastDataAtMs: 0,
  receivedBytes: 0,
  expectedBytes: Infinity,
};
const large = { ...START, grantedAtMs: 0, expectedBytes: 5 * MIB };

const CASES: [string, Arrival, { ms: number; othersWait: boolean }, RegExp | undefined][] = [
  ["a call without a word", START, { ms: 59_999, othersWait: true }, undefined],
  ["a call without a word for a minute", START, { ms: 60_000, othersWait: false }, /stalled/],
  [
    "a small request, a byte now and then",
    { ...START, receivedBytes: 50, expectedBytes: 60, lastDataAtMs: 59_000 },
    { ms: 60_000, othersWait: false },
    /stalled/,
  ],
  [
    "a large request that waits for its turn",
    { ...START, isHeldBack: true, expectedBytes: 5 * MIB },
    { ms: 3_600_000, othersWait: true },
    undefined,
  ],
  ["a large request that rests", large, { ms: 59_999, othersWait: false }, undefined],
  ["a large request that rests for a minute", large, { ms: 60_000, othersWait: false }, /stalled/],
  [
    "a byte a minute for an hour, with nobody waiting",
    { ...large, receivedBytes: 60, lastDataAtMs: 3_590_000 },
    { ms: 3_600_000, othersWait: false },
    undefined,
  ],
  [
    "a byte a minute, with somebody waiting",
    { ...large, receivedBytes: 1, lastDataAtMs: 31_000 },
    { ms: 31_000, othersWait: true },
    /too slowly: .* 16 KiB\/s/,
  ],
  ["the head start, with somebody waiting", large, { ms: 30_000, othersWait: true }, undefined],
  [
    "20 KiB/s, with somebody waiting",
    { ...large, receivedBytes: 20 * 1024 * 100, lastDataAtMs: 100_000 },
    { ms: 100_000, othersWait: true },
    undefined,
  ],
  [
    "40 KiB/s of 512 MiB, with somebody waiting",
    { ...large, expectedBytes: 512 * MIB, receivedBytes: 40 * 1024 * 100, lastDataAtMs: 100_000 },
    { ms: 100_000, othersWait: true },
    /874 KiB\/s/,
  ],
];
for (const [what, arrival, now, expected] of CASES) {
  Deno.test(`${what} ${expected ? "is given up" : "goes on"}`, () => {
    const why = givenUp(arrival, now);
    assert(expected ? why && expected.test(why) : why === undefined, why);
  });
}

Deno.test("no request holds room that others wait for longer than its size allows, whatever it does", () => {
  const bytes = fc.integer({ min: 65_537, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(
      bytes,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (expectedBytes, part) => {
        const ms = longestHoldMs(expectedBytes) + 1;
        const receivedBytes = Math.floor(expectedBytes * part);
        const arrival = { ...START, grantedAtMs: 0, lastDataAtMs: ms, receivedBytes, expectedBytes };
        assert(givenUp(arrival, { ms, othersWait: true }) !== undefined);
      },
    ),
  );
  assertEquals(longestHoldMs(5 * MIB), 350_000);
  assertEquals(longestHoldMs(512 * MIB), 630_000);
});
