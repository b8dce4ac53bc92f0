import { type DiskReserve, type SqlDatabase, StorageFullError } from "../io/ports.ts";
import { logRows } from "./sqlite/log_rows.ts";
import { messageRows } from "./sqlite/message_rows.ts";
import { nodeRows } from "./sqlite/node_rows.ts";
import { nonceRows } from "./sqlite/nonce_rows.ts";
import { objectRows } from "./sqlite/object_rows.ts";
import { Room } from "./sqlite/room.ts";
import { runRows } from "./sqlite/run_rows.ts";
import { migrate, pragma } from "./sqlite/schema.ts";
import type { Store, Transaction, TransactionOptions } from "./store.ts";

/** How many transactions reach the disk together at most. */
const GROUP_SIZE = 64;
/** How many groups go by between two looks at the free pages. */
const GROUPS_PER_TIDYING = 64;
/** Free pages that are worth giving back to the disk; fewer are used again. */
const SPARE_PAGES = 2_048;

interface Piece {
  readonly lazily: boolean;
  work(tx: Transaction): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * A store in an SQLite database, which it owns and closes.
 *
 * Transactions that wait for each other are written together: each one in a savepoint, so that it happens whole or
 * not at all, and all of them in one COMMIT, after which they resolve. A busy SuperLink so waits for its disk once
 * in a while and not once a call.
 */
export class SqliteStore implements Store {
  readonly #database: SqlDatabase;
  readonly #rows: Transaction;
  #waiting: Piece[] = [];
  #working: Promise<void> | undefined;
  #closed = false;
  /** As the database was opened. */
  #waits = true;
  #groups = 0;
  #compacting: (() => void)[] = [];
  readonly #reserve: DiskReserve | undefined;
  readonly #room: Room;

  /**
   * @param options.reserve room on the same disk that is released when there is none for rows
   * @throws {DatabaseError} when it is no database of ours, or one of a newer version; it is closed then
   */
  constructor(database: SqlDatabase, { reserve }: { reserve?: DiskReserve } = {}) {
    this.#database = database;
    this.#reserve = reserve;
    this.#room = new Room(database);
    try {
      migrate(database);
      this.#room.furnish();
      this.#rows = {
        ...nodeRows(database),
        ...runRows(database),
        ...messageRows(database),
        ...objectRows(database),
        ...logRows(database),
        ...nonceRows(database),
      };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    { lazily = false }: TransactionOptions = {},
  ): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new Error(`Cannot use database ${this.#database.path}: it is closed`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ lazily, work, resolve: resolve as (result: unknown) => void, reject });
      this.#working ??= this.#workOff();
    });
  }

  compact(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#compacting.push(resolve);
      this.#working ??= this.#workOff();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#working;
    this.#tryTo(() => this.#room.leave());
    this.#database.close();
  }

  async #workOff(): Promise<void> {
    while (this.#waiting.length > 0 || this.#compacting.length > 0) {
      if (this.#waiting.length > 0) await this.#writeGroup();
      else this.#compactNow();
      // A piece of work that goes from transaction to transaction would otherwise keep everything else waiting.
      await this.#database.turn();
    }
    this.#working = undefined;
  }

  /** Once for all who wait for it, and only when nobody waits for anything else. */
  #compactNow(): void {
    const waiting = this.#compacting;
    this.#compacting = [];
    this.#tryTo(() => this.#room.settle());
    for (const resolve of waiting) resolve();
  }

  #tryTo(giveBack: () => void): void {
    try {
      giveBack();
    } catch {
      // The next transaction meets the same trouble and reports it to someone who can act.
    }
  }

  /** Never rejects: what goes wrong reaches those whose transactions it hits. */
  async #writeGroup(): Promise<void> {
    const group: { piece: Piece; settle: () => void }[] = [];
    try {
      const lazily = this.#waiting[0].lazily;
      this.#waitForDisk(!lazily);
      this.#run("BEGIN IMMEDIATE");
      while (this.#waiting.length > 0 && group.length < GROUP_SIZE) {
        // Whatever else comes may be written with what has to wait for the disk, but not the other way round.
        if (lazily && !this.#waiting[0].lazily) break;
        const piece = this.#waiting.shift()!;
        const entry = { piece, settle: () => {} };
        group.push(entry);
        entry.settle = await this.#tryPiece(piece);
      }
      this.#run("COMMIT");
    } catch (error) {
      if (this.#database.inTransaction) this.#run("ROLLBACK");
      if (group.length === 0) group.push({ piece: this.#waiting.shift()!, settle: () => {} });
      const pieces = group.map(({ piece }) => piece);
      if (error instanceof StorageFullError && this.#reserve?.release()) this.#waiting.unshift(...pieces);
      else for (const piece of pieces) piece.reject(error);
      return;
    }
    for (const { settle } of group) settle();
    this.#tidy();
  }

  /** Gives how to settle it once the group is written. @throws {Error} when the whole group is lost */
  async #tryPiece(piece: Piece): Promise<() => void> {
    this.#run("SAVEPOINT piece");
    try {
      const result = await piece.work(this.#rows);
      this.#run("RELEASE piece");
      return () => piece.resolve(result);
    } catch (error) {
      // Some errors end the whole transaction at once; a full disk hits all of it anyway.
      if (!this.#database.inTransaction || error instanceof StorageFullError) throw error;
      this.#run("ROLLBACK TO piece");
      this.#run("RELEASE piece");
      return () => piece.reject(error);
    }
  }

  /** Whether a COMMIT waits until the disk has it. With a write-ahead log the order stays the same either way. */
  #waitForDisk(waits: boolean): void {
    if (waits === this.#waits) return;
    this.#database.execute(`PRAGMA synchronous = ${waits ? "FULL" : "NORMAL"}`);
    this.#waits = waits;
  }

  #run(sql: string): void {
    this.#database.prepare(sql).run();
  }

  /** Now and then gives pages back that runs left empty. Failing to is no loss: they stay for use. */
  #tidy(): void {
    if (++this.#groups % GROUPS_PER_TIDYING !== 0) return;
    try {
      if (pragma(this.#database, "freelist_count") < SPARE_PAGES * 2) return;
      // Each step frees one page, so it has to be read to its end.
      this.#database.prepare(`PRAGMA incremental_vacuum(${SPARE_PAGES})`).all();
    } catch {
      // The next transaction meets the same trouble and reports it to someone who can act.
    }
  }
}
