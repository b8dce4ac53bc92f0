import { TomlDate } from "smol-toml";
import { pythonFloat } from "./python_float.ts";
import { dateText, isTable, type TomlTable, type TomlValue } from "./toml.ts";

const INDENT = "    ";
const MOST_INLINE = 100;
const BARE_KEY = /^[A-Za-z0-9_-]+$/;
const SHORT_ESCAPES: Record<string, string> = {
  "\b": "\\b",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/**
 * Writes TOML exactly as the Python library tomli_w 1.2 does, since a FAB's hash covers the text:
 * scalars before tables, one element a line in lists, strings always basic and on one line.
 */
export function writeToml(table: TomlTable): string {
  return tableLines(table, "", false).join("");
}

function tableLines(table: TomlTable, name: string, isListItem: boolean): string[] {
  const literals: [string, TomlValue][] = [];
  const tables: [string, TomlTable, boolean][] = [];
  for (const [key, value] of Object.entries(table)) {
    if (isTable(value)) tables.push([key, value, false]);
    else if (isTableList(value) && !value.every(fitsInline)) {
      for (const item of value) tables.push([key, item, true]);
    } else literals.push([key, value]);
  }
  const out: string[] = [];
  if (isListItem || (name && (literals.length > 0 || tables.length === 0))) {
    out.push(isListItem ? `[[${name}]]\n` : `[${name}]\n`);
  }
  for (const [key, value] of literals) out.push(`${keyText(key)} = ${literal(value)}\n`);
  for (const [key, value, inList] of tables) {
    if (out.length > 0) out.push("\n");
    out.push(...tableLines(value, name ? `${name}.${keyText(key)}` : keyText(key), inList));
  }
  return out;
}

function isTableList(value: TomlValue): value is TomlTable[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

/** Whether a table in a list stays on one line of the list. */
function fitsInline(table: TomlTable): boolean {
  const line = `${INDENT}${inlineTable(table)},`;
  return [...line].length <= MOST_INLINE && !line.includes("\n");
}

function inlineTable(table: TomlTable): string {
  const pairs = Object.entries(table);
  if (pairs.length === 0) return "{}";
  return `{ ${pairs.map(([key, value]) => `${keyText(key)} = ${literal(value)}`).join(", ")} }`;
}

function literal(value: TomlValue, depth = 0): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value === "number") return pythonFloat(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof TomlDate) return dateText(value);
  if (isTable(value)) return inlineTable(value);
  if (value.length === 0) return "[]";
  const items = value.map((item) => `${INDENT.repeat(depth + 1)}${literal(item, depth + 1)},\n`);
  return `[\n${items.join("")}${INDENT.repeat(depth)}]`;
}

function keyText(key: string): string {
  return BARE_KEY.test(key) ? key : stringText(key);
}

function stringText(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char in SHORT_ESCAPES) out += SHORT_ESCAPES[char];
    else if ((code < 0x20 && char !== "\t") || code === 0x7f) {
      out += `\\u${code.toString(16).padStart(4, "0")}`;
    } else out += char;
  }
  return `"${out}"`;
}
