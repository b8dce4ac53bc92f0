import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryStore } from "../core/store/memory_store.ts";
import { answers, batches } from "./suites/store_model.ts";
import { temporarySqliteStore } from "./suites/temporary_store.ts";

Deno.test("memory and SQLite give the same answers to any sequence of transactions", async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (sequence) => {
      const [memory, sqlite] = [new MemoryStore(), await temporarySqliteStore()];
      try {
        assertEquals(await answers(sqlite, sequence), await answers(memory, sequence));
      } finally {
        await memory.close();
        await sqlite.close();
      }
    }),
    { numRuns: 500 },
  );
});
