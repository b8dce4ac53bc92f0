import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A daemon of ours as a process of its own. */
export class Daemon {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #said = "";

  /** @param args words after `corolla`; `denoFlags` are its permissions, everything unless given */
  constructor(args: readonly string[], how: { env: Record<string, string>; denoFlags?: readonly string[] }) {
    const flags = how.denoFlags ?? ["--allow-all"];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--cached-only", ...flags, `${ROOT}cli/main.ts`, ...args],
      env: { ...how.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#reading = this.#read();
  }

  /** All it has said. */
  get log(): string {
    return this.#said;
  }

  /** Resolves with the match when the log holds it. @throws {Error} with the log when the daemon ends before */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    const ended = this.#reading.then(() => "ended");
    while (true) {
      const found = this.#said.match(pattern);
      if (found) return found;
      const news = new Promise<string>((resolve) => this.#waiting.add(() => resolve("news")));
      if (await Promise.race([news, ended]) === "ended" && !pattern.test(this.#said)) {
        throw new Error(`The daemon ended without saying ${pattern}:\n${this.#said}`);
      }
    }
  }

  /** Resolves with its status once it has ended by itself. */
  async ended(): Promise<number> {
    await this.#reading;
    return (await this.#child.status).code;
  }

  /** Sends a signal and waits for the end. @returns the status */
  async end(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
    return await this.ended();
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#said += text;
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
  }
}
