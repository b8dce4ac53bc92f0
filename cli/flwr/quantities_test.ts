import { assertEquals } from "@std/assert";
import { bytesText, decimalJson, durationText, instantText, secondsBetween } from "./quantities.ts";

const durations: [number, string][] = [
  [0, "0s"],
  [0.9, "0s"],
  [-3, "0s"],
  [89.99, "89s"],
  [90, "1m 30s"],
  [3599, "59m 59s"],
  [3600, "1h 0m"],
  [86_399, "23h 59m"],
  [86_400, "1d 0h"],
  [1_000_000, "11d 13h"],
];
for (const [seconds, text] of durations) {
  Deno.test(`${seconds} seconds are ${text}`, () => assertEquals(durationText(seconds), text));
}

const sizes: [number, string][] = [
  [0, "0 B"],
  [9, "9 B"],
  [1023, "1023 B"],
  [1024, "1.0 KB"],
  [9728, "9.5 KB"],
  [10_239, "10.0 KB"],
  [10_240, "10 KB"],
  [1024 ** 2, "1.0 MB"],
  [400 * 1024 ** 2, "400 MB"],
  [120.9 * 1024 ** 2, "120 MB"],
  [1024 ** 3 - 1, "1023 MB"],
  [1024 ** 4, "1.0 TB"],
  [1024 ** 6, "1048576 TB"],
];
for (const [bytes, text] of sizes) {
  Deno.test(`${bytes} bytes are ${text}`, () => assertEquals(bytesText(bytes), text));
}

Deno.test("instants are shown in UTC to the second, and N/A where there is none", () => {
  assertEquals(instantText("2026-11-23T04:56:10.123456+00:00"), "2026-11-23 04:56:10Z");
  assertEquals(instantText("2026-11-23T05:56:10+01:00"), "2026-11-23 04:56:10Z");
  assertEquals(instantText(""), "N/A");
  assertEquals(instantText(undefined), "N/A");
});

Deno.test("time between two instants is exact to the microsecond", () => {
  assertEquals(
    secondsBetween("2026-11-23T04:56:10.000001+00:00", "2026-11-23T04:56:11.500000+00:00"),
    1.499999,
  );
  assertEquals(secondsBetween("2026-11-23T04:56:10+00:00", "2026-11-23T04:56:10.25+00:00"), 0.25);
});

const decimals: [number, string][] = [[0, "0.0"], [12, "12.0"], [12.345678, "12.345678"], [-3, "-3.0"]];
for (const [value, json] of decimals) {
  Deno.test(`seconds are decimals in JSON: ${json}`, () => {
    assertEquals(JSON.stringify({ seconds: decimalJson(value) }), `{"seconds":${json}}`);
  });
}
