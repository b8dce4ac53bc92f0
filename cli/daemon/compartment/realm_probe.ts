/**
 * A Worker that looks, with the powers of the thread, at everything that an app can get hold of in a compartment, and at
 * what all those functions hand to what they are given. It answers with the ways to what no app may have.
 *
 * @module
 */
import { Console } from "node:console";
import * as corolla from "../../../mod.ts";
import { loadCollector } from "../../../core/io/spent_memory.ts";
import { sealRealm } from "./realm.ts";

/** What apps make; the path leads to a file that this thread may read. */
const MADE = (path: string) =>
  `(async () => {
  const made = [];
  const tried = (make) => { try { made.push(make()); } catch (error) { made.push(error); } };
  const controlled = (Stream, ...parts) => tried(() => new Stream(...parts));
  const holding = { start(controller) { made.push(controller); }, pull(controller) { made.push(controller.byobRequest); } };
  const { signal } = new AbortController();
  tried(() => new Request("https://a/", { method: "POST", body: "x", signal, headers: { a: "b" } }));
  tried(() => new Response("x", { headers: [["a", "b"]] }));
  tried(() => new Response("x").body.getReader());
  controlled(ReadableStream, holding);
  controlled(ReadableStream, { ...holding, type: "bytes", autoAllocateChunkSize: 8 });
  controlled(WritableStream, { start(controller) { made.push(controller); } });
  controlled(TransformStream, { start(controller) { made.push(controller); } });
  tried(() => new WritableStream().getWriter());
  const bytes = new ReadableStream({ ...holding, type: "bytes" });
  tried(() => { const reader = bytes.getReader({ mode: "byob" }); reader.read(new Uint8Array(1)); return reader; });
  tried(() => [new TextDecoderStream(), new TextEncoderStream(), new CompressionStream("gzip"), new DecompressionStream("gzip")]);
  tried(() => [new Headers({ a: "b" }), new Headers({ a: "b" }).entries(), new FormData(), new FormData().keys()]);
  tried(() => [new File(["x"], "x"), new Blob(["x"]), new Blob(["x"]).stream(), new URLPattern({ pathname: "/a" })]);
  tried(() => [new URL("https://a/?b=c"), new URL("https://a/?b=c").searchParams, new URLSearchParams("a=b").entries()]);
  tried(() => { const event = new CustomEvent("x", { detail: 1 }); const target = new EventTarget();
    target.addEventListener("x", function (...all) { made.push(this, ...all); }); target.dispatchEvent(event); return [event, target]; });
  tried(() => { const controller = new AbortController(); controller.signal.onabort = (event) => made.push(event);
    controller.abort(); return [controller, AbortSignal.any([controller.signal]), AbortSignal.abort()]; });
  const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  tried(() => [new WebAssembly.Module(wasm), new WebAssembly.Instance(new WebAssembly.Module(wasm))]);
  tried(() => [new WebAssembly.Memory({ initial: 1 }), new WebAssembly.Table({ element: "anyfunc", initial: 1 })]);
  tried(() => new WebAssembly.Module(Uint8Array.of(1)));
  tried(() => new WebAssembly.Tag({ parameters: [] }));
  tried(() => [new Intl.NumberFormat("en"), new Intl.DateTimeFormat("en"), new Intl.Segmenter("en").segment("a b")]);
  tried(() => [new WeakRef({}), new FinalizationRegistry(() => {}), new DisposableStack(), new AsyncDisposableStack()]);
  tried(() => [Temporal.PlainDate.from("2026-01-01"), Temporal.Duration.from("PT1M"), new Date(0)]);
  tried(() => [structuredClone(new RangeError("x")), structuredClone(new Blob(["x"])), new DOMException("x")]);
  tried(() => Deno.openSync(${JSON.stringify(path)}));
  tried(() => Deno.statSync(${JSON.stringify(path)}));
  tried(() => Deno.openSync(${JSON.stringify(path)}).readable);
  tried(() => Deno.readDirSync("/"));
  tried(() => Deno.readTextFileSync("/etc/passwd"));
  tried(() => { using stack = new DisposableStack(); stack.defer(() => { throw 1; }); throw 2; });
  for (const late of [
    () => crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]),
    () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]),
    () => fetch("data:,x"), () => fetch("https://a.invalid/"), () => fetch("data:,x").then((got) => got.blob()),
    () => WebAssembly.instantiate(wasm), () => Deno.open(${
    JSON.stringify(path)
  }), () => Deno.readDir("/").next?.(),
    () => new Promise((resolve) => new ReadableStream({ pull: (controller) => resolve(controller) })),
    () => new Response("x").formData(), () => new Blob(["x"]).arrayBuffer(), () => Promise.any([]),
  ]) await Promise.resolve().then(late).then((got) => made.push(got), (error) => made.push(error));
  return made;
})()`;

