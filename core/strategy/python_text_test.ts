import { assertEquals } from "@std/assert";
import { bytesText, floatText, quoted, scientificText, wideDictText } from "./python_text.ts";

const floats: [number, string][] = [
  [1, "1.0"],
  [0.1, "0.1"],
  [-0, "-0.0"],
  [1e-5, "1e-05"],
  [0.0001, "0.0001"],
  [1.5e-7, "1.5e-07"],
  [1e16, "1e+16"],
  [123456789012345.6, "123456789012345.6"],
  [1e22, "1e+22"],
  [1e100, "1e+100"],
  [NaN, "nan"],
  [-Infinity, "-inf"],
];
for (const [value, text] of floats) {
  Deno.test(`the float ${text}`, () => assertEquals(floatText(value), text));
}

const scientific: [number, string][] = [[0.5, "5.0000e-01"], [1e300, "1.0000e+300"], [0, "0.0000e+00"]];
for (const [value, text] of scientific) {
  Deno.test(`${value} as ${text}`, () => assertEquals(scientificText(value), text));
}

const strings: [string, string][] = [
  ["a", "'a'"],
  ["it's", `"it's"`],
  [`it's "so"`, `'it\\'s "so"'`],
  ["é\n\t\\", "'é\\n\\t\\\\'"],
  ["\x1b", "'\\x1b'"],
];
for (const [value, text] of strings) {
  Deno.test(`the string ${text}`, () => assertEquals(quoted(value), text));
}

Deno.test("bytes", () => {
  assertEquals(bytesText(Uint8Array.of(120, 0, 255, 39)), `b"x\\x00\\xff'"`);
});

Deno.test("a dictionary that is too wide goes over lines, and so do its parts", () => {
  const row = (count: number): [string, string][] =>
    Array.from({ length: count }, (_, i) => [`'metric-${i}'`, "'1.0000e+00'"]);
  assertEquals(
    wideDictText([["1", row(1)], ["2", row(1)]]),
    "{1: {'metric-0': '1.0000e+00'}, 2: {'metric-0': '1.0000e+00'}}",
  );
  assertEquals(
    wideDictText([["1", row(2)], ["2", row(3)]]),
    "{ 1: {'metric-0': '1.0000e+00', 'metric-1': '1.0000e+00'},\n" +
      "  2: { 'metric-0': '1.0000e+00',\n       'metric-1': '1.0000e+00',\n       'metric-2': '1.0000e+00'}}",
  );
  assertEquals(wideDictText([]), "{}");
});
