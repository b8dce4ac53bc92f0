import type { Clock } from "./ports.ts";

/** How often the files are looked at. Milliseconds. */
const LOOK_MS = 500;

/** What is done about files. */
export interface WatchedFilesOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gets all contents, in the order of the paths, each time that one is another. What it throws ends the watch. */
  changed(contents: readonly Uint8Array[]): Promise<void>;
  /** A file cannot be read any more; said once until all can be. */
  lost(reason: string): void;
}

/**
 * Watches files that belong together, by name: they may be written anew in place or replaced by others, also on a disk
 * that gives no notice of changes. A change counts when all have stood still for one look, so that nothing half written
 * is taken. Needs leave to read these paths and no folder. Resolves when the signal is aborted.
 * @param known the contents that are known already
 */
export async function watchFiles(
  paths: readonly string[],
  known: readonly Uint8Array[],
  options: WatchedFilesOptions,
): Promise<void> {
  const { clock, signal } = options;
  const files = new WatchedFiles(paths, known, options);
  while (!signal.aborted) {
    await files.look();
    await clock.sleep(LOOK_MS, signal);
  }
}

class WatchedFiles {
  #contents: readonly Uint8Array[];
  /** What the last look saw. */
  #seen = "";
  /** What the contents were read from. */
  #taken = "";
  #lost = false;

  constructor(
    readonly paths: readonly string[],
    known: readonly Uint8Array[],
    readonly options: WatchedFilesOptions,
  ) {
    this.#contents = known;
  }

  async look(): Promise<void> {
    try {
      const seen = await this.#stamp();
      const isStill = seen === this.#seen;
      this.#seen = seen;
      this.#lost = false;
      if (!isStill || seen === this.#taken) return;
      const contents = await Promise.all(this.paths.map((path) => Deno.readFile(path)));
      // They changed again while they were read: the next looks will tell.
      if (await this.#stamp() !== seen) return;
      this.#taken = seen;
      if (contents.every((content, index) => same(content, this.#contents[index]))) return;
      this.#contents = contents;
    } catch (error) {
      this.#seen = "";
      if (!this.#lost) this.options.lost(error instanceof Error ? error.message : String(error));
      this.#lost = true;
      return;
    }
    await this.options.changed(this.#contents);
  }

  /** Differs whenever one of the files does, as far as a file system can tell. */
  async #stamp(): Promise<string> {
    const stamps = await Promise.all(this.paths.map(async (path) => {
      const { dev, ino, size, mtime, ctime } = await Deno.stat(path);
      return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(":");
    }));
    return stamps.join(" ");
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
