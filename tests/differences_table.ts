/**
 * Writes the README's table of what differs from Flower on purpose, from `cli/differences.ts`:
 *
 *     deno task differences
 */
import { differences } from "../cli/differences.ts";
import { markdownTable } from "./interop/matrix/table.ts";
import { type Part, writePart } from "./readme_part.ts";

/** Its place in the README. */
export const PART: Part = { name: "differences", by: "tests/differences_table.ts" };

/** The table in Markdown. */
export function differencesTable(): string {
  const rows = differences.map(({ what, upstream, corolla, why }) =>
    [what, upstream, corolla, why].map(inCell)
  );
  return markdownTable(["", "Flower 1.32", "corolla", "why"], rows);
}

/** A bar would end the cell. */
function inCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (import.meta.main) writePart(PART, differencesTable());
