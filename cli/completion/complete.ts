import { flagsUnder, leadSomewhere, namesUnder, oneMore, wordsOf } from "../command_tree.ts";
import { commands } from "../commands.ts";
import type { Flag, FlagTable } from "../config/flags.ts";
import type { About } from "../config/help.ts";

/** What may stand where the cursor is. */
export interface Completion {
  /** Whole words, each with a few words about it. */
  readonly words: readonly (readonly [word: string, about: string])[];
  /** Set where a path may stand. */
  readonly paths?: "file" | "folder";
}

/** A command line up to the cursor. */
export interface TypedLine {
  /** The name of the program, as typed. */
  readonly programName: string;
  /** The words behind it; the last one is still being typed, and may be empty. */
  readonly words: readonly string[];
}

const NOTHING: Completion = { words: [] };
const HELP: readonly [string, string] = ["--help", "Show what this does"];

/**
 * What may stand in place of the last word. Words that do not begin like it are left out.
 * @param connections names of the SuperLinks that can be named; only asked when one may stand there
 */
export async function complete(
  line: TypedLine,
  connections: () => Promise<readonly string[]>,
): Promise<Completion> {
  const typed = line.words.at(-1) ?? "";
  const { words, paths } = await candidates(line, connections);
  return { words: words.filter(([word]) => word.startsWith(typed)), paths };
}

async function candidates(
  { programName, words }: TypedLine,
  connections: () => Promise<readonly string[]>,
): Promise<Completion> {
  let key = wordsOf(programName);
  const rest = [...words];
  while (!commands[key] && rest.length > 1) {
    key = oneMore(key, rest.shift()!);
    if (!leadSomewhere(key)) return NOTHING;
  }
  const command = commands[key];
  if (!command) return { words: [...namesUnder(key), ...longFlags(key)] };
  if (command.runsAnother) {
    const [other, ...more] = rest;
    if (more.length === 0) return { words: [...summaries(command.runsAnother), HELP] };
    if (!command.runsAnother.includes(other)) return NOTHING;
    return await ofCommand(other, more, connections);
  }
  return await ofCommand(key, rest, connections);
}

function longFlags(key: string): [string, string][] {
  return flagsUnder(key).map(([spelled, about]) => [/--[a-z-]+/.exec(spelled)![0], about]);
}

function summaries(keys: readonly string[]): [string, string][] {
  return keys.map((key) => [key, commands[key].summary]);
}

/** What may stand behind the words of a command. */
async function ofCommand(
  key: string,
  words: readonly string[],
  connections: () => Promise<readonly string[]>,
): Promise<Completion> {
  const { about } = await commands[key].load();
  if (!about) return NOTHING;
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const open = flagOf(before.at(-1), about.flags);
  if (open?.placeholder) return valuesOf(open);
  const attached = /^(--[^=]+)=/.exec(typed);
  if (attached) {
    const flag = flagOf(attached[1], about.flags);
    return flag?.placeholder ? withPrefix(valuesOf(flag), attached[0]) : NOTHING;
  }
  if (typed.startsWith("-")) return { words: [...flagsLeft(about.flags, before), HELP] };
  const word = about.words?.[placeOf(before, about)];
  return word === undefined ? NOTHING : await wordsFor(word, connections);
}

/** The flag that a word is, without a value. */
function flagOf(word: string | undefined, flags: FlagTable): Flag<unknown> | undefined {
  const match = /^--([^=]+)$|^-(.)$/.exec(word ?? "");
  if (!match) return undefined;
  const [, name, letter] = match;
  if (letter !== undefined) return Object.values(flags).find(({ short }) => short === letter);
  return flags[name] ?? Object.values(flags).find(({ aliases }) => aliases?.includes(name));
}

function flagsLeft(flags: FlagTable, before: readonly string[]): [string, string][] {
  return Object.entries(flags)
    .filter(([name, { hidden, refused, repeatable }]) =>
      !hidden && !refused && (repeatable || !before.some((word) => word.split("=")[0] === `--${name}`))
    )
    .map(([name, { help }]) => [`--${name}`, help]);
}

/** How many words of the command stand there already. */
function placeOf(before: readonly string[], about: About<FlagTable>): number {
  return before.filter((word, index) =>
    !word.startsWith("-") && !flagOf(before[index - 1], about.flags)?.placeholder
  ).length;
}

function valuesOf({ choices, placeholder = "" }: Flag<unknown>): Completion {
  if (choices) return { words: choices.map((choice) => [choice, ""]) };
  return /PATH|CSV|YAML|FILE/.test(placeholder) ? { words: [], paths: "file" } : NOTHING;
}

function withPrefix({ words, paths }: Completion, prefix: string): Completion {
  return { words: words.map(([word, about]) => [prefix + word, about]), paths };
}

async function wordsFor(word: string, connections: () => Promise<readonly string[]>): Promise<Completion> {
  const name = word.replace(/^\[|\]$/g, "");
  if (name === "SUPERLINK") {
    return { words: (await connections()).map((known) => [known, "A connection of config.toml"]) };
  }
  if (name.includes("|")) return { words: name.split("|").map((choice) => [choice, ""]) };
  if (name === "APP" || name === "FOLDER") return { words: [], paths: "folder" };
  return /SOURCE|KEY|FILE|PATH/.test(name) ? { words: [], paths: "file" } : NOTHING;
}
