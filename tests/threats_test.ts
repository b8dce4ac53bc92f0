/** The threat table of SECURITY.md: every row names tests, and they exist. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const TEXT = await Deno.readTextFile(new URL(".github/SECURITY.md", ROOT));

interface Row {
  readonly who: string;
  readonly tries: string;
  readonly stops: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

function rows(): Row[] {
  const [, table] = TEXT.split("## Who attacks, and what stops them\n");
  const lines = table.split("\n## ")[0].split("\n").filter((line) => line.startsWith("|")).slice(2);
  return lines.map((line) => {
    const [who, tries, stops, shown] = line.split("|").slice(1, -1).map((cell) => cell.trim());
    const tests = shown.split(/; (?=`)/).map((text) => {
      const [, file, name] = /^`(.+?)`: (.+)$/.exec(text) ?? [];
      return { file, name };
    });
    return { who, tries, stops, tests };
  });
}

Deno.test("threat table: every row says who, what, and what stops it, and its tests exist", async () => {
  assert(rows().length >= 30);
  for (const { who, tries, stops, tests } of rows()) {
    assert(who && tries && stops && tests.length > 0, `${who}: ${tries}`);
    for (const { file, name } of tests) {
      const source = await Deno.readTextFile(new URL(file, ROOT));
      // A name stands in quotes, perhaps behind the name of what is tested.
      const found = source.split("\n").some((line) => /["'`]/.test(line) && line.includes(name));
      assert(found, `${file} has no test "${name}"`);
    }
  }
});

/** What every deployment of this kind has to answer for. */
const ASKED = [
  /repeat a call/,
  /body/,
  /key confusion/,
  /node id theft/,
  /token theft/,
  /CSV injection/,
  /path traversal/,
  /zip bombs/,
  /oversized/,
  /deeply nested/,
  /slowly/,
  /half-open/,
  /lines of the log/,
  /probe another/,
  /confirm another/,
  /lying object tree/,
];

Deno.test("threat table: nothing that is asked of it is missing", () => {
  const tries = rows().map((row) => row.tries);
  assertEquals(ASKED.filter((threat) => !tries.some((text) => threat.test(text))), []);
});
