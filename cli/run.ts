import {
  aboutGroup,
  firstSteps,
  flagsUnder,
  leadSomewhere,
  namesUnder,
  oneMore,
  wordsOf,
} from "./command_tree.ts";
import { type Command, commands } from "./commands.ts";
import { section } from "./config/help.ts";
import { nearest } from "./config/nearest.ts";
import type { Env } from "./env.ts";
import { printError, UserError } from "./output.ts";
import { FLOWER_VERSION, VERSION } from "./version.ts";

/** Runs the command that the words name. Returns the exit status; throws nothing. */
export async function run(args: string[], env: Env): Promise<number> {
  let calledAs = env.programName;
  try {
    const [first, ...more] = args;
    if (first === "__complete") {
      return await (await import("./completion/answer.ts")).answerCompletion(more, env);
    }
    const found = await find(args, env);
    if (typeof found === "number") return found;
    calledAs = found.calledAs;
    const body = await found.command.load();
    return await body(found.rest, { ...env, calledAs });
  } catch (error) {
    return failed(error, { ...env, calledAs });
  }
}

interface Found {
  readonly command: Command;
  readonly calledAs: string;
  readonly rest: string[];
}

/** The command, or the status when the words only asked for a list or a version. */
async function find(args: string[], env: Env): Promise<Found | number> {
  const start = wordsOf(env.programName);
  const command = commands[start];
  if (!command) return await findByWords(start, args, env);
  if (asksVersion(args)) return printFlowerVersion(env);
  return { command, calledAs: env.programName, rest: args };
}

async function findByWords(start: string, args: string[], env: Env): Promise<Found | number> {
  let words = start;
  let calledAs = env.programName;
  for (let used = 0;; used++) {
    const command = commands[words];
    const rest = args.slice(used);
    if (command && asksVersion(rest.slice(0, 1)) && command.programName?.startsWith("flower-")) {
      return printFlowerVersion(env);
    }
    if (command) return { command, calledAs, rest };
    const word = args[used];
    if (word === undefined || word === "-h" || word === "--help") {
      return printList(words, calledAs, env, word);
    }
    if (words === "flwr" && COMPLETION.includes(word)) return await ownCompletion(args.slice(used), env);
    if (asksVersion([word])) return words === "" ? printVersion(env) : printFlowerVersion(env);
    words = oneMore(words, word);
    calledAs = `${calledAs} ${word}`;
    if (!leadSomewhere(words)) throw unknownCommand(words, word, env);
  }
}

/** Under the name `flwr` the program takes care of its own completion, as its users know it. */
const COMPLETION: readonly string[] = ["--show-completion", "--install-completion"];

async function ownCompletion([asked, ...rest]: readonly string[], env: Env): Promise<number> {
  const { installCompletion, showCompletion } = await import("./completion/install.ts");
  return asked === "--show-completion" ? showCompletion(rest, env) : await installCompletion(rest, env);
}

function unknownCommand(words: string, word: string, env: Env): UserError {
  const parent = words.split(" ").slice(0, -1).join(" ");
  const names = namesUnder(parent).map(([name]) => name);
  const like = nearest(word, names);
  const help = `${[env.programName === "flwr" ? "" : env.programName, parent].join(" ").trim()} --help`;
  const hint = like ? `Did you mean ${like}? All commands: ${help}` : `See all commands: ${help}`;
  return new UserError(`There is no command "${word}"`, { hint, exitStatus: 2 });
}

function printList(words: string, calledAs: string, env: Env, asked: string | undefined): number {
  const about = aboutGroup(words);
  const list = section("Commands", namesUnder(words), env.columns);
  const flags = section("Flags", flagsUnder(words), env.columns);
  const steps = firstSteps(words).map((line) => `    $ ${calledAs} ${line}\n`).join("");
  env.stdout(
    `Usage: ${calledAs} COMMAND\n\n${about}\n\n${list}\n\n${flags}\n\n` +
      (steps && `First steps:\n\n${steps}\n`) + `More about one: ${calledAs} COMMAND --help\n`,
  );
  return asked ? 0 : 2;
}

function asksVersion(args: readonly string[]): boolean {
  return args.includes("--version") || args.includes("-V");
}

function printVersion(env: Env): number {
  env.stdout(`corolla ${VERSION} (Flower ${FLOWER_VERSION} wire protocol, Deno ${Deno.version.deno})\n`);
  return 0;
}

/** Scripts look for exactly this line. */
function printFlowerVersion(env: Env): number {
  env.stdout(`Flower version: ${FLOWER_VERSION}\n`);
  return 0;
}

function failed(error: unknown, env: Env): number {
  if (error instanceof UserError) {
    const hint = error.hint ?? (error.exitStatus === 2 ? `See ${env.calledAs} --help` : undefined);
    const { exitStatus, exitCode } = error;
    printError(env, new UserError(error.message, { hint, exitStatus, exitCode }));
    return exitStatus;
  }
  if (error instanceof Deno.errors.BrokenPipe) return 1;
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  env.stderr(`Error: corolla met a trouble it does not know; this is a fault in corolla\n${text}\n`);
  return 1;
}
