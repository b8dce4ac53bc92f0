import { assertEquals } from "@std/assert";
import { mayImportPackage, npmName, packageOf } from "./npm_specifier.ts";

const IMPORTS = {
  'import a from "a";': true,
  "import{b}from'@b/c'": true,
  'export * from "a/b.js";': true,
  'import "side-effect";': true,
  "const lazy = await import(`a`);": true,
  'await import(/* now */ "a")': true,
  'import {\n  a,\n} // why\n  from /* this */\n  "a";': true,
  'import "npm:a@1";': true,
  'import "jsr:@a/b";': true,
  // It does not look whether it stands in a comment.
  '// from "a"': true,
  'import "corolla";': false,
  'import x, { y } from "./x.ts";\nexport * from "../y.js";\nimport "/z.js"; import "..";': false,
  'import "node:fs"; import "https://a/b.ts"; import "data:text/javascript,1"; import "file:///a.ts";': false,
  'Array.from("abc"); importer("x"); const from = "y";': false,
  "": false,
};

for (const [source, expected] of Object.entries(IMPORTS)) {
  Deno.test(`${expected ? "may import" : "imports no"} package: ${JSON.stringify(source)}`, () => {
    assertEquals(mayImportPackage(source), expected);
  });
}

Deno.test("npm specifiers name what stands in node_modules", () => {
  const names = {
    "npm:a": "a",
    "npm:a@1.2.3": "a",
    "npm:/a@^1/b/c.js": "a/b/c.js",
    "npm:@a/b": "@a/b",
    "npm:@a/b@latest/c": "@a/b/c",
    "npm:@a": undefined,
    "a": undefined,
    "node:fs": undefined,
  };
  for (const [specifier, name] of Object.entries(names)) assertEquals(npmName(specifier), name, specifier);
});

Deno.test("the package of a specifier is its first part, or two with a scope", () => {
  assertEquals(["a", "a/b/c", "@a/b", "@a/b/c/d"].map(packageOf), ["a", "a", "@a/b", "@a/b"]);
});