/** What the probe found. */
export interface Probed {
  /** How many objects and functions were looked at. */
  readonly seen: number;
  /** Ways to what no app may have. */
  readonly ways: readonly string[];
  /** Names of the thread's global object that an app does not have, and those that stayed as they were. */
  readonly left: readonly string[];
}

const functionsOf = [function () {}, async function () {}, function* () {}, async function* () {}];
const before = globalThis as unknown as Record<string, unknown>;
const FORBIDDEN = new Map<unknown, string>([
  [globalThis, "the thread's global object"],
  [eval, "eval"],
  ...functionsOf.map((
    one,
  ): [unknown, string] => [one.constructor, `${one.constructor.name}, which evaluates`]),
  [Deno, "all of Deno"],
  ...Reflect.ownKeys(Deno).filter((key) => typeof key === "symbol").map((key): [unknown, string] => [
    (Deno as unknown as Record<symbol, unknown>)[key],
    "Deno's inside",
  ]),
  ...[
    "Worker",
    "process",
    "MessagePort",
    "MessageChannel",
    "BroadcastChannel",
    "WebSocket",
    "EventSource",
    "caches",
  ]
    .map((name): [unknown, string] => [before[name], name]),
  ...[
    "setTimeout",
    "setInterval",
    "fetch",
    "Compartment",
    "lockdown",
    "Buffer",
    "global",
    "location",
    "postMessage",
  ]
    .map((name): [unknown, string] => [before[name], name]),
  ...["Command", "dlopen", "listen", "connect", "symlink", "chdir", "run"].map((name): [unknown, string] => [
    (Deno as unknown as Record<string, unknown>)[name],
    `Deno.${name}`,
  ]),
]);
FORBIDDEN.delete(undefined);
const feralError = Error;
const exit = () => {
  throw new Error("left");
};
Object.assign(Deno, { exit });
// What is printed is made, and goes nowhere.
const ignore = () => {};
const nowhere = { write: ignore, on: ignore, once: ignore, removeListener: ignore, listenerCount: () => 0 };
globalThis.console = new Console(
  { stdout: nowhere, stderr: nowhere } as unknown as ConstructorParameters<typeof Console>[0],
) as Console;

const ways = new Set<string>();
const seen = new Set<unknown>();
const waiting: [value: unknown, path: string][] = [];

function look(value: unknown, path: string): void {
  if (typeof value === "function" || (typeof value === "object" && value !== null)) {
    if (FORBIDDEN.has(value)) ways.add(`${path} is ${FORBIDDEN.get(value)}`);
    else if (!seen.has(value)) {
      seen.add(value);
      waiting.push([value, path]);
    }
  }
}

function lookInto(value: object, path: string): void {
  if (value === feralError && !Object.isFrozen(value)) ways.add(`${path} is the first Error, and open`);
  look(Reflect.getPrototypeOf(value), `${path}.__proto__`);
  for (const key of Reflect.ownKeys(value)) {
    const name = `${path}.${String(key)}`;
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!;
    look(descriptor.value, name);
    look(descriptor.get, `get ${name}`);
    look(descriptor.set, `set ${name}`);
  }
}

const PLAIN = new Map<unknown, unknown>([[Symbol.toPrimitive, () => "1"], ["length", 1], ["aborted", false]]);
/** What has no end, or waits for one. */
const UNASKED = new Set<unknown>([Symbol.iterator, Symbol.asyncIterator, "then", "next", "prototype"]);

