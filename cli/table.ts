import { mayColour, type Style, styled } from "./output.ts";
import type { Env } from "./env.ts";

/** A cell: its text, and its colour on a terminal. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** A table with a heading over each column. */
export interface Table {
  /** Stands above it, centred. */
  readonly title?: string;
  /** Absent for a table of names and values. */
  readonly head?: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * The table as text, with a line end. On a terminal that is too narrow, cells are broken at blanks and long
 * words cut with `…`, but never in the first column; elsewhere nothing is ever cut, so that other programs can read it.
 */
export function renderTable(table: Table, env: Pick<Env, "columns" | "isTerminal" | "get">): string {
  const { head, rows } = table;
  const all = head ? [head, ...rows] : rows;
  const widths = columnWidths(all, env.isTerminal.stdout || env.get("COLUMNS") ? env.columns : Infinity);
  const coloured = mayColour(env, "stdout");
  const lines = table.title ? [centred(table.title, total(widths)).trimEnd()] : [];
  const box = head ? HEADED : PLAIN;
  lines.push(rule(box.top, widths));
  if (head) {
    const cells = head.map((text) => ({ text, style: "cyan" as const }));
    lines.push(...rowLines(cells, widths, { coloured, bar: "┃", centre: true }));
    lines.push(rule(box.underHead, widths));
  }
  rows.forEach((row, index) => {
    if (index > 0 && head) lines.push(rule(box.between, widths));
    lines.push(...rowLines(row, widths, { coloured, bar: "│", centre: false }));
  });
  lines.push(rule(box.bottom, widths));
  return lines.join("\n") + "\n";
}

/** Left end, line, joint, right end. */
type Rule = readonly [string, string, string, string];
const PLAIN = {
  top: ["┌", "─", "┬", "┐"],
  underHead: ["├", "─", "┼", "┤"],
  between: ["├", "─", "┼", "┤"],
  bottom: ["└", "─", "┴", "┘"],
} satisfies Record<string, Rule>;
const HEADED = { ...PLAIN, top: ["┏", "━", "┳", "┓"], underHead: ["┡", "━", "╇", "┩"] } satisfies Record<
  string,
  Rule
>;

function rule([left, line, joint, right]: readonly string[], widths: readonly number[]): string {
  return left + widths.map((width) => line.repeat(width + 2)).join(joint) + right;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + 3, 1);
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

/**
 * Each column as wide as its longest cell; the widest are narrowed until the table fits. The first column names the
 * row, and is what one copies: it stays whole.
 */
function columnWidths(rows: readonly (readonly Cell[])[], room: number): number[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(1, ...rows.map((row) => lengthOf(textOf(row[column] ?? "")))),
  );
  while (total(widths) > room) {
    const widest = widths.indexOf(Math.max(...widths.slice(1)), 1);
    if (widest < 0 || widths[widest] <= 4) break;
    widths[widest]--;
  }
  return widths;
}

/** Characters as they stand on a screen. */
function lengthOf(text: string): number {
  return [...text].length;
}

function rowLines(
  cells: readonly Cell[],
  widths: readonly number[],
  look: { coloured: boolean; bar: string; centre: boolean },
): string[] {
  const broken = widths.map((width, column) => breakText(textOf(cells[column] ?? ""), width));
  const height = Math.max(...broken.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = widths.map((width, column) => {
      const cell = cells[column] ?? "";
      const lines = broken[column];
      const at = look.centre ? line - (height - lines.length) : line;
      const text = lines[at] ?? "";
      const padded = look.centre ? centred(text, width) : text + " ".repeat(width - lengthOf(text));
      const styles: Style[] = typeof cell === "string"
        ? []
        : look.centre
        ? ["bold", cell.style]
        : [cell.style];
      return ` ${styled(padded, styles, look.coloured)} `;
    });
    return look.bar + parts.join(look.bar) + look.bar;
  });
}

function centred(text: string, width: number): string {
  const space = Math.max(0, width - lengthOf(text));
  const left = Math.floor(space / 2);
  return " ".repeat(left) + text + " ".repeat(space - left);
}

function breakText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const short = lengthOf(word) > width ? [...word].slice(0, width - 1).join("") + "…" : word;
    if (line && lengthOf(line) + 1 + lengthOf(short) > width) {
      lines.push(line);
      line = short;
    } else line = line ? `${line} ${short}` : short;
  }
  return [...lines, line];
}
