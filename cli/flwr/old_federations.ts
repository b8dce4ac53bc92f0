import { isAbsolute, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import type { NewConnections, Section } from "./config_edit.ts";

/** What `[tool.flwr.federations]` of an app's `pyproject.toml` says about SuperLinks, as Flower once had it. */
export interface OldFederations extends NewConnections {
  readonly sections: Readonly<Record<string, Section>>;
}

/** What of an old table a connection of `config.toml` may have. */
const KEPT = ["address", "root-certificates", "insecure", "federation", "options"];

/**
 * Reads the old table. Paths of certificates become absolute.
 * @param text of a `pyproject.toml`
 * @param folder the app's, absolute
 * @param home the user's, for `~/`
 * @returns undefined when there is no such table, or the text is no TOML
 */
export function oldFederations(
  text: string,
  { folder, home }: { folder: string; home: string },
): OldFederations | undefined {
  const federations = tablesOf(text)?.tool?.flwr?.federations;
  if (typeof federations !== "object" || federations === null) return undefined;
  const sections: Record<string, Section> = {};
  for (const [name, table] of Object.entries(federations)) {
    if (typeof table === "object" && table !== null) sections[name] = section(table, { folder, home });
  }
  const { default: named } = federations;
  return { sections, defaultName: Object.hasOwn(sections, String(named)) ? String(named) : undefined };
}

function section(table: object, { folder, home }: { folder: string; home: string }): Section {
  const kept = Object.fromEntries(
    KEPT.filter((key) => Object.hasOwn(table, key)).map((key) => [
      key,
      (table as Record<string, unknown>)[key],
    ]),
  );
  if (kept.address === undefined && kept.options !== undefined) kept.address = ":local:";
  const roots = kept["root-certificates"];
  if (typeof roots === "string" && roots && !isAbsolute(roots)) {
    kept["root-certificates"] = resolve(folder, roots.replace(/^~(?=\/|$)/, () => home));
  }
  return kept;
}

const NOTICE =
  `# The SuperLinks of this app now stand in config.toml, in the folder that FLWR_HOME names (~/.flwr unless set).
# The lines below are kept for reading only.
`;

/**
 * The text of a `pyproject.toml` in which the old table is a comment.
 * @returns undefined when the table is written in a way that cannot be commented out line by line
 */
export function withoutFederations(text: string): string | undefined {
  let inside = false;
  let noticed = false;
  const lines = text.split(/(?<=\n)/).map((line) => {
    const header = /^\s*\[+\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) inside = /^tool\.flwr\.federations(\.|$)/.test(header);
    if (!inside || line.trim() === "") return line;
    const notice = noticed ? "" : NOTICE;
    noticed = true;
    return `${notice}# ${line}`;
  });
  const result = lines.join("");
  return isOnlyWithout(result, text) ? result : undefined;
}

/** Whether nothing but the old table is gone. */
function isOnlyWithout(result: string, text: string): boolean {
  const [left, wanted] = [tablesOf(result), tablesOf(text)];
  delete wanted?.tool?.flwr?.federations;
  return isDeepStrictEqual(withoutEmpty(left), withoutEmpty(wanted));
}

/** Tables that only led to the old one are as good as gone. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date) {
    return value;
  }
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const);
  const kept = entries.filter(([, inner]) => !(isPlain(inner) && Object.keys(inner).length === 0));
  return Object.fromEntries(kept);
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

// deno-lint-ignore no-explicit-any -- whatever the user wrote
function tablesOf(text: string): Record<string, any> | undefined {
  try {
    return parse(text, { integersAsBigInt: true });
  } catch {
    return undefined;
  }
}
