import type { FabBundle } from "../../../core/wire/fab/bundle.ts";
import type { FabPlan } from "../../../core/wire/fab/fab.ts";
import type { Env } from "../../env.ts";
import { UserError } from "../../output.ts";
import type { BundleInput, MadeBundle } from "./bundle_order.ts";
import { type ImportMap, readImports } from "./import_map.ts";
import { mayImportPackage } from "./npm_specifier.ts";
import { makeBundles } from "./make_bundles.ts";
import { bundleError } from "./trouble_text.ts";

const SCRIPT = /\.(ts|mts|js|mjs)$/;

/** An app as it lies in its folder. */
export interface AppSource {
  /** Absolute path. */
  readonly folder: string;
  /** What goes into its archive. */
  readonly plan: Pick<FabPlan, "paths" | "modules">;
  /** The files of the plan, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What components of an app run from. */
export interface AppBundles {
  readonly bundles: readonly (FabBundle & MadeBundle)[];
  /** Modules of the app that are needed no more: all that need them have them inside. */
  readonly inlined: ReadonlySet<string>;
}

/**
 * Makes one module of each TypeScript component that imports npm packages, with all that it needs inside. What imports
 * nothing but the app's own modules, "corolla" and parts of the runtime needs no bundle and gets none.
 * @throws {UserError} when a package is missing, or the app imports what may not be part of it
 */
export async function bundleApp(
  source: AppSource,
  { env, compact = false }: { env: Env; compact?: boolean },
): Promise<AppBundles> {
  const { folder, plan, files } = source;
  const scripts = plan.paths.filter((path) => SCRIPT.test(path));
  const decoder = new TextDecoder();
  if (!scripts.some((path) => mayImportPackage(decoder.decode(files.get(path))))) return none;
  const imports = await importsOf(folder, env);
  const answer = await makeBundles({ folder, modules: plan.modules, imports, compact });
  if ("troubles" in answer && !answer.needed) return none;
  if ("troubles" in answer) throw await bundleError(answer.troubles, { folder, env });
  const bundles = answer.bundles.filter(({ inputs }) => inputs.some(importsPackage));
  for (const { inputs } of bundles) refuseForeign(inputs, plan);
  const all = bundles.length === answer.bundles.length;
  const own = all ? bundles.flatMap(({ inputs }) => inputs.map(({ path }) => path)) : [];
  return { bundles, inlined: new Set(own.filter((path) => scripts.includes(path))) };
}

const none: AppBundles = { bundles: [], inlined: new Set() };

async function importsOf(folder: string, env: Env): Promise<ImportMap> {
  for (const name of ["deno.json", "deno.jsonc"]) {
    const path = `${folder}/${name}`;
    if (await env.files.kind(path) !== "file") continue;
    try {
      return readImports(await env.files.readText(path));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UserError(`Cannot read ${path} as JSON: ${error.message}`, { hint: "Correct the file" });
    }
  }
  return {};
}

/** Whether a module of the app imports by a name, which means nothing where the app runs. */
function importsPackage({ path, imports }: BundleInput): boolean {
  return isOwn(path) && imports.some(({ specifier }) => !/^(\.{0,2}\/|data:)/.test(specifier));
}

/** Whether a path from the app's folder leads to a file of the app rather than of a package. */
function isOwn(path: string): boolean {
  return !/^\.\.\/|^\/|(^|\/)node_modules\/|^[\w-]{2,}:/.test(path);
}

/** What is not to leave the folder does not leave it in a bundle either. @throws {UserError} */
function refuseForeign(inputs: readonly BundleInput[], { paths }: AppSource["plan"]): void {
  for (const { path, imports } of inputs.filter(({ path }) => isOwn(path))) {
    for (const imported of imports) {
      const isFile = /^\.{0,2}\//.test(imported.specifier) || isOwn(imported.path);
      if (!isFile || paths.includes(imported.path) || imported.path.startsWith("node_modules/")) continue;
      if (/^[\w-]{2,}:/.test(imported.path)) continue;
      throw new UserError(
        `Cannot build the app as ${path} imports "${imported.specifier}", which is not part of the app: it is ` +
          (isOwn(imported.path)
            ? "kept out by .gitignore, fab-include or fab-exclude"
            : "not in the app's folder"),
        { hint: "Import only files that go into the archive" },
      );
    }
  }
}
