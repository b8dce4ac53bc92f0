import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { permissionFlags } from "../../cli/tools/permissions.ts";
import { systemClock } from "../../core/io/clock.ts";
import { fakeEnv } from "../fakes/env.ts";

/** One way to have a corolla: how a process of it is started. */
export interface Program {
  /** Whether it is the compiled executable. */
  readonly isCompiled: boolean;
  /** The command line for these words. */
  commandLine(words: readonly string[], where: Where): Promise<readonly [string, ...string[]]>;
}

/** Where a process runs. */
export interface Where {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ROLES = ["superlink", "supernode", "superexec"];

/** From source. A role gets exactly the permissions that `corolla permissions` prints for its command line. */
export const fromSource: Program = {
  isCompiled: false,
  async commandLine(words, { cwd, env: variables }) {
    const [role, ...args] = words;
    const permissions = ROLES.includes(role)
      ? await permissionFlags(role, args, { ...fakeEnv({ cwd, variables }), clock: systemClock })
      : ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys"];
    const main = join(ROOT, "cli", "main.ts");
    const deno = ["run", "--quiet", "--no-prompt", "--cached-only", ...permissions, main];
    return [Deno.execPath(), ...deno, ...words];
  },
};

/** The executable at a path. */
export function compiledAt(path: string): Program {
  return { isCompiled: true, commandLine: (words) => Promise.resolve([path, ...words]) };
}
