import type { AppCommand } from "./app_command.ts";
import { linesOf } from "./app_lines.ts";
import type { AppEnd, Clock } from "./ports.ts";

/** Where a child's own output goes, line by line. */
export interface AppOutput {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** How long a child that was asked to leave may take. */
export const LEAVE_MS = 5_000;
/** How long output may still come after the child's end; a grandchild can hold the pipe open for ever. */
const DRAIN_MS = 1_000;
/** How much of the error stream's end is kept. */
const LAST_WORDS_LENGTH = 4_000;

/** How many things are said of one child's lines at most. */
const MOST_EXPLAINED = 10;

type Exit = Extract<AppEnd, { kind: "exited" }>;

/** A running app process. */
export class AppChild {
  /** Resolves when the process is gone and its output was passed on. */
  readonly exited: Promise<Exit>;
  readonly #child: Deno.ChildProcess;
  readonly #input?: WritableStreamDefaultWriter<Uint8Array>;
  readonly #clock: Clock;
  readonly #gone = new AbortController();
  readonly #awaitedLines = new Map<string, () => void>();
  readonly #explain: ((line: string) => string | undefined) | undefined;
  readonly #explained = new Set<string>();
  #lastWords = "";
  #leaving = false;

  /** @throws {Error} when the program cannot be started */
  constructor(
    command: AppCommand,
    options: {
      clock: Clock;
      output: AppOutput;
      /** Whether the child is told something over its standard input. */
      input: boolean;
      /** The whole environment. */
      env: Readonly<Record<string, string>>;
      /** The folder that it starts in; this process's unless given. */
      cwd?: string;
      /** What is to be said of a line on its error stream, after that line; mostly nothing. */
      explain?(line: string): string | undefined;
    },
  ) {
    this.#clock = options.clock;
    this.#child = new Deno.Command(command.executable, {
      args: [...command.args],
      clearEnv: true,
      env: options.env,
      cwd: options.cwd,
      stdin: options.input ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (options.input) this.#input = this.#child.stdin.getWriter();
    this.#explain = options.explain;
    this.exited = this.#watch(options.output);
  }

  /** Writes one line to the child; a child that is gone does not mind. */
  tell(line: string): void {
    this.#input?.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  /** Resolves when the child prints exactly this line; the line goes nowhere else. */
  says(line: string): Promise<void> {
    return new Promise((resolve) => this.#awaitedLines.set(`${line}\n`, resolve));
  }

  /** Closes the child's standard input: an app process of ours leaves then. */
  dismiss(): void {
    this.#input?.close().catch(() => {});
    this.#endLater();
  }

  /** SIGTERM, and SIGKILL when the child has not left {@link LEAVE_MS} later. */
  stop(): void {
    this.#signal("SIGTERM");
    this.#endLater();
  }

  async #watch(output: AppOutput): Promise<Exit> {
    const drained = Promise.all([this.#readStdout(output), this.#readStderr(output)]);
    const status = await this.#child.status;
    this.#gone.abort();
    this.#input?.abort().catch(() => {});
    const patience = new AbortController();
    await Promise.race([drained, this.#clock.sleep(DRAIN_MS, patience.signal)]);
    patience.abort();
    const end = { kind: "exited" as const, code: status.code, lastWords: this.#lastWords.trim() };
    return status.signal === null ? end : { ...end, signal: status.signal };
  }

  async #readStdout(output: AppOutput): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) {
      const waiter = this.#awaitedLines.get(line);
      if (waiter === undefined) output.stdout(line);
      else {
        this.#awaitedLines.delete(line);
        waiter();
      }
    }
  }

  async #readStderr(output: AppOutput): Promise<void> {
    const heard = (line: string) => {
      this.#lastWords = (this.#lastWords + line).slice(-LAST_WORDS_LENGTH);
      output.stderr(line);
    };
    for await (const line of linesOf(this.#child.stderr)) {
      heard(line);
      const explained = this.#explanationOf(line);
      if (explained !== undefined) heard(line.endsWith("\n") ? `${explained}\n` : `\n${explained}\n`);
    }
  }

  /** The same thing is said once, and an app cannot have many things said. */
  #explanationOf(line: string): string | undefined {
    if (!this.#explain || this.#explained.size >= MOST_EXPLAINED) return undefined;
    const text = this.#explain(line);
    if (text === undefined || this.#explained.has(text)) return undefined;
    this.#explained.add(text);
    return text;
  }

  async #endLater(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    await this.#clock.sleep(LEAVE_MS, this.#gone.signal);
    this.#signal("SIGKILL");
  }

  #signal(signal: Deno.Signal): void {
    if (this.#gone.signal.aborted) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // Between the child's end and our hearing of it there is nobody to signal.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
