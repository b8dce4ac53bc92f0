import type { SqlDatabase } from "../../io/ports.ts";
import { pragma } from "./schema.ts";

/** The database's file has a multiple of so many pages. 1 MiB: some hundred finished runs fit into the first step. */
const STEP_PAGES = 256;
/** The log's content moves to the database when it has so many pages; then the log is used from its beginning. */
const LOG_PAGES = 500;
/** What the log's file keeps, in bytes: the pages above, each with its header, and what the last commit may add. */
const LOG_BYTES = 2_359_296;
/** Pages that fill the log to what it keeps. */
const FILLING_PAGES = 580;
/** Of so many pages at the end of the file one at least is bookkeeping, and goes by itself with the others. */
const PAGES_PER_MAP = 800;

/**
 * Keeps the files of a database at sizes that do not follow each row: its file grows and shrinks in steps, its log
 * stays as it is. What runs leave for good so fits into what is there, also when the disk is full.
 */
export class Room {
  constructor(readonly database: SqlDatabase) {}

  /** To be called once, when the database is known to be ours. Failing to is no loss. */
  furnish(): void {
    this.database.execute(
      `PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA journal_size_limit = ${LOG_BYTES}`,
    );
    try {
      this.#fill(FILLING_PAGES);
      this.settle();
    } catch {
      this.#giveBackLog();
    }
  }

  /** Gives back to the disk what forgotten rows took, up to the next step. @throws {Error} as the database does */
  settle(): void {
    const target = this.#target();
    const missing = target - this.#pages();
    if (missing > 0) this.#fill(missing + this.#free() + 2);
    this.#trimTo(target);
    this.#run("PRAGMA wal_checkpoint(RESTART)");
    // The log's file is cut when it is begun anew: by a commit, here one that changes nothing.
    this.database.execute(`PRAGMA user_version = ${pragma(this.database, "user_version")}`);
  }

  /** Leaves no log, and the file as {@link settle} does. For the end. @throws {Error} as the database does */
  leave(): void {
    this.#trimTo(this.#target());
    this.#run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  #target(): number {
    return Math.ceil((this.#pages() - this.#free()) / STEP_PAGES) * STEP_PAGES;
  }

  /** Writes so many pages and forgets them: the file has them from then on, and they are free. */
  #fill(pages: number): void {
    const bytes = pages * Number(pragma(this.database, "page_size"));
    this.database.execute("CREATE TABLE IF NOT EXISTS filling (bytes BLOB)");
    this.database.execute(`INSERT INTO filling VALUES (zeroblob(${bytes}))`);
    // Only now: pages that are freed by the transaction that took them are never written.
    this.database.execute("DROP TABLE filling");
  }

  #trimTo(pages: number): void {
    let before = Infinity;
    // A file that another program made without incremental vacuum does not shrink.
    for (let now = this.#pages(); now > pages && now < before && this.#free() > 0; now = this.#pages()) {
      before = now;
      const more = now - pages;
      this.#run(`PRAGMA incremental_vacuum(${Math.max(1, more - Math.ceil(more / PAGES_PER_MAP))})`);
    }
  }

  #giveBackLog(): void {
    try {
      this.database.execute("DROP TABLE IF EXISTS filling");
      this.#run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // The first transaction meets the same trouble and reports it to someone who can act.
    }
  }

  /** Each step of such a statement does a part of it, so it has to be read to its end. */
  #run(sql: string): void {
    this.database.prepare(sql).all();
  }

  #pages(): number {
    return Number(pragma(this.database, "page_count"));
  }

  #free(): number {
    return Number(pragma(this.database, "freelist_count"));
  }
}
