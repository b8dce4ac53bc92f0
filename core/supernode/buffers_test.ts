import { assertEquals, assertRejects } from "@std/assert";
import { Buffers } from "./buffers.ts";
import { giveBack } from "../rpc/give_back.ts";

Deno.test("a buffer is lent to one at a time and used again, also after a failure", async () => {
  const buffers = new Buffers();
  const seen: Uint8Array[] = [];
  const note = (buffer: Uint8Array) => Promise.resolve(void seen.push(buffer));
  await buffers.lend(note);
  await assertRejects(() => buffers.lend(() => Promise.reject(new Error("no"))));
  await buffers.lend(note);
  assertEquals(seen[0] === seen[1], true);
  await buffers.lend(async (outer) => {
    await buffers.lend((inner) => Promise.resolve(assertEquals(inner === outer, false)));
  });
});

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
