import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { memoryContentFiles } from "./memory_content_files.ts";
import type { ContentFiles } from "./ports.ts";
import { withSmallInMemory } from "./small_contents.ts";

const SMALL_BYTES = 16_384;
/** So many of the largest small contents find room in memory. */
const MANY = 4 * 1_048_576 / SMALL_BYTES;

const small = (value: number) => new Uint8Array(SMALL_BYTES).fill(value);

/** Files that count how often they are read. */
function counted(): { files: ContentFiles; ids: () => Promise<string[]>; reads: string[] } {
  const kept = memoryContentFiles();
  const reads: string[] = [];
  const files = {
    ...kept,
    read(id: string) {
      reads.push(id);
      return kept.read(id);
    },
  };
  return { files, reads, ids: () => Array.fromAsync(kept.list()) };
}

Deno.test("small contents are read from memory, large ones from their files", async () => {
  for (const durable of [true, false]) {
    const { files, ids, reads } = counted();
    const contents = withSmallInMemory(files, { durable });
    await contents.write("small", small(1));
    await contents.write("large", new Uint8Array(SMALL_BYTES + 1).fill(2));
    assertEquals(await ids(), durable ? ["small", "large"] : ["large"]);
    assertEquals((await contents.read("small"))[0], 1);
    assertEquals((await contents.read("large"))[0], 2);
    assertEquals(reads, ["large"]);
    assertEquals((await Array.fromAsync(contents.list())).sort(), ["large", "small"]);
  }
});

Deno.test("a small content is read into the buffer it is given, and whoever reads it cannot change it", async () => {
  for (const durable of [true, false]) {
    const contents = withSmallInMemory(counted().files, { durable });
    await contents.write("small", small(1));
    const buffer = new Uint8Array(20_000);
    const read = await contents.read("small", buffer);
    assertStrictEquals(read.buffer, buffer.buffer);
    assertEquals(read, small(1));
    (await contents.read("small", new Uint8Array(3))).fill(9);
    read.fill(9);
    assertEquals(await contents.read("small"), small(1));
  }
});

Deno.test("copies make room for newer ones; their files have them", async () => {
  const { files, reads } = counted();
  const contents = withSmallInMemory(files, { durable: true });
  for (let i = 0; i <= MANY; i++) await contents.write(`${i}`, small(i));
  assertEquals((await contents.read(`${MANY}`))[0], MANY % 256);
  assertEquals((await contents.read("1"))[0], 1);
  assertEquals(reads, []);
  assertEquals((await contents.read("0"))[0], 0);
  assertEquals(reads, ["0"]);
});

Deno.test("what finds no room in memory is in its file, and goes from there", async () => {
  const { files, ids } = counted();
  const contents = withSmallInMemory(files, { durable: false });
  for (let i = 0; i <= MANY; i++) await contents.write(`${i}`, small(i));
  assertEquals(await ids(), [`${MANY}`]);
  assertEquals((await contents.read(`${MANY}`))[0], MANY % 256);
  // There is room now, and the content stays where it is.
  await contents.remove("0");
  await contents.write(`${MANY}`, small(MANY));
  await contents.remove(`${MANY}`);
  assertEquals(await ids(), []);
  await assertRejects(() => contents.read(`${MANY}`));
  await contents.write("0", small(0));
  assertEquals(await ids(), []);
});
