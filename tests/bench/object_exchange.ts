/**
 * How long a broadcast takes in the rows: `deno run -A tests/bench/object_exchange.ts [messages] [objects]`.
 * Prints seconds for announcing, uploading, reading trees, confirming, over SQLite and in memory.
 */
import { MemoryStore } from "../../core/store/memory_store.ts";
import type { Store } from "../../core/store/store.ts";
import { all, ExchangeWorld, type Thing, thing } from "../suites/exchange_world.ts";
import { temporarySqliteStore } from "../suites/temporary_store.ts";

const [messages, objects] = [Number(Deno.args[0] ?? 1_000), Number(Deno.args[1] ?? 90)];

async function measure(name: string, store: Store): Promise<void> {
  const world = new ExchangeWorld(store);
  const leaves = Array.from({ length: objects - 30 }, (_, index) => thing(`chunk ${index}`));
  const arrays = Array.from(
    { length: 28 },
    (_, index) => thing(`array ${index}`, ...leaves.slice(index * 2, index * 2 + 3)),
  );
  const record = thing("record", ...arrays, ...leaves);
  const roots: Thing[] = Array.from({ length: messages }, (_, index) => thing(`message ${index}`, record));
  const way = (index: number) => ({ run: 7n, src: 1n, dst: BigInt(index + 2) });
  const step = async (what: string, work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    console.log(`${name}: ${what} ${((performance.now() - start) / 1000).toFixed(2)} s`);
  };
  await step("announce, nothing held", () => each(roots, (root, index) => world.announce(root, way(index))));
  await step("upload shared", () => each(all(record), (object) => world.push(7n, 1n, object)));
  await step("upload heads", () => each(roots, (root) => world.push(7n, 1n, root)));
  await step(
    "announce again, all held",
    () => each(roots, (_, index) => world.announce(thing(`second ${index}`, record), way(index))),
  );
  await step(
    "read trees",
    () => each(roots, (root) => world.store.transaction((tx) => world.exchange.tree(tx, 7n, root.id))),
  );
  await step(
    "read every object as its node",
    () =>
      each(
        roots.slice(0, 100),
        (root, index) => each(all(root), (object) => world.read(7n, BigInt(index + 2), object)),
      ),
  );
  await step(
    "confirm",
    () => each(roots, (root, index) => world.exchange.confirm(7n, BigInt(index + 2), root.id)),
  );
  await step("release run", () => world.exchange.releaseRun(7n));
  await store.close();
}

async function each<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  for (const [index, item] of items.entries()) await work(item, index);
}

await measure("SQLite", await temporarySqliteStore());
await measure("memory", new MemoryStore());
