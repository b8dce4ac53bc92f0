import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import type {
  OnLoadArgs,
  OnLoadResult,
  OnResolveArgs,
  OnResolveResult,
  Plugin,
  PluginBuild,
} from "esbuild-wasm/esm/browser.js";
import { type ImportMap, mapped } from "./import_map.ts";
import { npmName } from "./npm_specifier.ts";
import { withOwnAddress } from "./own_address.ts";
import { plainPath } from "./package_path.ts";
import { type Beside, embeddedUrls, filesModule, readsBeside, wasmModule } from "./wasm_data.ts";

/** Marks what this plugin itself asks esbuild to find. */
const ASKED = "asked";
/** Parts of the runtime that are taken by `require`, which ES modules do not have. */
const REQUIRED = "required";

/** What a script of a package, by its path, reads from its own folder by the runtime's `fs`. */
export const FILES = "files";

/** What an app's imports lead to. */
export interface AppImports {
  /** Absolute path of the app's folder. */
  readonly folder: string;
  /** The module that becomes a bundle, by its path in the folder; the bundle stands beside it. */
  readonly module: string;
  readonly imports: ImportMap;
  /** Told that one of the app's own modules imports something that has no place in its folder. */
  onPackage(): void;
}

/**
 * Finds what an app imports where its process will have it: "corolla" and parts of the runtime stay imports, packages
 * come from `node_modules`, WebAssembly becomes data.
 */
export function appResolution(app: AppImports): Plugin {
  const readers = new Set<string>();
  return {
    name: "app",
    setup(build) {
      build.onResolve({ filter: /^(node:)?fs$/ }, ({ importer, kind }) => {
        if (kind !== "require-call" || !readers.has(importer)) return undefined;
        return { path: fromApp(importer, app), namespace: FILES, pluginData: importer };
      });
      build.onResolve({ filter: /./ }, (args) => resolved(args, app, build));
      build.onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      }));
      build.onLoad({ filter: /./, namespace: FILES }, async ({ pluginData: path }) => ({
        contents: await filesModule(await Deno.readTextFile(path), besideOf(path, app)),
      }));
      build.onLoad({ filter: /\.wasm$/, namespace: "file" }, loadWasm);
      build.onLoad(
        { filter: /\.m?[tj]s$/, namespace: "file" },
        ({ path }) => isOwn(path, app.folder) ? loadOwn(path, app) : undefined,
      );
      build.onLoad(
        { filter: /[\\/]node_modules[\\/].*\.[cm]?js$/, namespace: "file" },
        ({ path }) => loadScript(path, { app, readers }),
      );
    },
  };
}

async function resolved(
  args: OnResolveArgs,
  { folder, imports, onPackage }: AppImports,
  build: PluginBuild,
): Promise<OnResolveResult | undefined> {
  const { path, kind, resolveDir, importer, pluginData } = args;
  if (pluginData === ASKED || kind === "entry-point") return undefined;
  if (path === "corolla") return { path, external: true };
  const builtin = builtinName(path);
  if (builtin !== undefined) {
    const isRequired = kind === "require-call" || kind === "require-resolve";
    return isRequired ? { path: builtin, namespace: REQUIRED } : { path: builtin, external: true };
  }
  if (/^(\.{0,2}\/|data:)/.test(path) || !isOwn(importer, folder)) return refusal(path);
  onPackage();
  const target = mapped(path, imports) ?? path;
  const wanted = npmName(target) ?? target;
  const found = refusal(target) ?? await build.resolve(wanted, {
    kind,
    importer,
    // What an import map says is relative to the map.
    resolveDir: wanted.startsWith(".") ? folder : resolveDir,
    with: args.with,
    pluginData: ASKED,
  });
  if (found.errors?.length) return unresolved(target);
  // What the app names is run, whatever the package says about its necessity, for so it is without a bundle.
  return { ...found, sideEffects: true };
}

/** Refuses what can be had from a network only. */
function refusal(specifier: string): OnResolveResult | undefined {
  return /^(jsr|https?):/.test(specifier) ? unresolved(specifier) : undefined;
}

function unresolved(specifier: string): OnResolveResult {
  return { errors: [{ text: `Could not resolve "${specifier}"` }] };
}

/** Whether a module is one of the app's, not of a package. */
function isOwn(importer: string, folder: string): boolean {
  const path = relative(folder, importer);
  return !path.startsWith("..") && !/(^|[\\/])node_modules[\\/]/.test(path);
}

/** The full name of a part of the runtime. */
function builtinName(specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return specifier;
  return builtinModules.includes(specifier) ? `node:${specifier}` : undefined;
}

async function loadWasm({ path, with: attributes }: OnLoadArgs): Promise<OnLoadResult> {
  const contents = await Deno.readFile(path);
  if (attributes.type === "bytes") return { contents, loader: "binary" };
  return { contents: await wasmModule(contents, path), loader: "js", resolveDir: dirname(path) };
}

async function loadOwn(path: string, { folder, module }: AppImports): Promise<OnLoadResult | undefined> {
  const text = await Deno.readTextFile(path);
  if (!text.includes("import.meta.")) return undefined;
  const fromBundle = relative(dirname(join(folder, module)), path).replaceAll("\\", "/");
  const loader = /ts$/.test(path) ? "ts" : "js";
  return { contents: withOwnAddress(text, fromBundle), loader, resolveDir: dirname(path) };
}

/** Gives the script of a package the WebAssembly files that it looks for beside itself. */
async function loadScript(
  path: string,
  { app, readers }: { app: AppImports; readers: Set<string> },
): Promise<OnLoadResult | undefined> {
  const text = await Deno.readTextFile(path);
  if (!text.includes(".wasm")) return undefined;
  const beside = besideOf(path, app);
  const isReader = readsBeside(text);
  if (isReader) readers.add(path);
  const folder = isReader ? `var __dirname = ${JSON.stringify(beside.folder)};` : "";
  return { contents: folder + await embeddedUrls(text, beside), loader: "js", resolveDir: dirname(path) };
}

/** What a script finds in its folder. The folder's name is the same on every machine. */
function besideOf(path: string, app: AppImports): Beside {
  return {
    folder: `/${plainPath(fromApp(dirname(path), app))}`,
    read: (name) => Deno.readFile(join(dirname(path), name)).catch(() => undefined),
  };
}

function fromApp(path: string, { folder }: AppImports): string {
  return relative(folder, path).replaceAll("\\", "/");
}
