import { parseArgs } from "@std/cli";
import { UserError } from "../output.ts";
import { nearest } from "./nearest.ts";

/** One flag of a command: what `--help` says about it and how its text becomes a value. */
export interface Flag<Value> {
  /** For `--help`. */
  readonly help: string;
  /** Heading it stands under in `--help`. */
  readonly group?: string;
  /** What stands for the value in `--help`; absent for a switch. */
  readonly placeholder?: string;
  /** One letter that may be typed after a single dash. */
  readonly short?: string;
  /** Other names that are still understood. */
  readonly aliases?: readonly string[];
  /** The values it may have, compared without regard to case when `anyCase` is set. */
  readonly choices?: readonly string[];
  readonly anyCase?: boolean;
  /** Shown as the default in `--help`. */
  readonly shownDefault?: string;
  /** Understood, but not listed. */
  readonly hidden?: boolean;
  /** Why it cannot be used any more and what to do instead: giving it is an error. */
  readonly refused?: string;
  /** Flower's number for the refusal. */
  readonly refusedExitCode?: number;
  /** Whether it may be given more than once; otherwise the last one counts. */
  readonly repeatable: boolean;
  /** The value, from every text it was given (none: it was not given). @throws {UserError} */
  read(texts: string[], name: string): Value;
}

/** The flags of one command, by name without dashes. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>;
/** What a command line said, by flag. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Value : never;
};

type About = Partial<Omit<Flag<never>, "read" | "repeatable">> & { help: string };

/** A flag that is there or not. */
export function toggle(about: About): Flag<boolean> {
  return { ...about, repeatable: false, read: (texts) => texts.length > 0 };
}

/** A flag with a text, or undefined when it is not given. */
export function text(about: About & { placeholder: string }): Flag<string | undefined> {
  return { ...about, repeatable: false, read: (texts) => texts.at(-1) };
}

/** A flag with a text that has a default. */
export function textOr(fallback: string, about: About & { placeholder: string }): Flag<string> {
  return { shownDefault: fallback, ...about, repeatable: false, read: (texts) => texts.at(-1) ?? fallback };
}

/** A flag with one of a few values. */
export function choice<const Choice extends string>(
  choices: readonly Choice[],
  about: About & { default: NoInfer<Choice> },
): Flag<Choice>;
export function choice<const Choice extends string>(
  choices: readonly Choice[],
  about: About,
): Flag<Choice | undefined>;
export function choice(
  choices: readonly string[],
  about: About & { default?: string },
): Flag<string | undefined> {
  const { default: fallback, ...rest } = about;
  return {
    placeholder: choices.join("|"),
    choices,
    shownDefault: fallback,
    ...rest,
    repeatable: false,
    read: (texts) => texts.at(-1) ?? fallback,
  };
}

/** A flag that may be given many times. */
export function texts(about: About & { placeholder: string }): Flag<readonly string[]> {
  return { ...about, repeatable: true, read: (given) => given };
}

/** A flag with a number of at least `min`; whole unless `fraction` is set. */
export function number(
  about: About & { placeholder: string; min: number; fraction?: boolean },
): Flag<number | undefined> {
  const { min, fraction, ...rest } = about;
  const read = (given: string[], name: string) => {
    const typed = given.at(-1);
    if (typed === undefined) return undefined;
    const value = Number(typed);
    const pattern = fraction ? /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i : /^[+-]?\d+$/;
    if (pattern.test(typed) && value >= min) return value;
    throw new UsageError(
      `Cannot use --${name} ${typed}: it must be a ${fraction ? "" : "whole "}number of at least ${min}`,
    );
  };
  return { ...rest, repeatable: false, read };
}

/** A flag like {@link number} that has a default. */
export function numberOr(
  fallback: number,
  about: About & { placeholder: string; min: number; fraction?: boolean },
): Flag<number> {
  const flag = number({ shownDefault: String(fallback), ...about });
  return { ...flag, read: (given, name) => flag.read(given, name) ?? fallback };
}

/** A command line that cannot be understood. Ends with status 2. */
export class UsageError extends UserError {
  override name = "UsageError";
  constructor(text: string, hint?: string) {
    super(text, { hint, exitStatus: 2 });
  }
}

/**
 * Reads a command line. Flags may be written `--flag value` or `--flag=value`, and shortened as long as only
 * one flag begins so. Words after `--` are never flags.
 * @throws {UsageError} for anything that is not in the table
 */
