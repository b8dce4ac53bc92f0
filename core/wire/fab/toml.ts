import { parse, TomlDate } from "smol-toml";

/** A TOML value. Integers are bigints, floats numbers. */
export type TomlValue = string | bigint | number | boolean | TomlDate | TomlValue[] | TomlTable;

/** A TOML table; its keys stand in the order of the text, whole numbers as keys excepted. */
export interface TomlTable {
  [key: string]: TomlValue;
}

/** Why a text is not TOML, in a sentence with line and column. */
export class TomlTextError extends Error {
  override name = "TomlTextError";
}

/** Reads TOML. @throws {TomlTextError} */
export function parseToml(text: string): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true }) as unknown as TomlTable;
  } catch (error) {
    throw new TomlTextError((error as Error).message.trim());
  }
}

/** Whether a value is a table, not a list or a date. */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof TomlDate);
}

/** The table at a dotted path; undefined when something on the way is missing or no table. */
export function tableAt(table: TomlTable, ...path: string[]): TomlTable | undefined {
  let found: TomlValue | undefined = table;
  for (const key of path) {
    if (!isTable(found)) return undefined;
    found = Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return isTable(found) ? found : undefined;
}

/** A date or time as Python prints it: a space for the `T`, six digits of a fraction, an offset for `Z`. */
export function dateText(date: TomlDate): string {
  return date.toISOString()
    .replace("T", " ")
    .replace(/\.(\d+)/, (_, digits: string) => Number(digits) === 0 ? "" : "." + digits.padEnd(6, "0"))
    .replace(/Z$/, "+00:00");
}
