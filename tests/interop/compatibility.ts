/**
 * Keeps the README's compatibility tables in step with what was tried.
 *
 *     deno run -A tests/interop/compatibility.ts --from .corolla/interop.json
 *     deno run --allow-read tests/interop/compatibility.ts --check
 *
 * The first takes over what a run of the matrix wrote, into `compatibility.json` beside this file, and writes the
 * tables; the second only compares.
 */
import { type Part, readReadme, withPart, writePart } from "../readme_part.ts";
import { tablesOf } from "./matrix/report.ts";
import { MIX_COLUMNS, MIXES, RELEASES, RELEASES_ROW } from "./matrix/rows.ts";
import type { Outcome, Results } from "./matrix/trial.ts";

const RESULTS = new URL("./compatibility.json", import.meta.url);

/** Its place in the README. */
export const PART: Part = { name: "compatibility", by: "tests/interop/compatibility.ts" };

/** What was known, with what was tried since in its place. What was not run changes nothing. */
export function mergeResults(known: Results, tried: Results): Results {
  const kept = known.flwr === tried.flwr ? known.outcomes : [];
  const old = (outcome: Outcome) =>
    kept.find(({ row, column }) => row === outcome.row && column === outcome.column);
  const fresh = tried.outcomes.filter((outcome) =>
    outcome.result !== "not run" && !saysLess(outcome, old(outcome))
  );
  const replaced = new Set(fresh.map(old));
  const outcomes = [...kept.filter((outcome) => !replaced.has(outcome)), ...fresh];
  return { flwr: tried.flwr, outcomes: outcomes.sort(byCell) };
}

/** The README's part: both tables and what was tried when. */
export function compatibilityText({ flwr, outcomes }: Results): string {
  const [mixes, apps] = tablesOf(outcomes, verdict);
  const dates = outcomes.map(({ date }) => date!).sort();
  const span = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  return `Official parts are those of Flower ${flwr} unless another release is named.

Tried on ${span} with \`deno task interop\`.

${mixes}
Python apps, with official SuperNodes, an official SuperLink, or neither:

${apps}`;
}

/** Cells of the mixes that nobody tried, or not with all releases. */
export function gapsIn({ outcomes }: Results): string[] {
  return MIXES.flatMap(({ row }) =>
    Object.keys(MIX_COLUMNS).filter((column) => {
      const outcome = outcomes.find((each) => each.row === row && each.column === column);
      return !outcome || row === RELEASES_ROW && outcome.releases?.length !== RELEASES.length;
    }).map((column) => `${row}, ${column}`)
  );
}

/** Whether both passed, and the later one with fewer releases. */
function saysLess(later: Outcome, earlier?: Outcome): boolean {
  const releases = (outcome: Outcome) => outcome.releases?.length ?? 0;
  return later.result === "passed" && earlier?.result === "passed" && releases(later) < releases(earlier);
}

function verdict(outcome?: Outcome): string {
  if (!outcome) return "not tried";
  if (outcome.result !== "passed") return "no";
  const { releases } = outcome;
  return releases && releases.length < RELEASES.length ? `${releases.join(", ")} only` : "yes";
}

function byCell(a: Outcome, b: Outcome): number {
  const key = ({ row, column }: Outcome) => `${row} ${column}`;
  return key(a) < key(b) ? -1 : 1;
}

function read(from: URL | string): Results {
  return JSON.parse(Deno.readTextFileSync(from));
}

function main(args: readonly string[]): number {
  const [word, path] = args;
  if (word === "--from" && path) {
    const results = mergeResults(read(RESULTS), read(path));
    Deno.writeTextFileSync(RESULTS, JSON.stringify(results, null, 2) + "\n");
  } else if (word !== undefined && word !== "--check") {
    console.error("Usage: compatibility.ts [--check | --from RESULTS.json]");
    return 2;
  }
  const results = read(RESULTS);
  const text = compatibilityText(results);
  for (const gap of gapsIn(results)) console.error(`Not tried yet: ${gap}`);
  if (word !== "--check") writePart(PART, text);
  else if (readReadme() !== withPart(readReadme(), PART, text)) {
    console.error("README.md does not say what compatibility.json says: run tests/interop/compatibility.ts");
    return 1;
  }
  return 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
