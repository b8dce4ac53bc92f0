import type { FabComponents } from "../../model/fab.ts";
import { tableAt, type TomlTable } from "./toml.ts";

const TYPESCRIPT = /\.(ts|mts|js|mjs)$/;
const KINDS = ["serverapp", "clientapp", "agentapp"] as const;
/** What an app of two languages may give a second time. */
const TWICE = ["serverapp", "clientapp"];

/** A component reference cut into its module and the attribute's name. */
export function splitReference(reference: string): [module: string, attribute: string] {
  const at = reference.lastIndexOf(":");
  return at < 0 ? [reference, ""] : [reference.slice(0, at), reference.slice(at + 1)];
}

/** Whether a component reference names a TypeScript (or JavaScript) module. */
export function isTypeScript(reference: string): boolean {
  return TYPESCRIPT.test(splitReference(reference)[0]);
}

/** The path in the archive of the TypeScript module that a component reference names. */
export function modulePath(reference: string): string {
  return splitReference(reference)[0].replace(/^\.\//, "");
}

/**
 * The component references of an app as corolla takes them: those of `[tool.corolla.components]` before those of
 * `[tool.flwr.app.components]`, which are all that other parts see. So one app can be Python there and TypeScript
 * here.
 * @param files the paths in the archive, if it is built: what was left out of it counts for nothing
 */
export function componentsOf(toml: TomlTable, files?: ReadonlyMap<string, unknown>): FabComponents {
  const own = referencesIn(ownTable(toml), TWICE);
  const present = Object.entries(own).filter(([, reference]) => files?.has(modulePath(reference)) ?? true);
  return { ...referencesIn(flowerTable(toml), KINDS), ...Object.fromEntries(present) };
}

/** Every component reference of an app, under the name of its table. */
export function referencesOf(toml: TomlTable): [table: string, kind: string, reference: string][] {
  const tables = { "tool.flwr.app.components": flowerTable(toml), "tool.corolla.components": ownTable(toml) };
  return Object.entries(tables).flatMap(([name, table]) =>
    Object.entries(referencesIn(table, KINDS)).map(([kind, reference]): [string, string, string] => [
      name,
      kind,
      reference,
    ])
  );
}

/** What is wrong with `[tool.corolla.components]`; empty when nothing is, or there is no such table. */
export function ownComponentErrors(toml: TomlTable): string[] {
  return Object.entries(ownTable(toml)).flatMap(([kind, reference]) => {
    if (!TWICE.includes(kind)) {
      return [
        `Cannot use "${kind}" in [tool.corolla.components]: only ${TWICE.join(" and ")} may stand there`,
      ];
    }
    if (typeof reference === "string" && isTypeScript(reference) && splitReference(reference)[1]) return [];
    return [
      `Cannot use the ${kind} in [tool.corolla.components] as it must name a TypeScript module, such as ` +
      `"./${kind.slice(0, 6)}.ts:app": current value is ${
        typeof reference === "string" ? `"${reference}"` : reference
      }`,
    ];
  });
}

function flowerTable(toml: TomlTable): TomlTable {
  return tableAt(toml, "tool", "flwr", "app", "components") ?? {};
}

function ownTable(toml: TomlTable): TomlTable {
  return tableAt(toml, "tool", "corolla", "components") ?? {};
}

function referencesIn(table: TomlTable, kinds: readonly string[]): Record<string, string> {
  const found = kinds.map((kind): [string, unknown] => [kind, table[kind]]);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
