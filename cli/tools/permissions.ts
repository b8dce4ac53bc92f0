import type { Run } from "../commands.ts";
import { command } from "../command.ts";
import type { FlagTable, FlagValues } from "../config/flags.ts";
import type { About } from "../config/help.ts";
import type { Env } from "../env.ts";
import { nearest } from "../config/nearest.ts";
import { UsageError } from "../config/flags.ts";

/** Takes the flags that were found. */
type Use = (flags: readonly string[]) => void;

const ROLES: Readonly<Record<string, (use: Use) => Promise<Run>>> = {
  superlink: async (use) => {
    const { superlinkAbout, superlinkDenoFlags } = await import("../daemon/superlink.ts");
    return finding({ about: superlinkAbout, flagsFor: superlinkDenoFlags }, use);
  },
  supernode: async (use) => {
    const { supernodeAbout, supernodeDenoFlags } = await import("../daemon/supernode.ts");
    return finding({ about: supernodeAbout, flagsFor: supernodeDenoFlags }, use);
  },
  superexec: async (use) => {
    const { superexecAbout, superexecDenoFlags } = await import("../daemon/superexec.ts");
    return finding({ about: superexecAbout, flagsFor: superexecDenoFlags }, use);
  },
};

/** What `corolla permissions` says about itself. */
const ABOUT = {
  summary:
    "Print the shortest list of Deno permissions under which a role runs with the given flags. The command line behind `permissions` is that of the role itself.",
  words: ["superlink|supernode|superexec", "[FLAG...]"],
  flags: {},
  examples: [
    {
      for: "Start a SuperLink that can touch nothing but its own files and addresses",
      line: "deno run $(corolla permissions superlink --insecure) cli/main.ts superlink --insecure",
    },
    {
      for: "The same where a path has a space in it: the words that need quotes have them",
      line: "eval \"deno run $(corolla permissions superlink --insecure --database 'my state.db') \\\n" +
        "  cli/main.ts superlink --insecure --database 'my state.db'\"",
    },
  ],
};

/** `corolla permissions ROLE FLAGS`. */
export const permissions: Run = async (args, env) => {
  const [role, ...rest] = args;
  const load = ROLES[role];
  if (load) {
    const print: Use = (flags) => env.stdout(flags.map(quoted).join(" ") + "\n");
    return await (await load(print))(rest, { ...env, calledAs: `${env.calledAs} ${role}` });
  }
  if (role !== undefined && !role.startsWith("-")) {
    const like = nearest(role, Object.keys(ROLES));
    throw new UsageError(
      `Cannot use "${role}" as a role: it must be ${Object.keys(ROLES).join(" or ")}`,
      like && `Did you mean ${like}?`,
    );
  }
  return await command(ABOUT, () => {
    throw new UsageError("Cannot go on without the name of a role");
  })(args, env);
};

/**
 * The flags for `deno run` under which a role can be started with these words.
 * @throws {UserError} when the role could not begin with them
 */
export async function permissionFlags(role: string, args: string[], env: Env): Promise<readonly string[]> {
  let found: readonly string[] = [];
  const run = await ROLES[role]((flags) => found = flags);
  await run(args, env);
  return found;
}

interface RoleLine<Table extends FlagTable> {
  readonly about: About<Table>;
  readonly flagsFor: (flags: FlagValues<Table>, env: Env) => Promise<string[]>;
}

function finding<Table extends FlagTable>({ about, flagsFor }: RoleLine<Table>, use: Use): Run {
  return command(about, async ({ flags }, env) => {
    use(await flagsFor(flags, env));
    return 0;
  });
}

/** As a POSIX shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
