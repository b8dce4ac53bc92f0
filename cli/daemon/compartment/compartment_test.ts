import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { AppStage } from "../app_stage.ts";
import { ThreadFailedError } from "../../../core/app/thread_peer.ts";
import {
  type AppFiles,
  type CompartmentOptions,
  playInCompartment,
} from "../../../tests/fakes/compartment.ts";

/** Plays an app whose handler is this code, beside other files. */
async function played(handler: string, { head = "", files = {}, ...options }: CompartmentOptions & {
  readonly head?: string;
  readonly files?: AppFiles;
} = {}) {
  const client = `import { ClientApp, RecordDict } from "corolla";
${head}
export const app = new ClientApp().query(async (message: any, context: any) => {
${handler}
return message.reply(new RecordDict()); });
`;
  return await playInCompartment({ "client.ts": client, ...files }, options);
}

/** What an app printed that did well. */
async function printed(handler: string, options: Parameters<typeof played>[1] = {}): Promise<string[]> {
  const { failure, reply, printed } = await played(handler, options);
  assertEquals([failure, reply !== undefined], [undefined, true], `${failure?.stack}`);
  return printed.split("\n").slice(0, -1);
}

/** How an app failed that was loaded or run in vain. */
async function failureOf(handler: string, options: Parameters<typeof played>[1] = {}): Promise<string> {
  try {
    const { failure } = await played(handler, options);
    return `${failure?.stage}: ${failure?.type}: ${failure?.message}`;
  } catch (error) {
    if (error instanceof ThreadFailedError) return `ended: ${error.failure.type}: ${error.failure.message}`;
    throw error;
  }
}

Deno.test("compartment: modules of every kind are loaded once, also in a circle, and TypeScript is understood", async () => {
  const lines = await printed(
    `console.log(Kind.B, inner.label, one.name, two(), later.deep[0], text, new Box(3).value);
     const again = await import("./inner/one.ts");
     console.log(again.name === one.name, again.loads, import.meta.url.endsWith("/client.ts"), import.meta.main);
     console.log(import.meta.dirname + "/client.ts" === import.meta.filename, (await import("./inner/" + "index.ts")).default);`,
    {
      head: `import later from "./later.json" with { type: "json" };
import text from "./note.md" with { type: "text" };
import * as one from "./inner/one.ts";
import { two } from "./inner/two.mjs";
import inner from "./inner/index.ts";
import type { Nothing } from "./nowhere.ts";
enum Kind { A, B }
class Box<T> { constructor(readonly value: T) {} }
let unused: Nothing | undefined;`,
      files: {
        "later.json": '{ "deep": [1] }',
        "note.md": "a note",
        "inner/one.ts": `import { two } from "./two.mjs";
export const name: string = "one";
export let loads = 0;
loads++;
export const both = () => name + two();`,
        "inner/two.mjs":
          `import * as one from "./one.ts"; export function two() { return one.name + one.loads; }`,
        "inner/index.ts": `export * from "./one.ts"; export default { label: "inner" } satisfies object;`,
      },
    },
  );
  assertEquals(lines, ["1 inner one one1 1 a note 3", "true 1 true false", "true { label: 'inner' }"]);
});

