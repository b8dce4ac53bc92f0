import { assertEquals } from "@std/assert";
import { parseGrpcTimeout } from "./timeout.ts";

Deno.test("grpc-timeout: every unit, rounded up; nothing else", () => {
  const table: [string, number | undefined][] = [
    ["2H", 7_200_000],
    ["3M", 180_000],
    ["99999999S", 99_999_999_000],
    ["0m", 0],
    ["1500u", 2],
    ["1n", 1],
    ["100000000m", undefined],
    ["1s", undefined],
    ["-1S", undefined],
    ["1.5S", undefined],
    ["S", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of table) assertEquals(parseGrpcTimeout(text), expected, text);
});
