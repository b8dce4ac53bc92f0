import { openSqlite } from "../../core/io/sqlite.ts";
import { SqliteStore } from "../../core/store/sqlite_store.ts";
import type { Store } from "../../core/store/store.ts";

/** A store in a folder of its own, which goes when the store is closed. */
export async function temporarySqliteStore(): Promise<Store> {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(await openSqlite(`${folder}/state.db`));
  return {
    transaction: (work) => store.transaction(work),
    compact: () => store.compact(),
    close: async () => {
      await store.close();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}
