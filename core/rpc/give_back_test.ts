import { assertEquals } from "@std/assert";
import { giveBack } from "./give_back.ts";

Deno.test("large bytes are given back with all their memory, small ones are left alone", () => {
  const cases: [Uint8Array, number][] = [
    [new Uint8Array(100_000), 0],
    [new Uint8Array(100_000).subarray(5), 0],
    [new Uint8Array(8_192).subarray(0, 10), 10],
    [new Uint8Array(new SharedArrayBuffer(100_000)), 100_000],
  ];
  for (const [bytes, left] of cases) {
    giveBack(bytes);
    assertEquals(bytes.length, left);
    giveBack(bytes);
  }
});
