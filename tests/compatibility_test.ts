import { assert, assertEquals } from "@std/assert";
import { compatibilityText, gapsIn, mergeResults, PART } from "./interop/compatibility.ts";
import { MIX_COLUMNS, MIXES, RELEASES } from "./interop/matrix/rows.ts";
import { markdownTable } from "./interop/matrix/table.ts";
import { leftOut, type Outcome, type Results, type Trial } from "./interop/matrix/trial.ts";
import { readReadme, withPart } from "./readme_part.ts";

const outcome = (row: string, result: Outcome["result"], more: Partial<Outcome> = {}): Outcome => ({
  row,
  column: "plain",
  result,
  date: "2026-11-23",
  seconds: 1,
  ...more,
});
const results = (...outcomes: Outcome[]): Results => ({ flwr: "1.32.1", outcomes });

Deno.test("compatibility: the README says what the committed results say", async () => {
  const given: Results = JSON.parse(
    await Deno.readTextFile(new URL("./interop/compatibility.json", import.meta.url)),
  );
  assertEquals(readReadme(), withPart(readReadme(), PART, compatibilityText(given)));
  for (const { row, result, date } of given.outcomes) {
    assert(result !== "not run" && /^\d{4}-\d\d-\d\d$/.test(date!), `${row} says ${result} on ${date}`);
  }
});

Deno.test("compatibility: what was tried takes the place of what was known; what was not run takes none", () => {
  const known = results(outcome("1", "passed"), outcome("2", "failed"), outcome("3", "passed"));
  const tried = results(outcome("1", "not run"), outcome("2", "passed", { date: "2026-12-01" }));
  assertEquals(mergeResults(known, tried).outcomes.map(({ row, result, date }) => [row, result, date]), [
    ["1", "passed", "2026-11-23"],
    ["2", "passed", "2026-12-01"],
    ["3", "passed", "2026-11-23"],
  ]);
  assertEquals(mergeResults({ ...known, flwr: "1.31.0" }, tried).outcomes.map(({ row }) => row), ["2"]);
});

Deno.test("compatibility: a pass with fewer releases says nothing new, a failure does", () => {
  const known = results(outcome("6", "passed", { releases: [...RELEASES] }));
  const later = { releases: RELEASES.slice(0, 2), date: "2026-12-01" };
  const after = (result: Outcome["result"]) => {
    const [{ date, releases }] = mergeResults(known, results(outcome("6", result, later))).outcomes;
    return [date, releases!.length];
  };
  assertEquals(after("passed"), ["2026-11-23", RELEASES.length]);
  assertEquals(after("failed"), ["2026-12-01", 2]);
});

Deno.test("compatibility: a failure, a gap and a release that is missing are told", () => {
  const some = results(
    outcome("1", "passed"),
    outcome("2", "failed", { date: "2026-11-20" }),
    outcome("6", "passed", { releases: ["1.26.1", "1.39.0"] }),
  );
  const text = compatibilityText(some);
  const cellOf = (row: string) =>
    text.split("\n").find((line) => line.startsWith(`| ${row} `))!.split("|")[6].trim();
  assertEquals(["1", "2", "3", "6"].map(cellOf), ["yes", "no", "not tried", "1.26.1, 1.39.0 only"]);
  assert(text.includes("Tried on 2026-11-20 to 2026-11-23"));

  const all = MIXES.flatMap(({ row }) =>
    Object.keys(MIX_COLUMNS).map((column) => outcome(row, "passed", { column, releases: [...RELEASES] }))
  );
  assertEquals(gapsIn(results(...all)), []);
  assertEquals(gapsIn(results(...all.slice(1))), ["1, plain"]);
  assertEquals(gapsIn(some).includes("6, plain"), true);
});

Deno.test("compatibility: which trials a subset leaves out, and why", () => {
  const trial = (more: Partial<Trial>): Trial => ({
    row: "1",
    column: "plain",
    fast: false,
    run: () => Promise.resolve(),
    ...more,
  });
  assertEquals(leftOut(trial({}), "usual"), undefined);
  assertEquals(leftOut(trial({}), "fast"), "not in the fast subset");
  assertEquals(leftOut(trial({ fast: true }), "fast"), undefined);
  assertEquals(leftOut(trial({ rare: true }), "usual"), "asked for with COROLLA_INTEROP=all only");
  assertEquals(leftOut(trial({ rare: true }), "all"), undefined);
  assertEquals(
    leftOut(trial({ releases: [], missing: ["1.26.1"] }), "usual"),
    "COROLLA_PEERS names no folder with 1.26.1",
  );
});

Deno.test("compatibility: tables are written as the formatter leaves them", () => {
  assertEquals(
    markdownTable(["a", "long head"], [["x", "y"]]),
    "| a   | long head |\n| --- | --------- |\n| x   | y         |\n",
  );
});
