import type { ObjectId } from "../model/ids.ts";

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
  /** The content, in memory of its own. @throws {Error} when it is not there. */
  read(id: ObjectId): Promise<Uint8Array>;
  /** Removes the content; one that is not there is fine. */
  remove(id: ObjectId): Promise<void>;
  /** Every id that is held. */
  list(): AsyncIterable<ObjectId>;
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
}
