/**
 * Writes to a store and says so, until it is killed: `crash_writer.ts FOLDER ROUND`. Each line is something that
 * a peer was told: `log N`, or `message ID` for one that is complete.
 */
import { openContentFiles } from "../../core/io/content_files.ts";
import { openSqlite } from "../../core/io/sqlite.ts";
import { SqliteStore } from "../../core/store/sqlite_store.ts";
import { all, ExchangeWorld, thing } from "./exchange_world.ts";

const [folder, round] = Deno.args;
const store = new SqliteStore(await openSqlite(`${folder}/state.db`));
const world = new ExchangeWorld(store, await openContentFiles(`${folder}/objects`));
await world.exchange.sweep();
const write = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function writeLogs(): Promise<void> {
  for (let index = 0;; index++) {
    await store.transaction((tx) => tx.appendLog(7n, 1_750_000_000, `${round} ${index}`));
    write(`log ${round} ${index}`);
  }
}

async function sendMessages(sender: bigint): Promise<void> {
  const way = { run: 7n, src: sender, dst: 1n };
  for (let index = 0;; index++) {
    const name = `${round} ${sender} ${index}`;
    const root = thing(
      name,
      thing(`record ${name}`, thing("shared"), thing(`${name} ${"x".repeat(50_000)}`)),
    );
    await world.announce(root, way);
    for (const each of all(root)) await world.push(7n, sender, each);
    write(`message ${root.id}`);
    if (index % 3 !== 2) continue;
    // Said before it happens: a message that is let go may be there or not, when the process dies in between.
    write(`gone ${root.id}`);
    await world.exchange.confirm(7n, 1n, root.id);
  }
}

await Promise.all([writeLogs(), sendMessages(11n), sendMessages(12n)]);
