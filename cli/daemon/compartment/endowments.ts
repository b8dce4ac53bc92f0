/*
 * What an app in a compartment finds in its global scope beside the language. Each name is here because apps need it;
 * what is not named does not exist for them. Functions are wrapped, so that they have no `this` but ours, and what they call
 * has none.
 */

// deno-lint-ignore no-explicit-any -- what it is called with is the app's affair
type AnyFunction = (...args: any[]) => unknown;

/** Functions of Deno's that ask for permission themselves, or need none; most have a twin that does not wait. */
const DENO_FUNCTIONS = [
  ...["readFile", "readTextFile", "writeFile", "writeTextFile", "open", "create", "truncate", "stat"],
  ...["lstat", "readDir", "mkdir", "remove", "rename", "copyFile", "realPath", "makeTempDir", "makeTempFile"],
].flatMap((name) => [name, `${name}Sync`]);
const DENO_MORE = ["cwd", "exit", "memoryUsage"];

/**
 * Classes, and objects of functions that look at no `this`. CountQueuingStrategy and ByteLengthQueuingStrategy must not be
 * here: each of them holds the thread's global object.
 */
const AS_THEY_ARE = [
  ...["URL", "URLSearchParams", "URLPattern", "TextEncoder", "TextDecoder", "Blob", "File", "CryptoKey"],
  ...["AbortController", "AbortSignal", "Event", "EventTarget", "CustomEvent", "DOMException"],
  ...["FormData", "Headers", "Request", "Response", "WebAssembly", "Intl"],
  ...["ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamBYOBReader", "TransformStream"],
  ...["WritableStream", "WritableStreamDefaultWriter", "CompressionStream", "DecompressionStream"],
  ...["TextEncoderStream", "TextDecoderStream"],
  // Parts of the language that SES leaves out of a compartment.
  ...["Date", "Temporal", "Float16Array", "Float32Array", "Float64Array", "SharedArrayBuffer", "Atomics"],
  ...["WeakRef", "FinalizationRegistry", "SuppressedError", "DisposableStack", "AsyncDisposableStack"],
];

const FUNCTIONS = ["atob", "btoa", "fetch", "clearTimeout", "clearInterval"];
const TIMERS = ["setTimeout", "setInterval"];

const CONSOLE = [
  ...["log", "info", "debug", "warn", "error", "dir", "table", "assert"],
  ...["group", "groupCollapsed", "groupEnd"],
];

/** The app's globals. Taken from this thread's, which are to be as they were when it started. */
export function endowments(): Record<string, unknown> {
  const world = globalThis as unknown as Record<string, unknown>;
  const own: Record<string, unknown> = { console: ownConsole(), Deno: ownDeno() };
  for (const name of AS_THEY_ARE) if (name in world) own[name] = world[name];
  for (const name of FUNCTIONS) own[name] = plain(world[name] as AnyFunction);
  for (const name of TIMERS) own[name] = timer(name, world[name] as AnyFunction);
  // Each is taken now: their names will mean the app's.
  const { queueMicrotask: soon, structuredClone: clone } = globalThis;
  own.queueMicrotask = (callback: unknown) => soon(calling("queueMicrotask", callback));
  const { subtle } = crypto;
  own.crypto = { subtle, ...picked(crypto, ["getRandomValues", "randomUUID"]) };
  own.performance = { timeOrigin: performance.timeOrigin, ...picked(performance, ["now"]) };
  own.structuredClone = (value: unknown) => clone(value);
  const { exit } = Deno;
  own.close = () => exit(0);
  own.navigator = { hardwareConcurrency: navigator.hardwareConcurrency, userAgent: navigator.userAgent };
  own.Math = ownMath();
  return own;
}

/** What of Node's console counts, times or traces would load more of Node, which needs what is gone by then. */
function ownConsole(): Record<string, unknown> {
  const own = picked(console, CONSOLE);
  const log = own.log as AnyFunction;
  const warn = own.warn as AnyFunction;
  const now = performance.now.bind(performance);
  const counts = new Map<string, number>();
  const starts = new Map<string, number>();
  const timed = (label: string, ...more: unknown[]) => {
    const start = starts.get(label);
    if (start === undefined) warn(`Timer '${label}' does not exist`);
    else log(`${label}: ${(now() - start).toFixed(3)}ms`, ...more);
  };
  return {
    ...own,
    count(label: unknown = "default") {
      const count = (counts.get(`${label}`) ?? 0) + 1;
      counts.set(`${label}`, count);
      log(`${label}: ${count}`);
    },
    countReset: (label: unknown = "default") => void counts.delete(`${label}`),
    time: (label: unknown = "default") => void starts.set(`${label}`, now()),
    timeLog: (label: unknown = "default", ...more: unknown[]) => timed(`${label}`, ...more),
    timeEnd(label: unknown = "default") {
      timed(`${label}`);
      starts.delete(`${label}`);
    },
    trace: (...all: unknown[]) => warn("Trace:", ...all, `${new Error().stack?.replace(/^.*\n/, "\n")}`),
  };
}

function ownDeno(): Record<string, unknown> {
  const { build, version, errors, SeekMode } = Deno;
  const output = (std: typeof Deno.stdout) => picked(std, ["write", "writeSync"]);
  return {
    ...picked(Deno, [...DENO_FUNCTIONS, ...DENO_MORE]),
    env: picked(Deno.env, ["get", "has", "set", "delete", "toObject"]),
    stdout: output(Deno.stdout),
    stderr: output(Deno.stderr),
    ...{ build, version, errors, SeekMode },
    args: [],
  };
}

/** Chance goes where this thread's chance goes, which may have been seeded. */
function ownMath(): object {
  const theirs = globalThis.Math;
  const own = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(theirs));
  return Object.defineProperty(own, "random", { value: () => theirs.random() });
}

function picked(from: object, names: readonly string[]): Record<string, unknown> {
  const all = from as Record<string, unknown>;
  const functions = names.filter((name) => typeof all[name] === "function");
  return Object.fromEntries(functions.map((name) => [name, plain(all[name] as AnyFunction, from)]));
}

/** The same function without a way to give it another `this`. */
function plain(call: AnyFunction, on?: object): AnyFunction {
  return (...args) => Reflect.apply(call, on, args);
}

function timer(name: string, start: AnyFunction): AnyFunction {
  return (callback: unknown, ms?: unknown, ...args: unknown[]) =>
    Number(start(calling(name, callback, args), Number(ms ?? 0)));
}

/** Calls what the app gave without a `this`. It must not be text, which other versions of Deno evaluate. */
function calling(name: string, callback: unknown, args: readonly unknown[] = []): () => void {
  if (typeof callback === "function") return () => void Reflect.apply(callback, undefined, args);
  throw new TypeError(
    `Cannot call ${name} as its first argument must be a function: current value is of type ${typeof callback}`,
  );
}
