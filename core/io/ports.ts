import type { ObjectId, RunId, TaskId } from "../model/ids.ts";

/** Time. Nothing below `core/io` reads a clock of its own, so tests decide what time it is. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Unpredictable bytes. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** The files that a run may leave behind. Paths that do not start at the root are meant in the run's own folder. */
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

/** Where a role says what it does. One line a call, without secrets. */
export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
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
