import { DatabaseError } from "./ports.ts";

/** Keeps a database for this process. */
export interface DatabaseLock {
  release(): void;
}

/**
 * Takes the database at `path` for this process. The kernel holds the lock and lets it go when the process ends,
 * however it ends; the file beside the database only says who has it and is never removed.
 * @throws {DatabaseError} naming the process that has it
 */
export async function lockDatabase(path: string): Promise<DatabaseLock> {
  const lockPath = `${path}.lock`;
  const file = await Deno.open(lockPath, { create: true, read: true, write: true, mode: 0o600 });
  try {
    if (!await file.tryLock(true)) throw new DatabaseError(await inUse(path, lockPath));
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  return { release: () => file.close() };
}

async function inUse(path: string, lockPath: string): Promise<string> {
  const pid = (await Deno.readTextFile(lockPath)).trim();
  return `Cannot open database ${path} as one process at a time may use it: process ${
    pid || "(starting)"
  } does. ` +
    `Stop that process, or give another path.`;
}
