import { assertEquals, assertRejects } from "@std/assert";
import { Buffers } from "./buffers.ts";

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