Deno.test("compartment: what apps need works there", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("from the host"),
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const data = await Deno.realPath(await Deno.makeTempDir());
  const lines = await printed(
    `const say = (...all: unknown[]) => console.log(...all);
const bytes = new TextEncoder().encode("abc");
say("digest", new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 8), crypto.randomUUID().length);
const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
say("zip", await new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).text());
say("fetch", await (await fetch("http://${host}/")).text(), await fetch("http://127.0.0.1:65000/").catch((e) => e.name));
const path = ${JSON.stringify(data)} + "/file";
await Deno.writeTextFile(path, "one\\n");
Deno.writeTextFileSync(path, "two\\n", { append: true });
say("file", (await Deno.readTextFile(path)).length, Deno.statSync(path).size, (await Array.fromAsync(Deno.readDir(${
      JSON.stringify(data)
    }))).map(({ name }) => name));
using file = await Deno.open(path);
say("open", await file.read(new Uint8Array(2)), file instanceof Object, await Deno.readFile("/none").catch((e) => e instanceof Deno.errors.NotCapable));
const wasm = await WebAssembly.instantiate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
say("wasm", wasm.instance.exports);
say("time", await new Promise((resolve) => setTimeout(resolve, 1, "later")), Date.now() > 1e12, performance.now() > 0, new Date(0).toISOString(), Temporal.Duration.from("PT1M").seconds);
const interval = setInterval(() => {}, 1);
clearInterval(interval);
say("abort", await AbortSignal.timeout(1).reason, AbortSignal.abort().aborted, await new Promise((resolve) => AbortSignal.timeout(1).addEventListener("abort", (e) => resolve(e.type))));
say("clone", structuredClone(new Map([[1, new Date(0)]])), await new Promise<string>((resolve) => queueMicrotask(() => resolve("micro"))));
class Own extends Error { override name = "Own"; override message = "mine"; override toString() { return "own"; } }
const own = new Own();
own.stack;
const child = Object.create({ toString: () => "a" });
child.toString = () => "b";
say("errors", String(own), own instanceof Error, new Own("x").stack?.includes("client.ts"), String(child), new AggregationError("a").name);
say("numbers", Float16Array.of(1.5), new Float32Array([1]).map(Math.sqrt), new Float64Array(new SharedArrayBuffer(8)), Math.max(...[1, 2]), (1234.5).toLocaleString("de"), Atomics.add(new Int32Array(1), 0, 1));
say("new", Object.groupBy([1, 2], (n) => n % 2 ? "odd" : "even").odd, [..."ab"].values().map((x) => x + x).toArray(), Promise.try(() => 1) instanceof Promise, Array.fromAsync !== undefined, new WeakRef(own).deref() === own, new Set([1]).union(new Set([2])).size);
say("code", eval("1 + 1"), (0, eval)("typeof Worker"), new Function("a", "return a * 2")(4));
say("text", atob(btoa("x")), new URL("./x", "https://a.b/c").href, new URLSearchParams({ a: "1" }).toString(), encodeURIComponent("ü"), new Intl.NumberFormat("en").format(1e6));
Deno.stdout.writeSync(bytes);
await Deno.stderr.write(bytes);
console.error("!");
console.count(), console.count("a"), console.countReset("a"), console.count("a"), console.timeEnd("none");
console.group("outer");
console.dir({ a: { b: {} } }, { depth: 0 });
console.groupEnd();
console.log(new URL("a:b").href, [new Response(), new Blob(), crypto.subtle, new Proxy({}, {}), /x/, 1n].length, new Proxy([1], {}));
console.table([[1]]);
globalThis.kept = 1;
say(kept, self === globalThis, navigator.hardwareConcurrency > 0, Deno.build.os.length > 0, Deno.args);`,
    {
      head: `import { AggregationError } from "corolla";\ndeclare let kept: number;`,
      grants: { net: [host], write: [data], read: [data] },
    },
  );
  assertEquals(lines.slice(0, 24), [
    "digest ba7816bf 36",
    "zip abc",
    "fetch from the host NotCapable",
    "file 8 8 [ 'file' ]",
    "open 2 true true",
    "wasm [Object: null prototype] {}",
    "time later true true 1970-01-01T00:00:00.000Z 0",
    "abort undefined true abort",
    "clone Map(1) { 1 => 1970-01-01T00:00:00.000Z } micro",
    "errors own true true b AggregationError",
    "numbers Float16Array(1) [ 1.5 ] Float32Array(1) [ 1 ] Float64Array(1) [ 0 ] 2 1.234,5 0",
    "new [ 1 ] [ 'aa', 'bb' ] true true true 2",
    "code 2 undefined 8",
    "text x https://a.b/x a=1 %C3%BC 1,000,000",
    "abcabc!",
    "default: 1",
    "a: 1",
    "a: 1",
    "Timer 'none' does not exist",
    "outer",
    "  { a: [Object] }",
    "a:b 6 [ 1 ]",
    "┌─────────┬───┐",
    "│ (index) │ 0 │",
  ]);
  assertEquals(lines.at(-1), "1 true true true []");
  await Deno.remove(data, { recursive: true });
});

