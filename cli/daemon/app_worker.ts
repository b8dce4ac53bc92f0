/**
 * The Worker in which an app's code runs: one for each task. It is started with no permission but for the app's own
 * folders, and speaks to the world through a port alone.
 *
 * @module
 */
// Loaded here, so that an app's import of "corolla" finds it without leave to read our source.
import "../../mod.ts";
import { Console } from "node:console";
import { failureOf } from "../../core/app/failure.ts";
import { type Seed, SeededRandom } from "../../core/app/seeded_random.ts";
import { serveApps } from "../../core/app/worker_side.ts";
import { systemClock } from "../../core/io/clock.ts";
import { systemRandom } from "../../core/io/random.ts";
import { runFiles } from "../../core/io/run_files.ts";
import { spentMemory } from "../../core/io/spent_memory.ts";

/** What the main thread posts, once: the way to it. */
export interface AppWorkerStart {
  readonly port: MessagePort;
}

// The one that loads apps in another way starts this itself.
if (import.meta.main) {
  addEventListener("message", (event) => {
    const { port } = (event as MessageEvent<AppWorkerStart>).data;
    takeThread(port, () => (url) => import(url));
  }, { once: true });
}

/** Loads a module of the app by its URL. */
export type ImportModule = (url: string) => Promise<Record<string, unknown>>;

/**
 * Makes this thread the app's: all that it does goes over the port.
 * @param makeImport called when output, exits and errors go there already
 */
export function takeThread(port: MessagePort, makeImport: () => ImportModule): void {
  const { promise: loading, resolve: load } = Promise.withResolvers<ImportModule>();
  const peer = serveApps(port, {
    clock: systemClock,
    random: systemRandom,
    files: runFiles,
    spent: spentMemory,
    seeded,
    importModule: async (url) => (await loading)(url),
  });
  const print = (text: string) => void peer.call("print", text).catch(() => {});
  const exited = (code: unknown) => void peer.call("exited", Number(code ?? 0)).catch(() => {});
  takeOutput(print);
  takeExits(exited);
  takeErrors((thrown) => void peer.call("crashed", failureOf(thrown)).catch(() => {}));
  // Tokens of later tasks come this way.
  Deno.stdin.close();
  load(makeImport());
}

/** An app's own dice are loaded as well. */
function seeded(seed: Seed): SeededRandom {
  const random = new SeededRandom(seed);
  const dice = new SeededRandom(seed);
  Math.random = () => dice.fraction();
  return random;
}

/** Sends all that the app prints to the main thread, which knows where it belongs. */
function takeOutput(print: (text: string) => void): void {
  const decoder = new TextDecoder();
  const ignore = () => {};
  const stream = { write: print, on: ignore, once: ignore, removeListener: ignore, listenerCount: () => 0 };
  globalThis.console = new Console(
    { stdout: stream, stderr: stream } as unknown as ConstructorParameters<typeof Console>[0],
  ) as Console;
  const writeSync = (bytes: Uint8Array) => {
    print(decoder.decode(bytes));
    return bytes.length;
  };
  for (const std of [Deno.stdout, Deno.stderr]) {
    Object.assign(std, { writeSync, write: (bytes: Uint8Array) => Promise.resolve(writeSync(bytes)) });
  }
}

/**
 * An app that ends its Worker would leave the main thread waiting for ever. Node's `process.exit` calls Deno's, so
 * that slow module need not be loaded here.
 */
function takeExits(exited: (code: unknown) => void): void {
  const exit = (code?: unknown): never => {
    exited(code);
    throw new Error(`The app ended itself with status ${Number(code ?? 0)}`);
  };
  Object.assign(Deno, { exit });
  Object.assign(globalThis, { close: () => exit(0) });
}

function takeErrors(crashed: (thrown: unknown) => void): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    crashed(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    crashed((event as ErrorEvent).error ?? (event as ErrorEvent).message);
  });
}
