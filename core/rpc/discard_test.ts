import { assertEquals } from "@std/assert";
import { discard } from "./discard.ts";

Deno.test("discard empties memory of its own, and only with `whole` what others may share", () => {
  const table: [name: string, bytes: Uint8Array, options: { whole?: boolean }, left: number][] = [
    ["own and large", new Uint8Array(10_000), {}, 0],
    ["own and small", new Uint8Array(100), {}, 100],
    ["a part", new Uint8Array(10_000).subarray(1), {}, 9_999],
    ["a part of what may go", new Uint8Array(10_000).subarray(1), { whole: true }, 0],
    ["shared between threads", new Uint8Array(new SharedArrayBuffer(10_000)), {}, 10_000],
  ];
  for (const [name, bytes, options, left] of table) {
    discard(bytes, options);
    discard(bytes, options);
    assertEquals(bytes.length, left, name);
  }
});
