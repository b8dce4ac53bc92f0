import { assertEquals, assertThrows } from "@std/assert";
import { differences } from "../cli/differences.ts";
import { differencesTable, PART } from "./differences_table.ts";
import { readReadme, withPart } from "./readme_part.ts";

Deno.test("differences: the README's table says what the list says (deno task differences)", () => {
  const given = readReadme();
  assertEquals(given, withPart(given, PART, differencesTable()));
});

Deno.test("differences: each is told once, whole, in one line", () => {
  const names = differences.map(({ what }) => what);
  assertEquals(names, [...new Set(names)]);
  for (const { what, upstream, corolla, why } of differences) {
    for (const text of [what, upstream, corolla, why]) {
      assertEquals([text !== "", text.trim().replaceAll("\n", " ")], [true, text], what);
    }
  }
});

Deno.test("a part of the README that has no place cannot be written", () => {
  assertThrows(() => withPart("no place", PART, "text"), Error, "must hold <!-- differences");
});
