import { logText } from "./log_text.ts";
import { localTime, type LogLevel, reaches } from "./log.ts";
import type { Log } from "./ports.ts";

/** A log file and how many older ones are kept beside it. */
export interface LogFilePlace {
  /** Absolute. Older files stand beside it, under its name with `.1` (the youngest) and so on. */
  readonly path: string;
  /** After so many hours a new file is begun. */
  readonly intervalHours: number;
  /** So many older files are kept. */
  readonly backups: number;
}

/** How a {@link fileLog} is written. */
export interface FileLogOptions extends LogFilePlace {
  /** The least urgent level that is written; `INFO` unless told. */
  readonly level?: LogLevel;
  /** Stands in each line, for whoever reads the logs of many. */
  readonly source: string;
  /** Hears once of it when the file cannot be written any more. */
  readonly trouble: (text: string) => void;
  /** The machine's time unless told. */
  readonly now?: () => Date;
}

const HOUR_MS = 60 * 60 * 1000;

/** Every path that a log file is ever at, the present one first. */
export function logFilePaths({ path, backups }: LogFilePlace): string[] {
  return [path, ...Array.from({ length: backups }, (_, index) => `${path}.${index + 1}`)];
}

/**
 * A log in a file, a line each: `LEVEL flwr TIME | source | text`. The file is continued if it is there, and begun anew
 * when it is old.
 * @throws {Error} when the file cannot be opened
 */
export function fileLog(options: FileLogOptions): Log {
  const { level = "INFO", source, now = () => new Date() } = options;
  const file = new RotatedFile(options, now);
  const say = (at: LogLevel) => (text: string) => {
    if (!reaches(at, level)) return;
    file.write(`${at} flwr ${localTime(now())} | ${source} | ${logText(text)}\n`);
  };
  return { debug: say("DEBUG"), info: say("INFO"), warn: say("WARNING"), error: say("ERROR") };
}

class RotatedFile {
  readonly #options: FileLogOptions;
  readonly #now: () => Date;
  #file: Deno.FsFile;
  #endsAtMs: number;
  #isBroken = false;

  constructor(options: FileLogOptions, now: () => Date) {
    this.#options = options;
    this.#now = now;
    this.#endsAtMs = (changedMs(options.path) ?? now().getTime()) + this.#intervalMs;
    this.#file = open(options.path);
  }

  get #intervalMs(): number {
    return this.#options.intervalHours * HOUR_MS;
  }

  write(line: string): void {
    try {
      if (this.#now().getTime() >= this.#endsAtMs) this.#rotate();
      const bytes = new TextEncoder().encode(line);
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
      this.#isBroken = false;
    } catch (error) {
      if (this.#isBroken) return;
      this.#isBroken = true;
      this.#options.trouble(`Cannot write the log file ${this.#options.path}: ${(error as Error).message}`);
    }
  }

  #rotate(): void {
    this.#endsAtMs = this.#now().getTime() + this.#intervalMs;
    const paths = logFilePaths(this.#options);
    this.#file.close();
    try {
      for (let at = paths.length - 1; at > 0; at--) renameIfThere(paths[at - 1], paths[at]);
    } finally {
      this.#file = open(this.#options.path);
    }
  }
}

function open(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true, mode: 0o640 });
}

function changedMs(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch {
    return undefined;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
