import type { FabComponents } from "../../model/fab.ts";
import type { UserConfig } from "../../model/user_config.ts";
import { bundleEntries, type FabBundle, withBundles } from "./bundle.ts";
import { componentsOf, isTypeScript, modulePath, referencesOf, splitReference } from "./components.ts";
import { FabError, FabTooLargeError } from "./error.ts";
import { checkManifest, MANIFEST_PATH, sha256Hex, writeManifest } from "./manifest.ts";
import { checkFormat, identityOf, validateProject } from "./project.ts";
import { flattenConfig } from "./run_config.ts";
import { bundled, publishable, refuseTooDeep } from "./select.ts";
import { isTable, parseToml, tableAt, type TomlTable, TomlTextError } from "./toml.ts";
import { writeToml } from "./toml_write.ts";
import { readZip } from "./zip_read.ts";
import { writeZip } from "./zip_write.ts";

/** The largest archive that Flower accepts. */
export const MAX_FAB_BYTES = 10_485_760;
const PROJECT_PATH = "pyproject.toml";

/** What names an app and its archive. */
export interface FabIdentity {
  /** `publisher/name`. */
  readonly fabId: string;
  readonly fabVersion: string;
  /** SHA-256 (hex) of the archive. */
  readonly hash: string;
}

/** An archive just built. */
export interface BuiltFab extends FabIdentity {
  readonly content: Uint8Array;
  /** `publisher.name.1-0-0.hash8.fab`. */
  readonly filename: string;
  /** What is missing but not needed. */
  readonly warnings: readonly string[];
}

