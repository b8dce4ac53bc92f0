import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parsePythonTimestamp, pythonTimestamp } from "./timestamp.ts";

const NOON_MS = Date.UTC(2026, 10, 22, 17, 56, 49);

Deno.test("timestamp: written as Python's isoformat writes it", () => {
  assertEquals(pythonTimestamp(NOON_MS), "2026-11-22T17:56:49+00:00");
  assertEquals(pythonTimestamp(NOON_MS + 123), "2026-11-22T17:56:49.123000+00:00");
});

Deno.test("timestamp: every millisecond survives both ways", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => {
    assertEquals(parsePythonTimestamp(pythonTimestamp(ms)), ms * 1_000);
  }));
});

/** The same instant in other words, and what Python's fromisoformat reads of each. */
const READ: [string, number][] = [
  ["2026-11-22T17:56:49.123456+00:00", 123_456],
  ["2026-11-22T17:56:49.1234569+00:00", 123_456],
  ["2026-11-22T17:56:49,5Z", 500_000],
  ["2026-11-22T17:56:49Z", 0],
  ["2026-11-22 17:56:49+00:00", 0],
  ["20261122T175649Z", 0],
  ["20261122T175649.25Z", 250_000],
  ["2026-W47-7T17:56:49Z", 0],
  ["2026W477T175649Z", 0],
  ["2026-11-22T18:56:49.5+01:00", 500_000],
  ["2026-11-22T12:26:49-0530", 0],
  ["2026-11-22T18:56:49+01", 0],
  ["2026-11-22T17:56:50.5+00:00:01.5", 0],
  ["2026-11-23T17:55:49+23:59", 0],
];
for (const [text, us] of READ) {
  Deno.test(`timestamp: ${text} is read`, () =>
    assertEquals(parsePythonTimestamp(text), NOON_MS * 1_000 + us));
}

Deno.test("timestamp: hours and minutes alone are enough", () => {
  assertEquals(parsePythonTimestamp("2026-11-22T17Z"), Date.UTC(2026, 10, 22, 17) * 1_000);
  assertEquals(parsePythonTimestamp("2026-11-22T1756Z"), Date.UTC(2026, 10, 22, 17, 56) * 1_000);
  assertEquals(parsePythonTimestamp("0001-01-01T00:00Z"), -62_135_596_800_000_000);
});

const REFUSED = [
  "",
  "now",
  "2026-11-22",
  "2026-11-22T17:56:49",
  "2026-11-22T17:56:49z",
  "2026-11-22T17:56:49+00:00 ",
  " 2026-11-22T17:56:49+00:00",
  "2026-02-29T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-11-22T24:00:00Z",
  "2026-11-22T17:60:00Z",
  "2026-11-22T17:56:60Z",
  "2026-11-22T17:56:49+24:00",
  "2026-11-22T17:56:49.+00:00",
  "2026-11-22T17:56.5+00:00",
  "2026-11-22T1756:49Z",
  "2026-1122T17:56:49Z",
  "2026-326T17:56:49Z",
  "2026-W00-1T00:00:00Z",
  "2026-W54-1T00:00:00Z",
  "2026-W47-8T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "+2026-11-22T17:56:49Z",
  "２026-11-22T17:56:49Z",
];
for (const text of REFUSED) {
  Deno.test(`timestamp: "${text}" is no instant with a zone`, () =>
    assertEquals(parsePythonTimestamp(text), undefined));
}

Deno.test("timestamp: no text makes it fail in another way", () => {
  const near = fc.stringMatching(/^[0-9TWZ:.,+ -]{0,40}$/);
  fc.assert(fc.property(fc.oneof(near, fc.string()), (text) => {
    const read = parsePythonTimestamp(text);
    assertEquals(read === undefined || Number.isSafeInteger(read), true);
  }));
});
