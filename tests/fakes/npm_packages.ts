import { dirname } from "node:path";

/** Adds two numbers: `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))`. */
const ADD = Uint8Array.fromHex(
  "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b",
);
/** The same, and adds what it imports as `offset` from `./glue.js`. */
const ADD_WITH_OFFSET = Uint8Array.fromHex(
  "0061736d01000000010b026000017f60027f7f017f021401092e2f676c75652e6a73066f66667365740000030201010707010361646400010a0c" +
    "010a00200020016a10006a0b",
);

const package_ = (name: string, fields: object = {}) => JSON.stringify({ name, version: "1.2.3", ...fields });

/**
 * Packages as npm lays them, one of each kind that there is. Each exports `answer(a, b)`, which is the sum of both, or a
 * promise of it.
 */
const PACKAGES: Readonly<Record<string, string | Uint8Array>> = {
  // CommonJS that takes a part of the runtime by its short name and looks at the environment.
  "cjs/package.json": package_("cjs", { main: "./main.js" }),
  "cjs/main.js": `"use strict";
/** @license MIT, the owner of cjs */
const { inspect } = require("util");
const add = require("./lib/add");
if (process.env.NODE_ENV !== "production" || process.env.HOME) throw new Error("not in production");
exports.answer = (a, b) => Number(inspect(add(a, b)));
`,
  "cjs/lib/add.js": "module.exports = (a, b) => a + b;\n",
  // Conditions, a scope, a dependency of its own, and a part of the runtime that no require may get.
  "@acme/esm/package.json": package_("@acme/esm", {
    type: "module",
    exports: { ".": { require: "./none.cjs", import: "./main.js" }, "./more": "./more.js" },
  }),
  "@acme/esm/main.js": `import { answer as add } from "cjs";
import path from "path";
export const answer = (a, b) => path.posix.join("a", "b") === "a/b" ? add(a, b) : NaN;
`,
  "@acme/esm/more.js": "export const answer = (a, b) => a + b;\n",
  // WebAssembly, in each way that packages load it.
  "wasm-bytes/package.json": package_("wasm-bytes", { exports: { "./add.wasm": "./add.wasm" } }),
  "wasm-bytes/add.wasm": ADD,
  "wasm-import/package.json": package_("wasm-import", {
    module: "./main.js",
    main: "./main.js",
    type: "module",
  }),
  "wasm-import/main.js":
    'import { add } from "./add.wasm";\nexport const answer = (a, b) => add(a, b) - 100;\n',
  "wasm-import/glue.js": "export const offset = () => 100;\n",
  "wasm-import/add.wasm": ADD_WITH_OFFSET,
  "wasm-url/package.json": package_("wasm-url", { main: "./main.js", type: "module" }),
  "wasm-url/main.js": `export async function answer(a, b) {
  const address = new URL("add.wasm", import.meta.url);
  const { instance } = await WebAssembly.instantiateStreaming(fetch(address));
  return instance.exports.add(a, b);
}
`,
  "wasm-url/add.wasm": ADD,
  "wasm-node/package.json": package_("wasm-node", { main: "./main.js" }),
  "wasm-node/main.js": `const path = require("path").join(__dirname, "add.wasm");
const bytes = require("fs").readFileSync(path);
const { add } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
exports.answer = (a, b) => add(a, b);
`,
  "wasm-node/add.wasm": ADD,
};

/** A module that asks every package for the sum of two numbers. Each must be right. */
export const ASKING = `import { answer as cjs } from "cjs";
import { answer as esm } from "npm:@acme/esm@^1.0.0";
import { answer as more } from "@acme/esm/more";
import { answer as named } from "renamed";
import bytes from "wasm-bytes/add.wasm" with { type: "bytes" };
import { answer as imported } from "wasm-import";
import { answer as fetched } from "wasm-url";
import { answer as read } from "wasm-node";
import { sum } from "./own/sum.ts";

const { instance } = await WebAssembly.instantiate(bytes);
const add = instance.exports.add as (a: number, b: number) => number;

/** What each package makes of two numbers. */
export async function answers(a: number, b: number): Promise<number[]> {
  return [cjs, esm, more, named, add, imported, await fetched(a, b), read, sum]
    .map((answer) => typeof answer === "number" ? answer : answer(a, b));
}
`;
/** How many answers there are. */
export const ANSWERS = 9;

/** The app's own files that {@link ASKING} needs beside itself. */
export const ASKED: Readonly<Record<string, string>> = {
  "own/sum.ts": "export const sum = (a: number, b: number): number => a + b;\n",
  "deno.json":
    '{\n  // As Deno takes it.\n  "imports": { "renamed": "npm:cjs@1", "corolla": "./none.ts", },\n}\n',
};

/**
 * Puts the packages into a folder's `node_modules`, as npm does, or as Deno and pnpm do: each in a place of its own, and
 * links to it.
 */
export async function installPackages(folder: string, by: "npm" | "deno" = "npm"): Promise<void> {
  const modules = `${folder}/node_modules`;
  if (by === "npm") return await writeFiles(modules, PACKAGES);
  const place = (name: string) => `${modules}/.deno/${name.replace("/", "+")}@1.2.3/node_modules/${name}`;
  const names = new Set(Object.keys(PACKAGES).map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)![0]));
  for (const name of names) {
    const own = Object.entries(PACKAGES).filter(([path]) => path.startsWith(`${name}/`));
    await writeFiles(
      place(name),
      Object.fromEntries(own.map(([path, file]) => [path.slice(name.length), file])),
    );
    await Deno.mkdir(dirname(`${modules}/${name}`), { recursive: true });
    await Deno.symlink(place(name), `${modules}/${name}`);
  }
  await Deno.symlink(place("cjs"), `${place("@acme/esm")}/../../cjs`);
}

/** Writes files by their paths. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${folder}/${path}`, bytes);
  }
}
