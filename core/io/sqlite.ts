import { setImmediate } from "node:timers";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from "./ports.ts";
import { atPlace, checkKind, sentence } from "./sqlite_error.ts";
import { type DatabaseLock, lockDatabase } from "./sqlite_lock.ts";

/**
 * Opens the SQLite database at `path`, creating it (readable by its owner only) when there is none. A file that is
 * there stays as it is until it is adopted; from then on, what a transaction wrote survives a crash once COMMIT
 * returned.
 * @throws {DatabaseError} when it is in use, damaged, no database, or cannot be written
 */
export async function openSqlite(path: string): Promise<SqlDatabase> {
  const lock = await atPlace(path, () => lockDatabase(path));
  try {
    // Under the lock: closing a file of ours would end the locks that SQLite has on it in this process.
    await atPlace(path, () => checkKind(path));
    return new OpenDatabase(path, lock);
  } catch (error) {
    lock.release();
    throw sentence(path, error);
  }
}

class OpenDatabase implements SqlDatabase {
  readonly path: string;
  readonly #lock: DatabaseLock;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqlStatement>();

  constructor(path: string, lock: DatabaseLock) {
    this.path = path;
    this.#lock = lock;
    this.#database = new DatabaseSync(path);
    try {
      this.#prepareFile();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare(sql: string): SqlStatement {
    const before = this.#statements.get(sql);
    if (before) return before;
    const made = this.#translated(() => new OpenStatement(this.path, this.#database.prepare(sql)));
    this.#statements.set(sql, made);
    return made;
  }

  execute(sql: string): void {
    this.#translated(() => this.#database.exec(sql));
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  adopt(): void {
    // auto_vacuum takes effect only while the file is empty, and has to stand before journal_mode.
    this.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
  }

  close(): void {
    this.#database.close();
    this.#lock.release();
  }

  /** Changes nothing in the file: it may turn out to be another program's. */
  #prepareFile(): void {
    this.#database.exec(`
      PRAGMA busy_timeout = 5000;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA temp_store = MEMORY;
    `);
    const { quick_check: verdict } = this.#database.prepare("PRAGMA quick_check(1)").get() as SqlRow;
    if (verdict === "ok") return;
    throw Object.assign(new Error(String(verdict).replace(/^\*+.*\*+\s*/, "")), { errcode: 11 });
  }

  #translated<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sentence(this.path, error);
    }
  }
}

class OpenStatement implements SqlStatement {
  readonly #path: string;
  readonly #statement: StatementSync;

  constructor(path: string, statement: StatementSync) {
    this.#path = path;
    this.#statement = statement;
    this.#statement.setReadBigInts(true);
  }

  run(...values: SqlValue[]): number {
    try {
      return Number(this.#statement.run(...values).changes);
    } catch (error) {
      throw sentence(this.#path, error);
    }
  }

  get(...values: SqlValue[]): SqlRow | undefined {
    try {
      return this.#statement.get(...values) as SqlRow | undefined;
    } catch (error) {
      throw sentence(this.#path, error);
    }
  }

  all(...values: SqlValue[]): SqlRow[] {
    try {
      return this.#statement.all(...values) as SqlRow[];
    } catch (error) {
      throw sentence(this.#path, error);
    }
  }
}
