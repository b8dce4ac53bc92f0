import type { Clock } from "./ports.ts";

/** How often the file is looked at. Milliseconds. */
const LOOK_MS = 500;

/** What is done about a file. */
export interface WatchedFileOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gets the content each time that it is another one. What it throws ends the watch. */
  changed(content: Uint8Array): Promise<void>;
  /** The file cannot be read any more; said once until it can be. */
  lost(reason: string): void;
}

/**
 * Watches one file, by name: it may be written anew in place or replaced by another one, also on a disk that gives no
 * notice of changes. A change counts when it has stood still for one look, so that nothing half written is taken.
 * Needs leave to read this one path and no folder. Resolves when the signal is aborted.
 * @param known the content that is known already
 */
export async function watchFile(
  path: string,
  known: Uint8Array,
  options: WatchedFileOptions,
): Promise<void> {
  const { clock, signal } = options;
  const file = new WatchedFile(path, known, options);
  while (!signal.aborted) {
    await file.look();
    await clock.sleep(LOOK_MS, signal);
  }
}

class WatchedFile {
  #content: Uint8Array;
  /** What the last look saw. */
  #seen = "";
  /** What the content was read from. */
  #taken = "";
  #lost = false;

  constructor(readonly path: string, known: Uint8Array, readonly options: WatchedFileOptions) {
    this.#content = known;
  }

  async look(): Promise<void> {
    try {
      const seen = await stampOf(this.path);
      const isStill = seen === this.#seen;
      this.#seen = seen;
      this.#lost = false;
      if (!isStill || seen === this.#taken) return;
      const content = await Deno.readFile(this.path);
      // It changed again while it was read: the next looks will tell.
      if (await stampOf(this.path) !== seen) return;
      this.#taken = seen;
      if (same(content, this.#content)) return;
      this.#content = content;
    } catch (error) {
      this.#seen = "";
      if (!this.#lost) this.options.lost(error instanceof Error ? error.message : String(error));
      this.#lost = true;
      return;
    }
    await this.options.changed(this.#content);
  }
}

/** Differs whenever the file does, as far as a file system can tell. */
async function stampOf(path: string): Promise<string> {
  const { dev, ino, size, mtime, ctime } = await Deno.stat(path);
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(":");
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
