import type { ObjectId, RunId, TaskId } from "../model/ids.ts";

/**
 * Time. Nothing below `core/io` reads a clock of its own, so tests decide what time it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Clock } from "corolla";
 *
 * // A clock that a test moves.
 * let time = 0;
 * const clock: Clock = { now: () => time, sleep: (ms) => Promise.resolve(void (time += ms)) };
 * await clock.sleep(500);
 * assertEquals(clock.now(), 500);
 * ```
 */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Unpredictable bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Random } from "corolla";
 *
 * const random: Random = { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) };
 * assertEquals(random.bytes(16).length, 16);
 * ```
 */
export interface Random {
  /** So many bytes, in memory of their own. */
  bytes(count: number): Uint8Array;
}

/**
 * The files that a run may leave behind. Paths that do not start at the root are meant in the run's own folder.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { RunFiles } from "corolla";
 *
 * // Files that stay in memory, for tests. In a ServerApp they are `grid.host.files`.
 * const kept = new Map<string, string>();
 * const text = (piece: Uint8Array) => new TextDecoder().decode(piece);
 * const files: RunFiles = {
 *   read: (path) => Promise.resolve(kept.has(path) ? new TextEncoder().encode(kept.get(path)) : undefined),
 *   replace: (path, pieces) => Promise.resolve(void kept.set(path, pieces.map(text).join(""))),
 *   append: (path, more) => Promise.resolve(void kept.set(path, (kept.get(path) ?? "") + more)),
 *   remove: (path) => Promise.resolve(void kept.delete(path)),
 * };
 * await files.append("notes.txt", "round 1\n");
 * await files.append("notes.txt", "round 2\n");
 * assertEquals(text((await files.read("notes.txt"))!), "round 1\nround 2\n");
 * ```
 */
export interface RunFiles {
  /** The whole file; undefined when there is none. @throws {Error} when it may not be read */
  read(path: string): Promise<Uint8Array | undefined>;
  /**
   * Writes the pieces as one file, in the place of one that is there, and makes the folders it needs. Whoever reads
   * it meanwhile, or after a crash, finds the old file or the new one, whole.
   * @throws {Error} when it may not be written
   */
  replace(path: string, pieces: readonly Uint8Array[]): Promise<void>;
  /** Adds a text to the end of a file, which is made when there is none. @throws {Error} when it may not be written */
  append(path: string, text: string): Promise<void>;
  /** Removes a file; one that is not there is fine. @throws {Error} when it may not be removed */
  remove(path: string): Promise<void>;
}

/**
 * Where a role says what it does. One line a call, without secrets.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Log } from "corolla";
 *
 * const lines: string[] = [];
 * const say = (text: string) => void lines.push(text);
 * const log: Log = { debug: () => {}, info: say, warn: say, error: say };
 * log.info("12 nodes answered");
 * log.debug("which nobody has to know");
 * assertEquals(lines, ["12 nodes answered"]);
 * ```
 */
export interface Log {
  /** What only who looks for an error wants to know. */
  debug(text: string): void;
  /** What happens. */
  info(text: string): void;
  /** What may not be as it was meant. */
  warn(text: string): void;
  /** What went wrong. */
  error(text: string): void;
}

/** Why a content could not be kept: the reason reaches the peer that sent it. */
export class StorageFullError extends Error {
  override name = "StorageFullError";
}

/**
 * The bytes of objects, by their hash. Rows say which contents exist; this holds them.
 *
 * `write` returns when the bytes would survive a crash. Writing the same id again is harmless.
 * @throws {StorageFullError} from `write` when there is no room; nothing is left behind then.
 */
export interface ContentFiles {
  write(id: ObjectId, content: Uint8Array): Promise<void>;
  /**
   * The content: in `into`, when that is given and large enough, else in memory of its own.
   * @throws {Error} when it is not there
   */
  read(id: ObjectId, into?: Uint8Array): Promise<Uint8Array>;
  /** Removes the content; one that is not there is fine. */
  remove(id: ObjectId): Promise<void>;
  /** Every id that is held. */
  list(): AsyncIterable<ObjectId>;
  /** Removes what stays when contents go, such as empty folders; work may go on meanwhile. */
  tidy(): Promise<void>;
}

