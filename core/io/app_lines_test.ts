import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { linesOf, readyLine } from "./app_lines.ts";

async function collected(chunks: Iterable<Uint8Array>): Promise<string[]> {
  return await Array.fromAsync(linesOf(ReadableStream.from(chunks) as ReadableStream<Uint8Array>));
}

Deno.test("lines come whole however the bytes are cut, and nothing is lost", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n") });
  await fc.assert(fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (text, size) => {
    const bytes = new TextEncoder().encode(text);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => {
      return bytes.slice(i * size, (i + 1) * size);
    });
    const lines = await collected(chunks);
    assertEquals(lines.join(""), text);
    assertEquals(lines.slice(0, -1).filter((line) => !/^[^\n]*\n$/.test(line)), []);
  }));
});

Deno.test("a line that never ends is handed on in pieces", async () => {
  const chunk = new TextEncoder().encode("x".repeat(40_000));
  const lines = await collected([chunk, chunk, chunk, chunk]);
  assertEquals(lines.map((line) => line.length), [80_000, 80_000]);
});

Deno.test("the line that ends a task belongs to its token and does not give it away", async () => {
  assertNotEquals(await readyLine("a"), await readyLine("b"));
  assertEquals(await readyLine("a"), await readyLine("a"));
  assertEquals((await readyLine("secret")).includes("secret"), false);
});
