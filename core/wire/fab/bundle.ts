import { isTypeScript, modulePath, splitReference } from "./components.ts";
import { FabError } from "./error.ts";
import { isTable, type TomlTable } from "./toml.ts";

/** A module in which an app's own module and all that it imports stand together. */
export interface FabBundle {
  /** The path of the app's module: that of a TypeScript component. */
  readonly module: string;
  /** What takes its place when the app runs: JavaScript, UTF-8. */
  readonly content: Uint8Array;
}

/** Where in the archive a module's bundle stands: beside it, so that what lies beside the module is found as before. */
export function bundlePath(module: string): string {
  return module.replace(/\.\w+$/, ".bundle.js");
}

/**
 * Puts the bundles among an archive's files.
 * @throws {FabError} when the app has a file where a bundle must go
 */
export function bundleEntries(
  bundles: readonly FabBundle[],
  paths: readonly string[],
): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const { module, content } of bundles) {
    const path = bundlePath(module);
    if (paths.includes(path) || entries.has(path)) {
      throw new FabError(
        `Cannot build the app as "${module}" and its npm packages become "${path}", a name that is taken: rename the ` +
          "one that has it.",
      );
    }
    entries.set(path, content);
  }
  return entries;
}

/** The parsed `pyproject.toml` of an app whose components are run from their bundles. */
export function withBundles(toml: TomlTable, bundles: readonly FabBundle[]): TomlTable {
  const bundled = new Set(bundles.map(({ module }) => module));
  const changed = (value: unknown): unknown => {
    if (typeof value !== "string" || !isTypeScript(value) || !bundled.has(modulePath(value))) return value;
    return `./${bundlePath(modulePath(value))}:${splitReference(value)[1]}`;
  };
  return [["tool", "flwr", "app", "components"], ["tool", "corolla", "components"]].reduce(
    (table, keys) => changedAt(table, keys, changed),
    toml,
  );
}

/** The same table, but for the values of an inner one. */
function changedAt(
  table: TomlTable,
  keys: readonly string[],
  change: (value: unknown) => unknown,
): TomlTable {
  const [key, ...rest] = keys;
  if (key === undefined) {
    return Object.fromEntries(
      Object.entries(table).map(([name, value]) => [name, change(value)]),
    ) as TomlTable;
  }
  const inner = table[key];
  return isTable(inner) ? { ...table, [key]: changedAt(inner, rest, change) } : table;
}
