import { assert, assertEquals } from "@std/assert";
import { openContentFiles } from "../core/io/content_files.ts";
import { openSqlite } from "../core/io/sqlite.ts";
import { postOrder } from "../core/model/object_tree.ts";
import { SqliteStore } from "../core/store/sqlite_store.ts";
import { ExchangeWorld } from "./suites/exchange_world.ts";

/** Lets a writer work for a while in `folder`, kills it, and gives the lines it managed to say. */
async function writeAndKill(folder: string, round: number): Promise<string[]> {
  const writer = new URL("./suites/crash_writer.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", `--allow-read`, `--allow-write=${folder}`, writer, folder, String(round)],
    stdout: "piped",
  }).spawn();
  const lines: string[] = [];
  let rest = "";
  // Killed after so many messages, each time another number: the point in its work is as good as random.
  const enough = 1 + (round * 7) % 23;
  let alive = true;
  // To the end of the pipe: what it said before it died was said.
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
    if (!alive || lines.filter((line) => line.startsWith("message ")).length < enough) continue;
    child.kill("SIGKILL");
    alive = false;
  }
  await child.status;
  return lines;
}

Deno.test("what was acknowledged survives kill -9, and nothing else is left behind", async () => {
  const folder = await Deno.makeTempDir();
  const said: string[] = [];
  for (let round = 0; round < 6; round++) said.push(...await writeAndKill(folder, round));
  const store = new SqliteStore(await openSqlite(`${folder}/state.db`));
  const world = new ExchangeWorld(store, await openContentFiles(`${folder}/objects`));
  assertEquals((await world.exchange.sweep()).lost, []);

  const logs = (await store.transaction((tx) => tx.logs(7n, 0))).map(({ text }) => `log ${text}`);
  const acknowledged = said.filter((line) => line.startsWith("log "));
  assert(acknowledged.length > 10);
  assertEquals(acknowledged.filter((line) => !logs.includes(line)), []);

  const gone = new Set(said.filter((line) => line.startsWith("gone ")).map((line) => line.slice(5)));
  const complete = said.filter((line) => line.startsWith("message ")).map((line) => line.slice(8));
  const kept = complete.filter((id) => !gone.has(id));
  assert(kept.length > 5);
  for (const id of kept) {
    const tree = await store.transaction((tx) => world.exchange.tree(tx, 7n, id));
    const objects = postOrder(tree!);
    assertEquals(objects.length, 4);
    for (const objectId of objects) {
      const reading = await world.exchange.read(7n, 1n, objectId);
      assert(reading.kind === "content");
      assertEquals(await world.exchange.accept({ run: 9n, sender: 9n, objectId, content: reading.content }), {
        kind: "notAnnounced",
      });
    }
  }
  const { rows, files } = await world.kept();
  assertEquals(files, rows);
  assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/objects/unfinished`)), []);
  await store.close();
  await Deno.remove(folder, { recursive: true });
});