export function parseFlags<Table extends FlagTable>(
  args: readonly string[],
  table: Table,
): { flags: FlagValues<Table>; words: string[] } {
  const names = Object.keys(table);
  const { spelledOut, words } = spellOut(args, table);
  const parsed = parseArgs(spelledOut, {
    string: names.filter((name) => table[name].placeholder),
    boolean: names.filter((name) => !table[name].placeholder),
    collect: names.filter((name) => table[name].placeholder),
  });
  const flags: Record<string, unknown> = {};
  for (const name of names) {
    const flag = table[name];
    const given = flag.placeholder ? parsed[name] as string[] : parsed[name] ? ["true"] : [];
    if (given.length > 0 && flag.refused) {
      throw new UserError(`Cannot use --${name}: ${flag.refused}`, { exitCode: flag.refusedExitCode });
    }
    flags[name] = flag.read(given.map((value) => chosen(value, flag, name)), name);
  }
  return { flags: flags as FlagValues<Table>, words };
}

/** One of the flag's choices, in the table's spelling. */
function chosen(value: string, flag: Flag<unknown>, name: string): string {
  if (!flag.choices || !flag.placeholder) return value;
  const same = (choice: string) =>
    flag.anyCase ? choice.toLowerCase() === value.toLowerCase() : choice === value;
  const found = flag.choices.find(same);
  if (found !== undefined) return found;
  throw new UsageError(`Cannot use --${name} ${value}: it must be ${flag.choices.join(" or ")}`);
}

/** Every flag under its full name with its value behind `=`, and the words between and after them. */
function spellOut(args: readonly string[], table: FlagTable): { spelledOut: string[]; words: string[] } {
  const spelledOut: string[] = [];
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === "--") return { spelledOut, words: [...words, ...args.slice(at + 1)] };
    if (!isFlag(arg)) {
      words.push(arg);
      continue;
    }
    const [typed, attached] = splitFlag(arg, table);
    const name = fullName(typed, table);
    if (!table[name].placeholder) {
      if (attached !== undefined) throw new UsageError(`Cannot give --${name} a value: it is a switch`);
      spelledOut.push(`--${name}`);
    } else spelledOut.push(`--${name}=${attached ?? nextValue(args[++at], name)}`);
  }
  return { spelledOut, words };
}

/** A lone dash and negative numbers are words. */
function isFlag(arg: string): boolean {
  return /^-[^\d.]/.test(arg);
}

/** Splits `--name=value`, `-nvalue` and `-n` into what names the flag and the value attached to it. */
function splitFlag(arg: string, table: FlagTable): [string, string | undefined] {
  if (!arg.startsWith("--") && arg.length > 2) {
    const known = Object.values(table).some((flag) => flag.short === arg[1]);
    if (known) return [arg.slice(0, 2), arg.slice(arg[2] === "=" ? 3 : 2)];
  }
  const cut = arg.indexOf("=");
  return cut < 0 ? [arg, undefined] : [arg.slice(0, cut), arg.slice(cut + 1)];
}

function nextValue(next: string | undefined, name: string): string {
  if (next !== undefined && !isFlag(next)) return next;
  throw new UsageError(`Cannot use --${name} alone: it needs a value`);
}

/** The flag that `typed` means: its name, its letter, another name of it, or a beginning only it has. */
function fullName(typed: string, table: FlagTable): string {
  const name = typed.replace(/^--?/, "");
  const entries = Object.entries(table);
  if (!typed.startsWith("--")) {
    const byLetter = entries.find(([, flag]) => flag.short === name);
    if (byLetter) return byLetter[0];
    throw unknownFlag(typed, table);
  }
  const exact = entries.find(([key, flag]) => key === name || flag.aliases?.includes(name));
  if (exact) return exact[0];
  const spelled = entries.flatMap(([key, flag]) => [key, ...flag.aliases ?? []].map((alias) => [alias, key]));
  const matches = spelled.filter(([alias]) => alias.startsWith(name));
  if (new Set(matches.map(([, key]) => key)).size === 1) return matches[0][1];
  if (matches.length > 1) {
    const could = matches.map(([alias]) => `--${alias}`).join(", ");
    throw new UsageError(`Cannot tell which flag ${typed} is: it could be ${could}`);
  }
  throw unknownFlag(typed, table);
}

function unknownFlag(typed: string, table: FlagTable): UsageError {
  const names = Object.keys(table).filter((name) => !table[name].hidden && !table[name].refused);
  const like = nearest(typed.replace(/^-+/, ""), names);
  return new UsageError(`There is no flag ${typed}`, like && `Did you mean --${like}?`);
}
