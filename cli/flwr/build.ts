import { FabError } from "../../core/wire/fab/error.ts";
import { type BuiltFab, hasTypeScriptComponent, readFab } from "../../core/wire/fab/fab.ts";
import { publishable } from "../../core/wire/fab/select.ts";
import { command } from "../command.ts";
import { textOr } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { mayColour, styled, UserError } from "../output.ts";
import { packApp } from "./bundle/pack_app.ts";
import { moduleTroubles } from "./python_modules.ts";

/** Folders that never hold a part of an app; looking into them only costs time. */
const NEVER_INSIDE = new Set([".git", ".flwr", "__pycache__"]);
/** Needed to decide, whether they go into the archive or not. */
const ALWAYS_READ = new Set(["pyproject.toml", ".gitignore"]);
/** `flwr build`: makes an app's archive in the working folder. */
export const build = command({
  summary:
    "Build a Flower App into a Flower App Bundle (FAB), the one file that `flwr run` sends to a SuperLink. A TypeScript component that imports npm packages goes into it as one module with all that it needs from node_modules, so that nodes need no package and no network.",
  flags: {
    app: textOr(".", { placeholder: "PATH", help: "The app's folder, with its pyproject.toml" }),
  },
  examples: [{ for: "Build the app in this folder", line: "$" }],
}, async ({ flags }, env) => {
  const folder = resolvePath(env, flags.app);
  const fab = await buildApp(folder, env);
  await env.files.write(resolvePath(env, fab.filename), fab.content);
  env.stdout(`${styled(`🎊 Successfully built ${fab.filename}`, ["green"], mayColour(env, "stdout"))}\n`);
  return 0;
});

/**
 * Builds the archive of the app in a folder, in memory.
 * @param folder absolute path
 * @throws {UserError} when there is no app or it is wrong
 */
export async function buildApp(folder: string, env: Env): Promise<BuiltFab> {
  if (await env.files.kind(`${folder}/pyproject.toml`) !== "file") {
    throw new UserError(`Cannot build "${folder}" as an app must have a pyproject.toml: there is none`, {
      hint: "Name the app's folder, or make an app with: flwr new",
    });
  }
  try {
    const fab = await packApp({ folder, files: await readApp(folder, env) }, env);
    const troubles = moduleTroubles(readFab(fab.content));
    const certain = troubles.find(({ isCertain }) => isCertain);
    if (certain) throw new FabError(certain.text);
    const warnings = [...fab.warnings, ...troubles.map(({ text }) => text)];
    for (const warning of warnings) env.stderr(`Warning: ${warning}\n`);
    return fab;
  } catch (error) {
    if (!(error instanceof FabError)) throw error;
    throw new UserError(error.message, { hint: `Correct the app in ${folder}` });
  }
}

/** The files that may go into the archive; others are not even read. @throws {FabError} */
async function readApp(folder: string, env: Env): Promise<Map<string, Uint8Array>> {
  const project = await env.files.read(`${folder}/pyproject.toml`);
  const typescript = hasTypeScriptComponent(new Map([["pyproject.toml", project]]));
  // What bundles take from there they find by themselves.
  const paths = await pathsIn(folder, "", { env, never: typescript ? ["node_modules/"] : [] });
  const wanted = new Set(publishable(paths, undefined, { typescript }));
  const files = new Map<string, Uint8Array>();
  for (const path of paths) {
    if (wanted.has(path) || ALWAYS_READ.has(path)) files.set(path, await env.files.read(`${folder}/${path}`));
  }
  return files;
}

async function pathsIn(
  folder: string,
  prefix: string,
  options: { env: Env; never: readonly string[] },
): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, kind } of await options.env.files.list(`${folder}/${prefix}`)) {
    if (kind === "file") paths.push(prefix + name);
    else if (kind === "folder" && !NEVER_INSIDE.has(name) && !options.never.includes(`${prefix}${name}/`)) {
      paths.push(...await pathsIn(folder, `${prefix}${name}/`, options));
    }
  }
  return paths;
}
