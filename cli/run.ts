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
    const found = find(args, env);
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
function find(args: string[], env: Env): Found | number {
  const byName = Object.entries(commands).find(([, command]) => command.programName === env.programName);
  const start = byName?.[0] ?? (env.programName === "flwr" ? "flwr" : "");
  if (byName) {
    if (asksVersion(args)) return printFlowerVersion(env);
    return { command: byName[1], calledAs: env.programName, rest: args };
  }
  return findByWords(start, args, env);
}

function findByWords(start: string, args: string[], env: Env): Found | number {
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
    if (asksVersion([word])) return words === "" ? printVersion(env) : printFlowerVersion(env);
    words = `${words} ${asWritten(words, word)}`.trim();
    calledAs = `${calledAs} ${word}`;
    if (!below(words)) throw unknownCommand(words, word, env);
  }
}

/** `ls` is another word for `list` wherever there is one. */
function asWritten(words: string, word: string): string {
  return word === "ls" && words.startsWith("flwr") ? "list" : word;
}

function below(words: string): boolean {
  return Object.keys(commands).some((key) => key === words || key.startsWith(`${words} `));
}

function unknownCommand(words: string, word: string, env: Env): UserError {
  const parent = words.split(" ").slice(0, -1).join(" ");
  const names = namesUnder(parent).map(([name]) => name);
  const like = nearest(word, names);
  const help = `${[env.programName === "flwr" ? "" : env.programName, parent].join(" ").trim()} --help`;
  const hint = like ? `Did you mean ${like}? All commands: ${help}` : `See all commands: ${help}`;
  return new UserError(`There is no command "${word}"`, { hint, exitStatus: 2 });
}

/** The next words after `words`, each with the summary of what it is or how many it holds. */
function namesUnder(words: string): [string, string][] {
  const prefix = words ? `${words} ` : "";
  const rows = new Map<string, string>();
  for (const [key, command] of Object.entries(commands)) {
    if (!key.startsWith(prefix) || command.hidden) continue;
    const [name, ...more] = key.slice(prefix.length).split(" ");
    if (more.length === 0) rows.set(name, command.summary);
    else if (!rows.has(name)) rows.set(name, GROUPS[`${prefix}${name}`] ?? "");
  }
  return [...rows];
}

/** What the words that only lead to other words are about. */
const GROUPS: Record<string, string> = {
  "flwr": "Start, watch and stop runs; manage SuperNodes (type `flwr --help`)",
  "flwr config": "Look at config.toml",
  "flwr supernode": "Manage SuperNodes",
  "flwr federation": "Manage federations",
  "flwr federation invite": "Invite accounts to federations",
};

function printList(words: string, calledAs: string, env: Env, asked: string | undefined): number {
  const about = words === "" ? "corolla: federated learning, wire-compatible with Flower" : GROUPS[words];
  const list = section("Commands", namesUnder(words), env.columns);
  env.stdout(
    `Usage: ${calledAs} COMMAND\n\n${about}\n\n${list}\n\nMore about one: ${calledAs} COMMAND --help\n`,
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
