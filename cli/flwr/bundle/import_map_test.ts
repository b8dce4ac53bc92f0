import { assertEquals, assertThrows } from "@std/assert";
import { mapped, readImports } from "./import_map.ts";

Deno.test("imports are read from a deno.json as Deno takes it", () => {
  const text = `{
  // Where "things" come from /* really */
  "imports": { "a": "npm:a@1", "b/": "./b//", /* "c": "x", */ "d": "npm:d", },
  "tasks": ["//", "a,]",],
}`;
  assertEquals(readImports(text), { a: "npm:a@1", "b/": "./b//", d: "npm:d" });
  assertEquals(readImports("{}"), {});
  assertThrows(() => readImports("{"), SyntaxError);
});

Deno.test("a name stands for what the map says, the longest prefix first", () => {
  const imports = { "a": "npm:a@1", "a/": "npm:/a@1/", "a/b/": "./b/", "@/": "./src/" };
  const cases = {
    "a": "npm:a@1",
    "a/c.js": "npm:/a@1/c.js",
    "a/b/c.js": "./b/c.js",
    "@/x.ts": "./src/x.ts",
    "ab": undefined,
    "toString": undefined,
  };
  for (const [name, target] of Object.entries(cases)) assertEquals(mapped(name, imports), target, name);
});