Deno.test("compartment: chance follows from the seed", async () => {
  const dice = () => printed("console.log(Math.random(), Math.random());", { seed: [1, 2, 3, 4] });
  assertEquals(await dice(), await dice());
});

const failures: [name: string, handler: string, options: Parameters<typeof played>[1], says: RegExp][] = [
  ["what it throws", 'throw new RangeError("too far");', {}, /^run: RangeError: too far$/],
  ["Deno.exit", "Deno.exit(3);", {}, /^ended: ExitError: the app ended itself with status 3/],
  ["close", "close();", {}, /^ended: ExitError: the app ended itself with status 0/],
  [
    "a promise that nobody waits for",
    'Promise.reject(new TypeError("late")); await new Promise(() => {});',
    {},
    /^ended: TypeError: late$/,
  ],
  [
    "what a timer throws",
    'setTimeout(() => { throw new TypeError("late"); }); await new Promise(() => {});',
    {},
    /^ended: TypeError: late$/,
  ],
  ["a text as a timer", 'setTimeout("1" as never);', {}, /Cannot call setTimeout as .* must be a function/],
  [
    "await outside of a function",
    "",
    { head: "await 1;" },
    /^load: SyntaxError: An app in a compartment cannot await outside of a function: .* \(client\.ts:2\)$/,
  ],
  ["what is no TypeScript", "", { head: "let = 1;" }, /^load: SyntaxError: .*\(client\.ts:2\)$/],
  [
    "a module of Node's",
    "",
    { head: 'import fs from "node:fs"; fs;' },
    /^load: TypeError: Cannot import "node:fs" in client\.ts as .* no modules of Node: use what is global/,
  ],
  [
    "a package",
    "",
    { head: 'import x from "left-pad"; x;' },
    /Cannot import "left-pad" in client\.ts .* flwr build bundles packages of npm$/,
  ],
  [
    "a file that is not there",
    "",
    { head: 'import "./nowhere.ts";' },
    /^load: TypeError: Cannot import ".*nowhere\.ts" as an app in a compartment has its own files only$/,
  ],
  ["a module that throws, each time", 'await import("./bad.ts").catch(() => {}); await import("./bad.ts");', {
    files: { "bad.ts": 'throw new URIError("bad");' },
  }, /^run: URIError: bad$/],
  ["JSON that is none", 'await import("./bad.json", { with: { type: "json" } });', {
    files: { "bad.json": "{" },
  }, /^run: SyntaxError: .*JSON/],
];

for (const [name, handler, options, says] of failures) {
  Deno.test(`compartment: ${name} is told as it is elsewhere`, async () => {
    assertMatch(await failureOf(handler, options), says);
  });
}

Deno.test("compartment: a ServerApp has its run's folder, its grid, and memory that is looked after", async () => {
  const app = `import { ServerApp } from "corolla";
export const app = new ServerApp().main(async (grid: any, { runFolder }) => {
  await Deno.writeTextFile(runFolder + "/made", "text");
  await grid.host.files.append("made", " and more");
  grid.host.log.info(await Deno.readTextFile(runFolder + "/made"));
  await grid.host.files.replace("deep/made", [new Uint8Array(2)]);
  grid.host.spent?.(1e9);
  await grid.host.clock.sleep(20);
  console.log(await grid.getNodeIds(), (await Deno.stat(runFolder + "/deep/made")).size, grid.host.random.bytes(3).length);
});`;
  const { failure, printed } = await playInCompartment({ "client.ts": app }, { leads: true });
  assertEquals(failure, undefined);
  assertMatch(printed, /INFO :\s+text and more\n\[\] 2 3\n$/);
});

Deno.test("compartment: a stage that is to have one starts no thread without", async () => {
  const grants = { read: [], write: [], net: [] };
  const stage = new AppStage({ apps: "/nowhere", runs: "/nowhere" }, { grants, inCompartment: true });
  await assertRejects(() => stage.start({ app: "/nowhere/app" }), Error, "Cannot run what is not installed");
});

Deno.test("compartment: a failure names the app's own file", async () => {
  const { failure } = await played('throw new Error("here");');
  assertStringIncludes(failure?.stack ?? "", "client.ts");
});
