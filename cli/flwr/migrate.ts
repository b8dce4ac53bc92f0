import { isAbsolute, join } from "node:path";
import { connectionsIn, ensureConfig } from "../config/connections.ts";
import { UsageError } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import { withConnections } from "./config_edit.ts";
import { type OldFederations, oldFederations, withoutFederations } from "./old_federations.ts";

/** A command line's place for the SuperLink, and what stood behind it. */
export interface Asked {
  /** The word where the name of a connection belongs. */
  readonly superlink: string | undefined;
  /** Words behind it: once, the name of a federation in an app's `pyproject.toml`. */
  readonly more: readonly string[];
  /** The words before it, for the advice. */
  readonly before: readonly string[];
}

type Say = (text: string) => void;

/**
 * Before `config.toml`, an app's `pyproject.toml` named the SuperLinks, and commands were given the app's folder.
 * What stands in such a file is moved to `config.toml`: of the folder that the command names, else of the working
 * folder.
 * @throws {UserError} for a command line written the old way, with the one to write now
 */
export async function migrateFor(asked: Asked, { env, say }: { env: Env; say: Say }): Promise<void> {
  const { superlink, more, before } = asked;
  if (more.length > 1) throw tooMany(more[1]);
  const folder = resolvePath(env, superlink ?? ".");
  const isPath = superlink !== undefined && await namesFolder(superlink, folder, env);
  if (superlink !== undefined && !isPath) {
    if (more.length > 0) throw tooMany(more[0]);
    return;
  }
  const moved = await moveFederations(folder, { env, say });
  if (!isPath) return;
  const name = more[0] ?? moved?.defaultName ?? Object.keys(moved?.sections ?? {})[0];
  const line = [env.calledAs, ...before, name ?? "NAME"].join(" ");
  throw new UserError(
    `Cannot use "${superlink}" as a SuperLink: it must be the name of a connection of config.toml`,
    { hint: name ? `Write: ${line}` : `Write: ${line}, with a NAME that \`flwr config list\` shows` },
  );
}

function tooMany(word: string): UsageError {
  return new UsageError(`Cannot use the word "${word}": it stands where nothing is expected`);
}

/** Whether a word is a path rather than the name of a connection. */
async function namesFolder(word: string, folder: string, env: Env): Promise<boolean> {
  if (isAbsolute(word) || /[\\/]/.test(word) || word === "." || word === "..") return true;
  return await env.files.kind(join(folder, "pyproject.toml")) === "file";
}

/**
 * Moves the SuperLinks that an app's `pyproject.toml` names to `config.toml`, and says so.
 * @param folder the app's, absolute
 * @returns what was moved; undefined when there is nothing
 * @throws {UserError} when a connection would be wrong, or a file cannot be written
 */
export async function moveFederations(
  folder: string,
  { env, say }: { env: Env; say: Say },
): Promise<OldFederations | undefined> {
  const project = join(folder, "pyproject.toml");
  if (await env.files.kind(project) !== "file") return undefined;
  const text = await env.files.readText(project);
  const found = oldFederations(text, { folder, home: resolvePath(env, "~") });
  if (!found || Object.keys(found.sections).length === 0) return undefined;
  const config = await ensureConfig(env, say);
  await write(config, withChecked(await env.files.readText(config), { found, config, project }), env);
  say(`Moved the SuperLinks of ${project} to ${config}:\n`);
  for (const name of Object.keys(found.sections)) {
    say(`  ${name}${name === found.defaultName ? " (default)" : ""}\n`);
  }
  await commentOut(project, { text, env, say });
  return found;
}

/** @throws {UserError} when one of the connections is none */
function withChecked(
  text: string,
  { found, config, project }: { found: OldFederations; config: string; project: string },
): string {
  connectionsIn(text, config);
  const result = withConnections(text, found);
  const connections = connectionsIn(result, config);
  for (const name of Object.keys(found.sections)) {
    try {
      connections.get(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const why = error.message.replace(/^.*?\)\. /, "");
      throw new UserError(
        `Cannot move [tool.flwr.federations.${name}] of ${project} to config.toml: ${why}`,
        {
          hint: "Correct that table, or remove it",
        },
      );
    }
  }
  return result;
}

async function commentOut(
  project: string,
  { text, env, say }: { text: string; env: Env; say: Say },
): Promise<void> {
  const without = withoutFederations(text);
  if (without === undefined) {
    say(`Remove the table tool.flwr.federations from ${project}: it counts no more.\n\n`);
    return;
  }
  await write(project, without, env);
  say(`The old table in ${project} is now a comment.\n\n`);
}

async function write(path: string, text: string, env: Env): Promise<void> {
  try {
    await env.files.write(path, text);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${error instanceof Error ? error.message : error}`, {
      hint: "The SuperLinks of pyproject.toml belong in config.toml: give this user the right to write both",
    });
  }
}
