import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { hashToken } from "../core/auth/task_token.ts";
import { openSqlite } from "../core/io/sqlite.ts";
import { SqliteStore } from "../core/store/sqlite_store.ts";
import { TestFederation } from "./fakes/federation.ts";

Deno.test("stored tokens: what lies on disk is a hash, with which nobody can act", async () => {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(await openSqlite(join(folder, "state.db")));
  try {
    const world = await TestFederation.start({ store });
    const { token, runId } = await world.runningApp();
    let bytes = "";
    for await (const { name } of Deno.readDir(folder)) {
      const content = await Deno.readFile(join(folder, name));
      bytes += new TextDecoder("latin1").decode(content);
    }
    assert(bytes.includes(hashToken(token)));
    assert(!bytes.includes(token));
    const thief = world.appWith({ token: hashToken(token), runId, taskId: 1n });
    const refused = await thief.announce([thief.instruction(1n)]).then(() => "taken", (error) => error.code);
    assertEquals(refused, "UNAUTHENTICATED");
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
});
