/**
 * A Worker that looks, with the powers of the thread, at everything that an app can get hold of in a compartment, and at
 * what all those functions hand to what they are given. It answers with the ways to what no app may have.
 *
 * @module
 */
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
for (const name of Object.keys(console)) Object.assign(console, { [name]: () => {} });

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

/** Getters, and functions called with nothing to stand on, with callbacks, and as constructors. */
async function use(value: object, path: string): Promise<void> {
  const told: unknown[] = [];
  function callback(this: unknown, ...args: unknown[]) {
    look(this, `${path}(): this of a callback`);
    for (const arg of args) look(arg, `${path}(): argument of a callback`);
    return args[0];
  }
  const eager = {
    type: "x",
    handleEvent: callback,
    then: undefined,
    [Symbol.iterator]: undefined,
    valueOf: () => 1,
  };
  for (const key of Reflect.ownKeys(value)) {
    const getter = Reflect.getOwnPropertyDescriptor(value, key)?.get;
    for (const on of [value, undefined]) {
      if (getter) await taken(() => Reflect.apply(getter, on, []), `${path}.${String(key)}`);
    }
  }
  if (typeof value !== "function") return;
  const lists: unknown[][] = [
    [],
    [callback],
    ["x", callback],
    [new Event("x")],
    [eager, callback],
    ["1", 1],
    [[1, 2], callback],
  ];
  for (const args of lists) {
    for (const on of [undefined, null, globalThis === undefined ? told : told]) {
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

addEventListener("unhandledrejection", (event) => event.preventDefault());
const answer = (probed: Probed) => Reflect.apply(postMessage, undefined, [probed]);
const { postMessage } = globalThis as unknown as { postMessage(value: unknown): void };

addEventListener("message", async () => {
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
    lookInto(value as object, path);
    if (!used.has(value) && path.length < 200 && path.split("(").length < 4) {
      used.add(value);
      await use(value as object, path);
    }
  }
  answer({ seen: seen.size, ways: [...ways], left: left.map(String) });
}, { once: true });
