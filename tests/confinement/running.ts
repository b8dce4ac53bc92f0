/** How long a test waits for something that a process has to say or do before it gives up. */
const PATIENCE_MS = 60_000;

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is started. */
export interface Start {
  readonly executable: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A process that a test started, and what it has said. */
export class Running {
  readonly pid: number;
  /** Of its command line. */
  readonly args: readonly string[];
  readonly ended: Promise<Ended>;
  readonly #child: Deno.ChildProcess;
  #stdout = "";
  #stderr = "";
  #over = false;
  #endedBy: Deno.Signal | null = null;
  #news = Promise.withResolvers<void>();

  constructor(readonly name: string, { executable, args, cwd, env }: Start) {
    const streams = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(executable, { args: [...args], cwd, env, ...streams }).spawn();
    this.pid = this.#child.pid;
    this.args = args;
    this.ended = this.#watch();
  }

  /** All it has said so far on either stream. */
  get said(): string {
    return this.#stdout + this.#stderr;
  }

  /** The signal that has ended it. */
  get endedBy(): Deno.Signal | null {
    return this.#endedBy;
  }

  /** The first match in what it says. @throws {Error} when it ends without, or takes too long */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, PATIENCE_MS);
    try {
      while (true) {
        const news = this.#news.promise;
        const match = this.said.match(pattern);
        if (match) return match;
        if (late || this.#over) {
          throw new Error(
            `${this.name} ${late ? "has not said" : "ended without"} ${pattern}:\n${this.said}`,
          );
        }
        await news;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal; a process that is gone does not mind. */
  signal(name: Deno.Signal): void {
    try {
      this.#child.kill(name);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Asks it to end, and ends it when it does not listen. */
  async stop(signal: Deno.Signal = Deno.build.os === "windows" ? "SIGKILL" : "SIGTERM"): Promise<Ended> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal("SIGKILL"), PATIENCE_MS / 4);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }

  async #watch(): Promise<Ended> {
    const reading = Promise.all([
      this.#read(this.#child.stdout, (text) => this.#stdout += text),
      this.#read(this.#child.stderr, (text) => this.#stderr += text),
    ]);
    const { code, signal } = await this.#child.status;
    this.#endedBy = signal;
    await reading;
    this.#over = true;
    this.#wake();
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
  }

  async #read(stream: ReadableStream<Uint8Array>, keep: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      keep(text);
      this.#wake();
    }
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
