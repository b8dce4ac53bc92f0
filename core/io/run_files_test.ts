import { assertEquals } from "@std/assert";
import { runFiles } from "./run_files.ts";

Deno.test("a run's files are replaced whole, appended to, read and removed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = runFiles(folder);
    assertEquals(await files.read("checkpoints/a"), undefined);
    await files.replace("checkpoints/a", [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    await files.replace("checkpoints/a", [Uint8Array.of(9)]);
    assertEquals(await files.read(`${folder}/checkpoints/a`), Uint8Array.of(9));
    await files.append("rounds.jsonl", "one\n");
    await files.append("rounds.jsonl", "two\n");
    assertEquals(await Deno.readTextFile(`${folder}/rounds.jsonl`), "one\ntwo\n");
    await files.remove("checkpoints/a");
    await files.remove("checkpoints/a");
    assertEquals([...Deno.readDirSync(`${folder}/checkpoints`)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
