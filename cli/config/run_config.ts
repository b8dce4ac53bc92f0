import type { UserConfig } from "../../core/model/user_config.ts";
import { FabError } from "../../core/wire/fab/error.ts";
import { parseConfigWords, type ParsedConfig, parseRunConfig } from "../../core/wire/fab/run_config.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** Reads `--run-config`, given any number of times. @throws {UserError} */
export async function readRunConfig(given: readonly string[], env: Env): Promise<UserConfig> {
  return understood(
    "--run-config",
    await orUserError(() => parseRunConfig(given, (path) => read(path, env))),
  );
}

/** Reads `--node-config`. @throws {UserError} */
export async function readNodeConfig(given: readonly string[]): Promise<UserConfig> {
  return understood("--node-config", await orUserError(() => Promise.resolve(parseConfigWords(given))));
}

/** Flower drops what it does not understand; a run with half of its settings helps nobody. */
function understood(flag: string, { config, ignored }: ParsedConfig): UserConfig {
  if (ignored.length === 0) return config;
  throw new UserError(
    `Cannot use ${flag}: "${ignored[0]}" must be written KEY=VALUE, without blanks at the =`,
    {
      hint: `For instance: ${flag} 'rounds=3 name="x y"'`,
    },
  );
}

async function orUserError(read: () => Promise<ParsedConfig>): Promise<ParsedConfig> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof FabError ? new UserError(error.message) : error;
  }
}

async function read(named: string, env: Env): Promise<string> {
  const path = resolvePath(env, named);
  if (await env.files.kind(path) === "file") return await env.files.readText(path);
  throw new UserError(`Cannot read ${named}: --run-config must name a file, or be written KEY=VALUE`);
}
