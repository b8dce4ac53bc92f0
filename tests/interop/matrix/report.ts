/** What is said at the end of a run of the matrix, and what is kept of it. */
import { fileURLToPath } from "node:url";
import { PEER_RELEASE } from "../releases.ts";
import { APP_COLUMNS, APPS, MIX_COLUMNS, MIXES } from "./rows.ts";
import { markdownTable } from "./table.ts";
import type { Outcome, Results } from "./trial.ts";

const DEFAULT_FILE = fileURLToPath(new URL("../../../.corolla/interop.json", import.meta.url));

/** Writes what became of the trials to `COROLLA_INTEROP_JSON`. @returns the path */
export function writeResults(outcomes: readonly Outcome[]): string {
  const path = Deno.env.get("COROLLA_INTEROP_JSON") || DEFAULT_FILE;
  Deno.mkdirSync(path.replace(/[^/]*$/, "") || ".", { recursive: true });
  const results: Results = { flwr: PEER_RELEASE, outcomes };
  Deno.writeTextFileSync(path, JSON.stringify(results, null, 2) + "\n");
  return path;
}

/** Both tables, and why something was left out. */
export function report(outcomes: readonly Outcome[]): string {
  const notes = outcomes.filter(({ note }) => note).map(({ row, column, note }) =>
    `${row}, ${column}: ${note}`
  );
  const counts = (["passed", "failed", "not run"] as const)
    .map((result) => `${outcomes.filter((outcome) => outcome.result === result).length} ${result}`);
  return [
    ...tablesOf(outcomes, cellText),
    [`Matrix: ${counts.join(", ")}`, ...notes, ""].join("\n"),
  ].join("\n");
}

/** The mixes and the apps, in Markdown, with what a cell says of each outcome. */
export function tablesOf(
  outcomes: readonly Outcome[],
  cellText: (outcome: Outcome | undefined) => string,
): [mixes: string, apps: string] {
  const cells = (row: string, columns: readonly string[]) =>
    columns.map((column) => cellText(outcomes.find((each) => each.row === row && each.column === column)));
  const mixes = MIXES.map(({ row, superlink, supernode, superexec, cli }) => [
    row,
    superlink,
    supernode,
    superexec,
    cli,
    ...cells(row, Object.keys(MIX_COLUMNS)),
  ]);
  const apps = Object.entries(APPS).map(([row, what]) => [what, ...cells(row, APP_COLUMNS)]);
  const parts = ["", "SuperLink", "SuperNodes", "SuperExecs, app processes", "`flwr`"];
  return [
    markdownTable([...parts, ...Object.values(MIX_COLUMNS)], mixes),
    markdownTable(["Apps", ...APP_COLUMNS], apps),
  ];
}

function cellText(outcome?: Outcome): string {
  if (!outcome) return "";
  const { result, seconds } = outcome;
  return seconds === undefined ? result : `${result} (${seconds} s)`;
}
