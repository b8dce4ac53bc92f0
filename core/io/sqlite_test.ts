import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseError, type SqlDatabase, StorageFullError } from "./ports.ts";
import { openSqlite } from "./sqlite.ts";
import { sqlitePaths } from "./sqlite_paths.ts";
import { sentence } from "./sqlite_error.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opening must fail with a sentence that names the path and has all of `parts`. */
async function assertRefused(path: string, ...parts: string[]): Promise<void> {
  const error = await assertRejects(() => openSqlite(path), DatabaseError);
  for (const part of [`database ${path} as`, ...parts]) assertStringIncludes(error.message, part);
}

Deno.test("values come back as they went in", () =>
  inFolder(async (folder) => {
    const database = await openSqlite(`${folder}/state.db`);
    database.execute("CREATE TABLE one (value ANY) STRICT");
    const insert = database.prepare("INSERT INTO one VALUES (?)");
    const values = [
      null,
      2n ** 63n - 1n,
      -(2n ** 63n),
      0.1,
      -Infinity,
      "ä\u{1f33c}",
      new Uint8Array([0, 255]),
    ];
    for (const value of values) assertEquals(insert.run(value), 1);
    const rows = database.prepare("SELECT value FROM one ORDER BY rowid").all();
    assertEquals(rows.map((row) => row.value), values);
    assertEquals(database.prepare("SELECT value FROM one WHERE value = ?").get("none"), undefined);
    assert(database.prepare("SELECT 1") === database.prepare("SELECT 1"));
    database.close();
  }));

Deno.test("a write is on disk when it is acknowledged, in files only their owner can read", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const database = await openSqlite(path);
    database.adopt();
    const ask = (pragma: string) => Object.values(database.prepare(`PRAGMA ${pragma}`).get()!)[0];
    assertEquals([ask("journal_mode"), ask("synchronous"), ask("foreign_keys")], ["wal", 2n, 1n]);
    database.execute("CREATE TABLE one (value ANY)");
    for await (const { name } of Deno.readDir(folder)) {
      assertEquals([name, (await Deno.stat(`${folder}/${name}`)).mode! & 0o777], [name, 0o600]);
      assert(sqlitePaths(path).includes(`${folder}/${name}`), name);
    }
    database.close();
  }));

Deno.test("a directory is refused", () => inFolder((folder) => assertRefused(folder, "it is a directory")));

Deno.test("a folder that is not there is refused", () =>
  inFolder(async (folder) => {
    await assertRefused(`${folder}/none/state.db`, "its folder must exist", "Create the folder");
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRefused(`${folder}/file/state.db`, "its folder must exist");
  }));

Deno.test("a file of another kind is refused and left alone", () =>
  inFolder(async (folder) => {
    const path = `${folder}/notes.txt`;
    await Deno.writeTextFile(path, "buy milk");
    await assertRefused(path, "it is another kind of file", "Give another path");
    assertEquals(await Deno.readTextFile(path), "buy milk");
  }));

Deno.test("a damaged database is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const database = await openSqlite(path);
    database.execute("CREATE TABLE one (value ANY)");
    const insert = database.prepare("INSERT INTO one VALUES (?)");
    for (let index = 0; index < 2_000; index++) insert.run(`row ${index} of some length`);
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    const bytes = await Deno.readFile(path);
    bytes.fill(0xaa, 4_096 * 2, 4_096 * 6);
    await Deno.writeFile(path, bytes);
    await assertRefused(path, "it is damaged", "Restore it from a copy");
    await Deno.writeFile(path, bytes.subarray(0, 4_096 + 100));
    await assertRefused(path, "it is damaged");
  }));

