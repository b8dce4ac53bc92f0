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
    const late = new Promise((resolve) => Reflect.apply(setTimeoutOf, undefined, [resolve, 1]));
    if (got instanceof Promise) look(await Promise.race([got, late]), `await ${path}`);
  } catch (error) {
    look(error, `what ${path} throws`);
  }
}

let setTimeoutOf: typeof setTimeout;

const answer = (probed: Probed) => Reflect.apply(postMessage, undefined, [probed]);
const { postMessage } = globalThis as unknown as { postMessage(value: unknown): void };

async function probe(): Promise<Probed> {
  const intact = new Map(Reflect.ownKeys(globalThis).map((name) => [name, before[name as string]]));
  await loadCollector();
  const evaluate = sealRealm();
  ({ setTimeout: setTimeoutOf } = globalThis);
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
addEventListener("message", () => {
  probe().then(answer, (error) => answer({ seen: 0, ways: [`the probe failed: ${error?.stack}`], left: [] }));
}, { once: true });
