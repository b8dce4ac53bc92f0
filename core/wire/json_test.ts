import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Json, readJson, writeJson } from "./json.ts";

Deno.test("values are written as Python writes them", () => {
  const cases: [Json, string][] = [
    [new Map(), "{}"],
    [[], "[]"],
    [new Map<string, Json>([["10", [1, 2]], ["2", "x"], ["1", null]]), '{"10": [1, 2], "2": "x", "1": null}'],
    ['q"\\/', '"q\\"\\\\/"'],
    ["\t\n\b\f\r\u0001\u007f", '"\\t\\n\\b\\f\\r\\u0001\\u007f"'],
    ["é😀\u2028", '"\\u00e9\\ud83d\\ude00\\u2028"'],
    ["\ud800", '"\\ud800"'],
    [[true, false], "[true, false]"],
  ];
  for (const [value, text] of cases) assertEquals(writeJson(value), text);
});

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.oneof(fc.string(), fc.nat(20).map(String)), tie("json"))).map((pairs) =>
      new Map(pairs)
    ),
  ),
}));

Deno.test("what is written is read again, keys in their order", () => {
  fc.assert(fc.property(json, (value) => {
    const again = readJson(writeJson(value));
    assertEquals(again, value);
    assertEquals(writeJson(again), writeJson(value));
  }));
});

Deno.test("what is written is ASCII, and JSON to others", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const written = writeJson(text);
    assertEquals(/^[ -~]*$/.test(written), true);
    assertEquals(JSON.parse(written), text);
  }));
});

Deno.test("blanks are skipped and of two equal keys the last value counts", () => {
  const read = readJson(' {"a" : 1 ,\n"b":\t2.5e1,"a":\r[ ] } ');
  assertEquals(read, new Map<string, Json>([["a", []], ["b", 25]]));
});

Deno.test("what is no JSON is refused", () => {
  const cases = [
    "",
    "{",
    "[1,]",
    "{,}",
    '{"a" 1}',
    "{1: 2}",
    "[1 2]",
    "01",
    "tru",
    '"\n"',
    '"\\x"',
    "[] []",
    "]",
    "NaN",
  ];
  for (const text of [...cases, "[".repeat(200)]) {
    assertThrows(() => readJson(text), SyntaxError, "Cannot read JSON");
  }
});
