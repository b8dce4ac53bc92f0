import type { ObjectId } from "../model/ids.ts";
import { type ContentFiles, type DiskReserve, StorageFullError } from "./ports.ts";

/** The folder, within that of the contents, for files that are still being written. */
const UNFINISHED = "unfinished";

/**
 * Contents as files `ab/abcd…` under `folder`, which is created (for its owner only) when it is not there.
 *
 * A content is written under another name, flushed, renamed and its folder flushed: under its own name a file is
 * always whole. One process at a time may use the folder; what an earlier one left unfinished is removed.
 *
 * @param options.durable `false` for contents that nobody will look for after a crash: nothing is flushed then
 * @param options.reserve room on the same disk that contents must leave to others
 */
export async function openContentFiles(
  folder: string,
  options: { durable?: boolean; reserve?: DiskReserve } = {},
): Promise<ContentFiles> {
  const { durable = true, reserve } = options;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${folder}/${UNFINISHED}`;
  await Deno.remove(unfinished, { recursive: true }).catch(unlessNotFound);
  await Deno.mkdir(unfinished, { mode: 0o700 });
  // A shelf that the process before us made may not have reached the disk when it died.
  if (durable) await flush(folder);
  reserve?.hold();
  return new FolderContentFiles(folder, { durable, reserve });
}

class FolderContentFiles implements ContentFiles {
  readonly #folder: string;
  /** Shelves that are there, or on their way. */
  readonly #shelves = new Map<string, Promise<void>>();
  /** How many writers are at work on each shelf. */
  readonly #inUse = new Map<string, number>();
  #written = 0;

  readonly #durable: boolean;
  readonly #reserve: DiskReserve | undefined;

  constructor(folder: string, { durable, reserve }: { durable: boolean; reserve: DiskReserve | undefined }) {
    this.#folder = folder;
    this.#durable = durable;
    this.#reserve = reserve;
  }

  async write(id: ObjectId, content: Uint8Array): Promise<void> {
    await this.#using(this.#shelfOf(id), () => this.#write(id, content));
  }

  async #write(id: ObjectId, content: Uint8Array): Promise<void> {
    const shelf = this.#shelfOf(id);
    const path = this.#pathOf(id);
    if (await sizeOf(path) !== content.length) {
      if (this.#reserve?.hold() === false) throw full(this.#folder, content.length);
      const draft = `${this.#folder}/${UNFINISHED}/${++this.#written}-${id}`;
      try {
        await writeNew(draft, content, this.#durable);
        await this.#makeShelf(shelf);
        await Deno.rename(draft, path);
      } catch (error) {
        await Deno.remove(draft).catch(unlessNotFound);
        throw isFull(error) ? full(this.#folder, content.length, error) : error;
      }
    }
    // Also for a file that was there: its name may not have reached the disk when the process before us died.
    if (this.#durable) await flush(shelf);
  }

  async read(id: ObjectId, into?: Uint8Array): Promise<Uint8Array> {
    const file = await Deno.open(this.#pathOf(id));
    try {
      const { size } = await file.stat();
      const content = into && into.length >= size ? into.subarray(0, size) : new Uint8Array(size);
      await fill(file, content, id);
      return content;
    } finally {
      file.close();
    }
  }

  async remove(id: ObjectId): Promise<void> {
    await Deno.remove(this.#pathOf(id)).catch(unlessNotFound);
  }

  async *list(): AsyncIterable<ObjectId> {
    for await (const shelf of Deno.readDir(this.#folder)) {
      if (!isShelf(shelf.name)) continue;
      for await (const { name } of Deno.readDir(`${this.#folder}/${shelf.name}`)) {
        if (isId(name) && name.startsWith(shelf.name)) yield name;
      }
    }
  }

  async tidy(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      if (isShelf(name)) this.#tidyShelf(`${this.#folder}/${name}`);
    }
    this.#reserve?.hold();
  }

  /** In one go, so that nobody can begin to write there meanwhile. */
  #tidyShelf(shelf: string): void {
    if (this.#inUse.has(shelf)) return;
    this.#shelves.delete(shelf);
    try {
      Deno.removeSync(shelf);
    } catch {
      // Nothing but an empty folder can be removed like this.
    }
  }

  /** Keeps a shelf from being tidied away while somebody works there. */
  async #using<T>(shelf: string, work: () => Promise<T>): Promise<T> {
    this.#inUse.set(shelf, (this.#inUse.get(shelf) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#inUse.get(shelf)! - 1;
      if (left === 0) this.#inUse.delete(shelf);
      else this.#inUse.set(shelf, left);
    }
  }

  #shelfOf(id: ObjectId): string {
    if (!isId(id)) {
      throw new TypeError(`Cannot keep object ${id} as its id must be a SHA-256 in lower-case hex`);
    }
    return `${this.#folder}/${id.slice(0, 2)}`;
  }

  #pathOf(id: ObjectId): string {
    return `${this.#shelfOf(id)}/${id}`;
  }

  /** Resolves when the shelf and its name are on disk. */
  #makeShelf(shelf: string): Promise<void> {
    const making = this.#shelves.get(shelf) ?? this.#make(shelf);
    this.#shelves.set(shelf, making);
    making.catch(() => this.#shelves.delete(shelf));
    return making;
  }

  async #make(shelf: string): Promise<void> {
    await Deno.mkdir(shelf, { mode: 0o700 }).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
    if (this.#durable) await flush(this.#folder);
  }
}

function isShelf(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}

/** An id is a part of a path, so it is nothing but hex. */
function isId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    unlessNotFound(error);
    return undefined;
  }
}

async function writeNew(path: string, content: Uint8Array, durable: boolean): Promise<void> {
  const file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  try {
    for (let done = 0; done < content.length;) done += await file.write(content.subarray(done));
    if (durable) await file.syncData();
  } finally {
    file.close();
  }
}

async function fill(file: Deno.FsFile, content: Uint8Array, id: ObjectId): Promise<void> {
  for (let done = 0; done < content.length;) {
    const count = await file.read(content.subarray(done));
    if (count === null) throw new Error(`Cannot read object ${id}: its file is shorter than it was`);
    done += count;
  }
}

/** Sees to it that the names in a folder are on disk. */
async function flush(folder: string): Promise<void> {
  const opened = await Deno.open(folder);
  try {
    await opened.sync();
  } finally {
    opened.close();
  }
}

function unlessNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function isFull(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}

function full(folder: string, sizeBytes: number, cause?: unknown): StorageFullError {
  return new StorageFullError(
    `Cannot store an object in ${folder} as its disk must have room for ${sizeBytes} bytes: it has not. ` +
      `Free some space.`,
    { cause },
  );
}
