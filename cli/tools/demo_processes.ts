import { fileURLToPath } from "node:url";
import { UserError } from "../output.ts";

/** How long a process may take to leave after it was asked to. */
const GRACE_MS = 8_000;

/** One program to start. */
export interface ProcessOrder {
  /** For messages. */
  readonly name: string;
  /** Words after the program's name. */
  readonly args: readonly string[];
  /** Deno's permission flags, where the program runs from source. */
  readonly permissions: readonly string[];
  readonly flwrHome: string;
  /** File that takes what it logs. */
  readonly logPath: string;
}

/** The processes of one demo. None of them outlives {@link stop}. */
export class DemoProcesses {
  readonly #running = new Map<string, Deno.ChildProcess>();
  #stopping = false;

  /** Rejects when a process ends that nobody asked to end. Never resolves. */
  readonly accident: Promise<never>;
  readonly #reject: (reason: Error) => void;

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    this.accident = promise;
    this.#reject = reject;
    // Between two steps nobody listens; the next one will.
    promise.catch(() => {});
  }

  /** Starts this very program again in another role. */
  start(order: ProcessOrder): void {
    if (this.#stopping) return;
    const fromSource = ["run", "--quiet", "--cached-only", "--no-prompt", ...order.permissions, mainModule()];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...(Deno.build.standalone ? [] : fromSource), ...order.args],
      env: { FLWR_HOME: order.flwrHome, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#running.set(order.name, child);
    const logged = keepLog(child.stderr, order.logPath);
    child.status.then(async ({ code, signal }) => {
      this.#running.delete(order.name);
      await logged;
      if (this.#stopping) return;
      const end = signal ? `was ended by ${signal}` : `ended with status ${code}`;
      this.#reject(
        new UserError(`The ${order.name} ${end}: ${await lastLine(order.logPath)}`, {
          hint: `All it said is in ${order.logPath}`,
        }),
      );
    });
  }

  /** Runs Deno to the end of what the words tell it to do. @throws {UserError} when the demo is over already */
  async finish(name: string, args: readonly string[]): Promise<Deno.CommandOutput> {
    if (this.#stopping) throw new UserError(`Cannot start the ${name}: the demo is over`);
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#running.set(name, child);
    try {
      return await child.output();
    } finally {
      this.#running.delete(name);
    }
  }

  /** Asks every process to end, then makes it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const children = [...this.#running.values()];
    for (const child of children) signal(child, "SIGTERM");
    const timer = setTimeout(() => children.forEach((child) => signal(child, "SIGKILL")), GRACE_MS);
    await Promise.all(children.map((child) => child.status));
    clearTimeout(timer);
  }
}

function mainModule(): string {
  return fileURLToPath(new URL("../main.ts", import.meta.url));
}

/** A process may be gone by the time it is asked to go. */
function signal(child: Deno.ChildProcess, name: Deno.Signal) {
  try {
    child.kill(name);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function keepLog(stream: ReadableStream<Uint8Array>, path: string) {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
}

async function lastLine(path: string): Promise<string> {
  const lines = (await Deno.readTextFile(path)).trim().split("\n");
  return lines.at(-1) ?? "it said nothing";
}
