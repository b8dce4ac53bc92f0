/*
 * How we speak.
 *
 * - stdout carries what was asked for: the tables and sentences of `flwr`, JSON, the log of a run, `--help`,
 *   `--version`. With `--format json` it carries one JSON value and nothing else.
 * - stderr carries the rest: log lines of daemons, warnings, errors. A daemon writes nothing to stdout.
 * - An error is one sentence that names the thing and what was expected, then a line with the next step.
 *   No stack trace for a user's mistake.
 * - Status 0: done. 1: it could not be done, also with `--format json`. 2: the command line is wrong.
 * - Colours stand only on a terminal, and never when `NO_COLOR` is set.
 */
import type { Env } from "./env.ts";

/** A mistake or a trouble that the user can do something about: shown as its text, without a stack. */
export class UserError extends Error {
  override name = "UserError";
  /** The next step, as a sentence. */
  readonly hint?: string;
  /** Status the program ends with. */
  readonly exitStatus: number;
  /** Flower's number for it; shown so that it can be searched for. */
  readonly exitCode?: number;

  constructor(text: string, options: { hint?: string; exitStatus?: number; exitCode?: number } = {}) {
    super(text);
    this.hint = options.hint;
    this.exitStatus = options.exitStatus ?? 1;
    this.exitCode = options.exitCode;
  }
}

/** Colours by what they say. */
export type Style = "bold" | "cyan" | "green" | "red" | "yellow" | "brightYellow" | "blue" | "grey";

const SGR: Record<Style, number> = {
  bold: 1,
  cyan: 36,
  green: 32,
  red: 31,
  yellow: 33,
  brightYellow: 93,
  blue: 34,
  grey: 90,
};

/** Whether a stream may be coloured. */
export function mayColour(env: Pick<Env, "isTerminal" | "get">, stream: "stdout" | "stderr"): boolean {
  return env.isTerminal[stream] && !env.get("NO_COLOR") && env.get("TERM") !== "dumb";
}

/** The text in these colours, or as it is where colours have no place. */
export function styled(text: string, styles: readonly Style[], coloured: boolean): string {
  if (!coloured || styles.length === 0) return text;
  return `\x1b[${styles.map((style) => SGR[style]).join(";")}m${text}\x1b[0m`;
}

/** Says what went wrong, and what to do. */
export function printError(env: Env, error: UserError): void {
  const coloured = mayColour(env, "stderr");
  const number = error.exitCode === undefined ? "" : ` [Exit Code: ${error.exitCode}]`;
  env.stderr(`${styled("Error:", ["bold", "red"], coloured)} ${error.message}${number}\n`);
  if (error.hint) env.stderr(`${styled("Next:", ["bold"], coloured)}  ${error.hint}\n`);
}

/** A value as JSON with 2-space indent; a `bigint` becomes a number with all its digits. */
export function toJson(value: unknown): string {
  const exact = (_key: string, item: unknown) => typeof item === "bigint" ? rawJson(String(item)) : item;
  return JSON.stringify(value, exact, 2);
}

/** A piece of JSON that is put in as it stands. TypeScript's library does not know it yet. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };
