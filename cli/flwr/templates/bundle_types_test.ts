import { assertEquals, assertThrows } from "@std/assert";
import { bundleTypes } from "./bundle_types.ts";

/** Bundles a module made of these files; `mod.ts` is the entry. */
function bundled(files: Record<string, string>): string {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
    return bundleTypes(`${folder}/mod.ts`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("types are bundled: comments stay, inner names are closed, names that clash get apart", () => {
  const text = bundled({
    "mod.ts": `/** Said of the module. @module */
export { type Options as FirstOptions, first } from "./first.ts";
export { second, type Closed } from "./second.ts";
`,
    "first.ts": `/** Said of the file.\n * @module */
import type { Inner as Hidden } from "./second.ts";
/** What is needed. */
export interface Options { readonly hidden: Hidden; own?: Options }
export function first(options: Options): string;
/** The other way. */
export function first<Inner>(inner: Inner, more: typeof count): Inner;
export function first(...args: unknown[]): unknown { return args; }
const count = 3;
/** Never needed. */
export type Unused = number;
`,
    "second.ts": `export type Inner = { readonly [key in Options["kind"]]?: Inner };
interface Options { kind: "a" | "b" }
export class Closed { #secret = 1; get secret(): number { return this.#secret; } }
/** Says itself. */
export const second: Options = { kind: "a" };
`,
  });
  assertEquals(
    text,
    `/** What is needed. */
export interface FirstOptions {
  readonly hidden: Inner;
  own?: FirstOptions;
}

export declare function first(options: FirstOptions): string;
/** The other way. */
export declare function first<Inner>(inner: Inner, more: typeof count): Inner;

/** Says itself. */
export declare const second: Options;

declare class Closed {
  #private;
  get secret(): number;
}

type Inner = {
  readonly [key in Options["kind"]]?: Inner;
};

declare const count = 3;

interface Options {
  kind: "a" | "b";
}

export type { Closed };
`,
  );
});

const REFUSED: [string, Record<string, string>, string][] = [
  [
    "a type that nobody wrote down",
    {
      "mod.ts": `export { made } from "./a.ts";\n`,
      "a.ts": `import { make } from "./b.ts";\nexport const made = make();\n`,
      "b.ts": `export interface Thing { x: number }\nexport const make = (): Thing => ({ x: 1 });\n`,
    },
    "Cannot bundle a type that is not written down",
  ],
  [
    "a name of ours where another file means the global one",
    {
      "mod.ts": `export { type Uses } from "./a.ts";\nexport { type Date } from "./b.ts";\n`,
      "a.ts": `export interface Uses { at: Date }\n`,
      "b.ts": `export interface Date { day: number }\n`,
    },
    '"Date" is a global',
  ],
  [
    "two names for one thing",
    {
      "mod.ts": `export { type Thing } from "./b.ts";\nexport { type Thing as Other } from "./b.ts";\n`,
      "b.ts": `export interface Thing { x: number }\n`,
    },
    "under two names",
  ],
  [
    "an entry with things of its own",
    { "mod.ts": `export const x: number = 1;\n` },
    "must only re-export names",
  ],
];
for (const [what, files, text] of REFUSED) {
  Deno.test(`types are not bundled: ${what}`, () => {
    assertThrows(() => bundled(files), Error, text);
  });
}