Deno.test("a database on a read-only disk is refused", async (t) => {
  const unmount = async (path: string) =>
    (await new Deno.Command("umount", { args: [path] }).output()).success;
  const mount = async (...args: string[]) => (await new Deno.Command("mount", { args }).output()).success;
  await inFolder(async (folder) => {
    if (Deno.uid() !== 0 || !await mount("-t", "tmpfs", "tmpfs", folder)) {
      await t.step({ name: "needs root and mount", ignore: true, fn: () => {} });
      return;
    }
    try {
      (await openSqlite(`${folder}/state.db`)).close();
      await mount("-o", "remount,ro", folder);
      await assertRefused(`${folder}/state.db`, "it is read-only", "Change its permissions");
      await assertRefused(`${folder}/new.db`, "it is read-only");
    } finally {
      await unmount(folder);
    }
  });
});

Deno.test("a full disk is told as such", async (t) => {
  await inFolder(async (folder) => {
    const mounting = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder] });
    if (Deno.uid() !== 0 || !(await mounting.output()).success) {
      await t.step({ name: "needs root and mount", ignore: true, fn: () => {} });
      return;
    }
    try {
      const database = await openSqlite(`${folder}/state.db`);
      database.execute("CREATE TABLE one (value BLOB)");
      const insert = database.prepare("INSERT INTO one VALUES (?)");
      assertThrows(() => insert.run(new Uint8Array(2 << 20)), StorageFullError, "must have room");
      assertEquals(insert.run(new Uint8Array(1_000)), 1);
      database.close();
    } finally {
      await new Deno.Command("umount", { args: [folder] }).output();
    }
  });
});

Deno.test("a second opener is told who has the database, until that one closes it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const first = await openSqlite(path);
    await assertRefused(path, `process ${Deno.pid} does`, "Stop that process");
    first.close();
    const second = await openSqlite(path);
    second.close();
  }));

Deno.test("a refused database is free again", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await Deno.writeTextFile(path, "SQLite format 3\0 and then nothing of the kind");
    await assertRefused(path, "another kind of file");
    await Deno.remove(path);
    (await openSqlite(path)).close();
  }));

Deno.test("a process that is killed lets its database go", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const code = `import { openSqlite } from ${JSON.stringify(import.meta.resolve("./sqlite.ts"))};
      await openSqlite(${JSON.stringify(path)}); console.log("open"); setInterval(() => {}, 1000);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", code],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await assertRefused(path, `process ${child.pid} does`);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    (await openSqlite(path)).close();
  }));

Deno.test("exactly the listed paths suffice as permissions", () =>
  inFolder(async (folder) => {
    const paths = sqlitePaths(`${folder}/state.db`);
    const code = `
      import { openSqlite } from ${JSON.stringify(import.meta.resolve("./sqlite.ts"))};
      try {
        const database = await openSqlite(${JSON.stringify(`${folder}/state.db`)});
        database.execute("CREATE TABLE one (value ANY); BEGIN; INSERT INTO one VALUES (1); COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
        database.close();
        await openSqlite(${
      JSON.stringify(`${folder}/other.db`)
    }).then(() => postMessage("too much"), (error) => postMessage(error.name));
      } catch (error) { postMessage(String(error.stack)); }`;
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(code)}`, {
      type: "module",
      deno: {
        permissions: {
          read: paths,
          write: paths,
          import: true,
          net: false,
          env: false,
          run: false,
          ffi: false,
          sys: false,
        },
      },
    });
    const answer = await new Promise((resolve) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => resolve(event.message);
    });
    worker.terminate();
    assertEquals(answer, "NotCapable");
  }));

Deno.test("an error that says nothing to people stays itself", () => {
  const error = new TypeError("a bug");
  assertEquals(sentence("/state.db", error), error);
  assert(
    sentence("/state.db", Object.assign(new Error("io"), { errcode: 10 | (2 << 8) })) instanceof
      DatabaseError,
  );
});

Deno.test("errors of statements name the database", () =>
  inFolder(async (folder) => {
    const database: SqlDatabase = await openSqlite(`${folder}/state.db`);
    database.execute("CREATE TABLE one (value INTEGER NOT NULL) STRICT");
    assertThrows(() => database.prepare("INSERT INTO one VALUES (?)").run(null), Error, "NOT NULL");
    assertThrows(() => database.prepare("SELECT nothing"), Error, "nothing");
    database.close();
  }));
