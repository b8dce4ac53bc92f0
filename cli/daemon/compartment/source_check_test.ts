import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { refuseImports, spellHarmlessly } from "./source_check.ts";

const word = "import";

const refused = [
  `${word}("x")`,
  `a = ${word} ("x")`,
  `${word}\n\t("x")`,
  `${word}\u2028\ufeff\u00a0\u3000\v("x")`,
  `${word}/**/("x")`,
  `${word}//\n("x")`,
  `[...${word}("x")]`,
  `a ? .5:${word}("x")`,
  `/x/${word}("x")`,
  "`${" + word + '("x")}`',
  `"a"+${word}("x")`,
  `é=1;${word}("x")`,
  `${word}.defer("x")`,
  `${word} . source ("x")`,
  `${word}.\ndefer\n("x")`,
  `${word}./**/defer("x")`,
  `${word}.defer/**/("x")`,
  `${word}.defer//\n("x")`,
  `${word}.d\\u0065fer("x")`,
  `${word}.later("x")`,
  `"use ${word}(x)"`,
];

const accepted = [
  'word.import("x")',
  'word?.import("x")',
  'important("x")',
  'reimport("x")',
  '$import("x")',
  "crypto.subtle.importKey(1)",
  '"What you import. Then more"',
  '"import x from y"',
  '\\u0069mport("x")',
  "import.meta.url",
];

for (const text of refused) {
  Deno.test(`${JSON.stringify(text)} is refused, and spelled otherwise it cannot load anything`, () => {
    const error = assertThrows(() => refuseImports(text), SyntaxError);
    assertMatch(error.message, /stands, even in a string/);
    assertEquals(refuseImports(spellHarmlessly(text)).includes("\\u0069mport"), true);
  });
}

for (const text of accepted) {
  Deno.test(`${JSON.stringify(text)} is accepted as it is`, () => {
    assertEquals(refuseImports(text), text);
    assertEquals(spellHarmlessly(text), text);
  });
}

Deno.test("strings, templates, patterns and names mean the same when they are spelled otherwise", () => {
  const code = `[
    "${word}('a') <!-- -->",
    \`${word}('a') <!-- -->\`,
    /^${word}\\(<!---->$/u.test("${word}(<!---->"),
    new (class { ${word}(one) { return one; } })().${word}(1),
    { ${word}() {} }.${word}.name,
  ]`;
  const spelled = spellHarmlessly(code);
  assertEquals(refuseImports(spelled), spelled);
  const shown = `${word}('a') <!-- -->`;
  assertEquals((0, eval)(spelled), [shown, shown, true, 1, word]);
});