/**
 * Room on a disk that is set aside. Contents fill a disk, and only rows that are written then can empty it again: so
 * contents are refused while the reserve cannot be held, and it is released for rows.
 */
export interface DiskReserve {
  /** Whether the room is set aside, now if it was not before. */
  hold(): boolean;
  /** Gives the room free; false when there was none to give. */
  release(): boolean;
}

/** A database that cannot be used; the message says which, what was expected and what to do. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** What a column holds. Integers are read as `bigint`, everything with a fraction as `number`. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/** One row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement that is parsed once and run often. Values stand for its `?` in order. */
export interface SqlStatement {
  /** Gives how many rows changed. */
  run(...values: SqlValue[]): number;
  /** The first row. */
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

/** An embedded database in one file, held by this process alone. Calls block for as long as the disk takes. */
export interface SqlDatabase {
  /** Where it is, for messages to people. */
  readonly path: string;
  /** Has the file written in the way of this program from here on. To be called once it is known to be ours. */
  adopt(): void;
  /** Whether a transaction is open; an error may have ended it. */
  readonly inTransaction: boolean;
  /** Parses a statement, once for the same text. */
  prepare(sql: string): SqlStatement;
  /** Runs statements without values. */
  execute(sql: string): void;
  /** Resolves when the event loop has been round: calls block, so who makes many in a row awaits it in between. */
  turn(): Promise<void>;
  /** Gives the file free for others. */
  close(): void;
}

/** The transport connection a call came over. */
export interface Connection {
  /** Unique within the process. */
  readonly id: string;
  /** `host:port` of the peer, for logs. */
  readonly peerAddress: string;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** Aborted when the connection is gone. */
  readonly closed: AbortSignal;
  /** Whether the peer is a part of this very process. */
  readonly isOwn?: boolean;
}

/** Which of an app's two sides a process runs. */
export type AppPlugin = "serverapp" | "clientapp";

/** What an app process is written in, and so which program runs it. */
export type AppRuntime = "typescript" | "python";

/** Where an app process finds the AppIo service that gave it its task. */
export interface AppIoEndpoint {
  /** `host:port`, reachable from this machine. */
  readonly address: string;
  /** Path of the CA certificate that vouches for the service; absent when it speaks in the clear. */
  readonly rootCertificates?: string;
  /** Path of a socket on which it listens too, in the clear, for apps that are given no network. */
  readonly socketPath?: string;
}

/** A task to be worked on by an app process. */
export interface AppOrder {
  readonly plugin: AppPlugin;
  /** Whether the ServerApp's process simulates the whole federation. */
  readonly simulates?: boolean;
  readonly runtime: AppRuntime;
  readonly runId: RunId;
  readonly taskId: TaskId;
  /** The task's secret. It travels by pipe or private file, never on a command line, never into a log. */
  readonly token: string;
  readonly appIo: AppIoEndpoint;
}

/**
 * How a process came to be through with a task.
 *
 * - `ready`: it has done the task and waits for another one.
 * - `exited`: the process is gone; `lastWords` is the end of what it wrote to its error stream.
 * - `notStarted`: there never was a process.
 */
export type AppEnd =
  | { readonly kind: "ready" }
  | { readonly kind: "exited"; readonly code: number; readonly signal?: string; readonly lastWords: string }
  | { readonly kind: "notStarted"; readonly reason: string };

/** The process that works on one task. */
export interface AppProcess {
  /** Resolves once the process is through with the task; never rejects. */
  readonly ended: Promise<AppEnd>;
  /** Asks the process to leave, and ends it a little later if it has not. */
  stop(): void;
}

/** Starts app processes and sees to it that none outlives its work. */
export interface Launcher {
  start(order: AppOrder): AppProcess;
  /** Ends every process that was started; resolves when all are gone. Nothing starts after that. */
  stop(): Promise<void>;
}
