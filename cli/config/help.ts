import type { Flag, FlagTable } from "./flags.ts";

/** What a command says about itself. */
export interface About<Table extends FlagTable> {
  /** One or more sentences. */
  readonly summary: string;
  /** The words after the command's name: `APP` must be given, `[APP]` may be. */
  readonly words?: readonly string[];
  /** What the words mean, for `--help`. */
  readonly wordHelp?: Readonly<Record<string, string>>;
  readonly flags: Table;
  /** Whether it also answers `--version`. */
  readonly hasVersion?: boolean;
  /** Command lines worth copying, with what each is for. `$` stands for the words that called the command, but not in `$(…)`. */
  readonly examples?: readonly { readonly for: string; readonly line: string }[];
}

/** The text of `--help`. Lines are at most `width` characters where words allow it. */
export function helpText(calledAs: string, about: About<FlagTable>, width: number): string {
  const usage = ["Usage:", calledAs, ...about.words ?? [], "[flags]"].join(" ");
  const parts = [usage, wrap(about.summary, width, "")];
  const words = Object.entries(about.wordHelp ?? {});
  if (words.length > 0) parts.push(section("Arguments", words, width));
  for (const [title, rows] of flagGroups(about)) parts.push(section(title, rows, width));
  for (const example of about.examples ?? []) {
    parts.push(
      `${example.for}:\n\n    $ ${
        example.line.replaceAll(/\$(?!\()/g, calledAs).replaceAll("\n", "\n      ")
      }`,
    );
  }
  return parts.join("\n\n") + "\n";
}

/** A heading and two columns under it. */
export function section(title: string, rows: readonly (readonly [string, string])[], width: number): string {
  const column = Math.min(36, Math.max(...rows.map(([left]) => left.length)) + 2);
  const lines = rows.map(([left, right]) => {
    const text = wrap(right, width, " ".repeat(column + 2)).trimStart();
    const gap = left.length + 2 > column ? "\n" + " ".repeat(column + 2) : " ".repeat(column - left.length);
    return `  ${left}${gap}${text}`;
  });
  return `${title}:\n${lines.join("\n")}`;
}

function flagGroups({ flags, hasVersion }: About<FlagTable>): Map<string, [string, string][]> {
  const groups = new Map<string, [string, string][]>();
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.hidden || flag.refused) continue;
    const title = flag.group ?? "Flags";
    groups.set(title, [...groups.get(title) ?? [], [spelling(name, flag), meaning(flag)]]);
  }
  const general: [string, string][] = [["-h, --help", "Show this text"]];
  if (hasVersion) general.push(["-V, --version", "Show which release of Flower this stands for"]);
  groups.set("Flags", [...groups.get("Flags") ?? [], ...general]);
  return groups;
}

function spelling(name: string, flag: Flag<unknown>): string {
  const letter = flag.short ? `-${flag.short}, ` : "";
  return `${letter}--${name}${flag.placeholder ? ` ${flag.placeholder}` : ""}`;
}

function meaning(flag: Flag<unknown>): string {
  const notes = [
    flag.shownDefault === undefined ? "" : `default: ${flag.shownDefault}`,
    flag.repeatable ? "may be repeated" : "",
  ].filter(Boolean);
  return notes.length > 0 ? `${flag.help} (${notes.join("; ")})` : flag.help;
}

/** Breaks a text at blanks into lines of at most `width` characters, each behind `indent`. */
function wrap(text: string, width: number, indent: string): string {
  const room = Math.max(24, Math.min(width, 110) - indent.length);
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line && line.length + 1 + word.length > room) {
        lines.push(line);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  return lines.map((line) => (line ? indent + line : "")).join("\n");
}