/** What an archive says about its app. */
export interface FabInfo extends FabIdentity {
  readonly components: FabComponents;
  /** `[tool.flwr.app.config]`, flattened. */
  readonly config: UserConfig;
  /** Every file, by path; the manifest under `.info/CONTENT` with them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What of an app's folder goes into its archive. */
export interface FabPlan {
  /** The parsed `pyproject.toml`. */
  readonly toml: TomlTable;
  /** The files beside it. */
  readonly paths: readonly string[];
  /** Those of them that are the modules of TypeScript components. */
  readonly modules: readonly string[];
  /** What is missing but not needed. */
  readonly warnings: readonly string[];
}

/**
 * Chooses from all files of an app's folder (POSIX paths relative to it, no links).
 * @throws {FabError} with every reason why there can be no archive
 */
export function planFab(files: ReadonlyMap<string, Uint8Array>): FabPlan {
  const typescript = hasTypeScriptComponent(files);
  const published = publishable([...files.keys()], textOf(files.get(".gitignore")), { typescript });
  if (!published.includes(PROJECT_PATH)) {
    throw new FabError("pyproject.toml not found in files. It may have been excluded by .gitignore.");
  }
  refuseTooDeep(published);
  const toml = readProject(files.get(PROJECT_PATH)!);
  identityOf(toml);
  const { errors, warnings } = validateProject(toml);
  if (errors.length > 0) throw new FabError(errors.join("\n"));
  const paths = bundled(published, tableAt(toml, "tool", "flwr", "app")!, { typescript });
  checkFormat(toml, paths);
  return { toml, paths, modules: typeScriptModules(toml, paths), warnings };
}

/** What else goes into an archive, and what does not. */
export interface FabContents {
  /** What the app's components run from instead of their own modules. */
  readonly bundles?: readonly FabBundle[];
  /** Files that are left out, by path, although they were chosen. */
  readonly without?: ReadonlySet<string>;
}

/**
 * Builds the archive of an app from all files of its folder (POSIX paths relative to it, no links).
 * The bytes are those of Flower's own `flwr build`; an app with a TypeScript component may hold TypeScript,
 * JavaScript and WebAssembly files beside Flower's kinds, and bundles.
 *
 * @throws {FabTooLargeError} when it is larger than Flower accepts
 * @throws {FabError} with every reason
 */
export function buildFab(files: ReadonlyMap<string, Uint8Array>, contents: FabContents = {}): BuiltFab {
  const { bundles = [], without } = contents;
  const { toml, paths, warnings } = planFab(files);
  const added = bundleEntries(bundles, paths);
  const kept = paths.filter((path) => !without?.has(path));
  const entries: [string, Uint8Array][] = [
    [PROJECT_PATH, encode(writeToml(withBundles(withoutFederations(toml), bundles)))],
    ...[...kept, ...added.keys()].sort(byCodePoint)
      .map((path): [string, Uint8Array] => [path, added.get(path) ?? files.get(path)!]),
  ];
  const content = writeZip([...entries, [MANIFEST_PATH, encode(writeManifest(entries))]]);
  if (content.length > MAX_FAB_BYTES) throw tooLarge(content.length);
  const identity = { ...identityOf(toml), hash: sha256Hex(content) };
  return { ...identity, content, filename: fabFilename(identity), warnings };
}

/**
 * Reads an archive and checks its files against their list.
 * @throws {FabError} when it is no FAB, is damaged, unsafe, or its `pyproject.toml` is wrong
 */
export function readFab(content: Uint8Array): FabInfo {
  if (content.length > MAX_FAB_BYTES) throw tooLarge(content.length);
  const files = readZip(content);
  checkManifest(files);
  const project = files.get(PROJECT_PATH);
  if (!project) throw new FabError('Cannot read the FAB as it holds no "pyproject.toml"');
  const toml = readProject(project);
  const { fabId, fabVersion } = identityOf(toml);
  const { errors } = validateProject(toml);
  if (errors.length > 0) throw new FabError(errors.join("\n"));
  const config = flattenConfig(tableAt(toml, "tool", "flwr", "app", "config") ?? {});
  const components = componentsOf(toml, files);
  return { fabId, fabVersion, hash: sha256Hex(content), components, config, files };
}

/** `publisher.name.1-0-0.hash8.fab`, the file name of an archive. */
export function fabFilename({ fabId, fabVersion, hash }: FabIdentity): string {
  return `${fabId.replace("/", ".")}.${fabVersion.replaceAll(".", "-")}.${hash.slice(0, 8)}.fab`;
}

/** `publisher.name.1.0.0.hash8`, the folder an app is installed in. */
export function installFolder({ fabId, fabVersion, hash }: FabIdentity): string {
  return `${fabId.replace("/", ".")}.${fabVersion}.${hash.slice(0, 8)}`;
}

/**
 * Checks the name of an archive's file against its hash.
 * @throws {FabError} for a name that was not given by a build, or a file that was changed since
 */
export function checkFilename(filename: string, hash: string) {
  const parts = filename.replace(/\.fab$/, "").split(".");
  if (!filename.endsWith(".fab") || parts.length !== 4 || !/^[0-9a-f]{8}$/.test(parts[3])) {
    throw new FabError(
      `Cannot install "${filename}" as its name must read PUBLISHER.NAME.VERSION.HASH.fab, as \`flwr build\` names it`,
    );
  }
  if (parts[3] !== hash.slice(0, 8)) {
    throw new FabError(
      `Cannot install "${filename}" as its content must have the hash that its name says: it begins with ` +
        `${hash.slice(0, 8)}. Build it again.`,
    );
  }
}

/** Whether a component of the app in these files is TypeScript. @throws {FabError} when its project cannot be read */
export function hasTypeScriptComponent(files: ReadonlyMap<string, Uint8Array>): boolean {
  const project = files.get(PROJECT_PATH);
  return project !== undefined &&
    referencesOf(readProject(project)).some(([, , reference]) => isTypeScript(reference));
}

/** The modules of TypeScript components, each once. @throws {FabError} when one is no file of the archive */
function typeScriptModules(toml: TomlTable, paths: readonly string[]): string[] {
  const modules = new Set<string>();
  for (const [table, kind, reference] of referencesOf(toml)) {
    if (!isTypeScript(reference)) continue;
    modules.add(modulePath(reference));
    if (paths.includes(modulePath(reference))) continue;
    const [module] = splitReference(reference);
    throw new FabError(
      `Cannot build the app as its ${kind} "${reference}" must name a file of the FAB: there is no "${module}". ` +
        `Correct [${table}] or add the file.`,
    );
  }
  return [...modules];
}

function withoutFederations(toml: TomlTable): TomlTable {
  const tool = toml.tool as TomlTable;
  const { federations: _, ...flwr } = tool.flwr as TomlTable;
  return { ...toml, tool: { ...tool, flwr: isTable(flwr) ? flwr : {} } };
}

function readProject(content: Uint8Array): TomlTable {
  try {
    return parseToml(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    const reason = error instanceof TomlTextError ? error.message : "it is not UTF-8 text";
    throw new FabError(`Cannot read "pyproject.toml" as TOML: ${reason}`);
  }
}

function tooLarge(sizeBytes: number): FabError {
  return new FabTooLargeError(
    sizeBytes,
    `FAB size exceeds maximum allowed size of ${
      MAX_FAB_BYTES.toLocaleString("en-US")
    } bytes. To reduce package ` +
      "size, narrow `fab-include` or add `fab-exclude` patterns in [tool.flwr.app].",
  );
}

/** Python sorts by code point, JavaScript by UTF-16 unit. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = left[i].codePointAt(0)! - right[i].codePointAt(0)!;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(content: Uint8Array | undefined): string | undefined {
  try {
    return content && new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    // A list of patterns that is no text ignores nothing.
    return undefined;
  }
}