/** Getters, and functions called with nothing to stand on, with callbacks, and as constructors. */
async function use(value: object, path: string): Promise<void> {
  function callback(this: unknown, ...args: unknown[]) {
    look(this, `${path}(): this of a callback`);
    for (const arg of args) look(arg, `${path}(): argument of a callback`);
    return args[0];
  }
  // Has whatever it is asked for, and tells what that is called with.
  const spy: unknown = new Proxy(callback, {
    get: (_, key) => PLAIN.get(key) ?? (UNASKED.has(key) ? undefined : spy),
    has: () => true,
    construct: () => ({}),
  });
  for (const key of Reflect.ownKeys(value)) {
    const getter = Reflect.getOwnPropertyDescriptor(value, key)?.get;
    for (const on of [value, undefined]) {
      if (getter) await taken(() => Reflect.apply(getter, on, []), `${path}.${String(key)}`);
    }
  }
  if (typeof value !== "function") return;
  const lists = [
    ...[[], [callback], ["x", callback], [new Event("x")], ["1", 1], [[1, 2], callback]],
    ...[[spy], ["x", spy], [spy, spy], ["data:,x", spy], [{ size: spy }, spy]],
  ];
  for (const args of lists) {
    for (const on of [undefined, null, {}, spy]) {
      await taken(() => Reflect.apply(value, on, args), `${path}()`);
    }
    await taken(() => Reflect.construct(value, args), `new ${path}()`);
  }
}

async function taken(get: () => unknown, path: string): Promise<void> {
  try {
    const got = get();
    look(got, path);
    if (got instanceof Promise) look(await soon(got), `await ${path}`);
  } catch (error) {
    look(error, `what ${path} throws`);
  }
}

/** What it resolves to, if it does within a moment. No timer is left, for an app can find those of the thread. */
async function soon(got: Promise<unknown>): Promise<unknown> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = Reflect.apply(timers.setTimeout, undefined, [resolve, 1]);
  try {
    return await Promise.race([got, late]);
  } finally {
    Reflect.apply(timers.clearTimeout, undefined, [timer]);
  }
}

let timers: Pick<typeof globalThis, "setTimeout" | "clearTimeout">;

const answer = (probed: Probed) => Reflect.apply(postMessage, undefined, [probed]);
const { postMessage } = globalThis as unknown as { postMessage(value: unknown): void };

async function probe(path: string): Promise<Probed> {
  const intact = new Map(Reflect.ownKeys(globalThis).map((name) => [name, before[name as string]]));
  await loadCollector();
  const evaluate = sealRealm();
  timers = { setTimeout, clearTimeout };
  FORBIDDEN.set(Error, "the thread's own Error");
  const own = evaluate("globalThis") as Record<string | symbol, unknown>;
  const left = Reflect.ownKeys(globalThis).filter((name) =>
    !(name in own) || (before[name as string] === intact.get(name) && FORBIDDEN.has(before[name as string]))
  );
  look(own, "globalThis");
  look(corolla, "corolla");
  // What syntax reaches.
  look(
    evaluate(
      "[function(){}, async()=>{}, function*(){}, async function*(){}, (function*(){})(), /x/, 1n, Symbol(), class {}]",
    ),
    "syntax",
  );
  look(evaluate("(() => { try { null.x } catch (e) { return e } })()"), "an error");
  look(
    evaluate(
      "[[].values(), new Map().values(), ''.matchAll(/x/g), Iterator.from({next(){}}), (async function*(){})()]",
    ),
    "iterators",
  );
  look(await evaluate(MADE(path)), "made");
  const used = new Set<unknown>();
  while (waiting.length > 0) {
    const [value, path] = waiting.shift()!;
    try {
      lookInto(value as object, path);
    } catch {
      // A proxy whose handler is the spy.
      continue;
    }
    if (!used.has(value) && path.length < 200 && path.split("(").length < 3) {
      used.add(value);
      await use(value as object, path);
    }
  }
  return { seen: seen.size, ways: [...ways], left: left.map(String) };
}

// What is called may well have promises fail that nobody waits for.
addEventListener("unhandledrejection", (event) => event.preventDefault());
addEventListener("message", (event) => {
  const { data } = event as MessageEvent<string>;
  probe(data).then(
    answer,
    (error) => answer({ seen: 0, ways: [`the probe failed: ${error?.stack}`], left: [] }),
  );
}, { once: true });
