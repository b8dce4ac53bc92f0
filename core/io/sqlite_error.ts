import { DatabaseError, StorageFullError } from "./ports.ts";

/** How every SQLite database begins. */
const MAGIC = "SQLite format 3\0";

/** What SQLite says where people can do something about it. Errors of `exec` come with the text alone. */
const CODE_BY_TEXT = new Map([
  ["database is locked", 5],
  ["attempt to write a readonly database", 8],
  ["disk I/O error", 10],
  ["database disk image is malformed", 11],
  ["database or disk is full", 13],
  ["unable to open database file", 14],
  ["file is not a database", 26],
]);
const Code = { BUSY: 5, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

/**
 * Does something with the files of the database at `path`.
 * @throws {DatabaseError} that says why there can be no database, when that is what went wrong
 */
export async function atPlace<T>(path: string, work: () => Promise<T>): Promise<T> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat?.isDirectory) {
    throw new DatabaseError(
      `Cannot open database ${path} as its path must name a file: it is a directory. Give the path of a file in it.`,
    );
  }
  try {
    return await work();
  } catch (error) {
    throw placeError(path, error);
  }
}

/**
 * Sees to it that the file at `path` is an SQLite database or, from now on, an empty one.
 * @throws {DatabaseError} when it is something else
 */
export async function checkKind(path: string): Promise<void> {
  const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  try {
    const head = new Uint8Array(MAGIC.length);
    const count = await file.read(head);
    if (count !== null && new TextDecoder().decode(head) !== MAGIC) {
      throw new DatabaseError(notADatabase(path));
    }
  } finally {
    file.close();
  }
}

/** The error to throw for one from SQLite: a sentence where a person can act, the error itself otherwise. */
export function sentence(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseError) return error;
  // An extended code carries the plain one in its low byte.
  const code = ((error as { errcode?: number }).errcode ?? CODE_BY_TEXT.get(error.message) ?? 0) & 0xff;
  const because = { cause: error };
  switch (code) {
    case Code.FULL:
      return new StorageFullError(
        `Cannot write to database ${path} as its disk must have room: it is full. Free some space.`,
        because,
      );
    case Code.NOTADB:
      return new DatabaseError(notADatabase(path), because);
    case Code.CORRUPT:
      return new DatabaseError(
        `Cannot use database ${path} as its pages must fit together: it is damaged (${error.message}). ` +
          `Restore it from a copy, or move it away to begin anew.`,
        because,
      );
    case Code.READONLY:
    case Code.CANTOPEN:
      return new DatabaseError(notWritable(path), because);
    case Code.BUSY:
      return new DatabaseError(
        `Cannot use database ${path} as no other program may have it locked: one does. Close that program.`,
        because,
      );
    case Code.IOERR:
      return new DatabaseError(
        `Cannot use database ${path} as its disk must work: it reported an error (${error.message}). Check the disk.`,
        because,
      );
    default:
      return error;
  }
}

function placeError(path: string, error: unknown): unknown {
  const because = { cause: error };
  if (error instanceof DatabaseError) return error;
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return new DatabaseError(
      `Cannot open database ${path} as its folder must exist: it does not. Create the folder, or give another path.`,
      because,
    );
  }
  if (error instanceof Deno.errors.NotCapable) return error;
  return new DatabaseError(notWritable(path), because);
}

function notADatabase(path: string): string {
  return `Cannot open database ${path} as it must be an SQLite database: it is another kind of file. ` +
    `Give another path, or move the file away.`;
}

function notWritable(path: string): string {
  return `Cannot open database ${path} as this user must be able to write it and its folder: it is read-only. ` +
    `Change its permissions, or give another path.`;
}
