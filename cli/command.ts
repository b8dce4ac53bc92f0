import type { Run } from "./commands.ts";
import { type FlagTable, type FlagValues, parseFlags, toggle, UsageError } from "./config/flags.ts";
import { type About, helpText } from "./config/help.ts";
import type { Env } from "./env.ts";

/** A command line that was understood. */
export interface Line<Table extends FlagTable> {
  readonly flags: FlagValues<Table>;
  readonly words: readonly string[];
}

/** What {@link command} makes a command of. */
export interface CommandAbout<Table extends FlagTable> extends About<Table> {
  /** Words behind the last one are left to the body, not refused. */
  readonly takesMore?: boolean;
}

/** Makes a command of what it says about itself and what it does. `--help` is answered here. */
export function command<Table extends FlagTable>(
  about: CommandAbout<Table>,
  body: (line: Line<Table>, env: Env) => Promise<number>,
): Run {
  const run = async (args: string[], env: Env) => {
    const beforeDashes = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
    if (beforeDashes.some((arg) => arg === "-h" || arg === "--help")) {
      env.stdout(helpText(env.calledAs, about, env.columns));
      return 0;
    }
    return await body(readLine(args, about), env);
  };
  return Object.assign(run, { about });
}

/** @throws {UsageError} for flags that are not known and words that are missing or too many */
function readLine<Table extends FlagTable>(args: string[], about: CommandAbout<Table>): Line<Table> {
  const help = toggle({ help: "", hidden: true });
  const { flags, words } = parseFlags(args, { ...about.flags, help });
  const wanted = about.words ?? [];
  const missing = wanted[words.length];
  if (missing && !missing.startsWith("[")) throw new UsageError(`Cannot go on without ${missing}`);
  const takesMore = about.takesMore || wanted.at(-1)?.endsWith("...");
  if (words.length > wanted.length && !takesMore) {
    throw new UsageError(
      `Cannot use the word "${words[wanted.length]}": it stands where nothing is expected`,
    );
  }
  return { flags: flags as unknown as FlagValues<Table>, words };
}
