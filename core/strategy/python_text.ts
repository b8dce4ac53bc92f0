/**
 * Values as Python writes them. Logs and results keep the look that people and scripts know from Flower.
 *
 * @module
 */

/** A number of kind `float`: always with a point or an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  // JavaScript and Python agree on the shortest digits, but change to exponents at different sizes.
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e");
    return `${digits}e${exponentText(Number(exponent))}`;
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** `%.4e`: four digits after the point, at least two in the exponent. */
export function scientificText(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  const [digits, exponent] = value.toExponential(4).split("e");
  return `${digits}e${exponentText(Number(exponent))}`;
}

function exponentText(exponent: number): string {
  return (exponent < 0 ? "-" : "+") + String(Math.abs(exponent)).padStart(2, "0");
}

/** A string in quotes. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]|[\p{Cc}]/gu, escapeOf).replaceAll(quote, `\\${quote}`);
  return `${quote}${escaped}${quote}`;
}

const shortEscapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(char: string): string {
  return shortEscapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** Bytes in quotes. */
export function bytesText(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const safe = text.replace(/[\x80-\xff]/g, (char) => `\u0000${char.charCodeAt(0).toString(16)}`);
  return `b${quoted(safe).replace(/\\x00([89a-f][0-9a-f])/g, "\\x$1")}`;
}

/** A dictionary from texts that are written already. */
export function dictText(entries: Iterable<readonly [key: string, value: string]>): string {
  return `{${Array.from(entries, ([key, value]) => `${key}: ${value}`).join(", ")}}`;
}

/**
 * A dictionary of dictionaries in at most 80 columns: on one line when it fits, else a line an entry, and an entry
 * that is too long again a line an entry of its own.
 */
export function wideDictText(
  rows: readonly (readonly [key: string, entries: readonly (readonly [string, string])[]])[],
) {
  const oneLine = dictText(rows.map(([key, entries]) => [key, dictText(entries)]));
  if (oneLine.length <= WIDTH) return oneLine;
  const lines = rows.map(([key, entries]) => `${key}: ${rowText(entries, key.length + 4)}`);
  return `{ ${lines.join(",\n  ")}}`;
}

const WIDTH = 80;

function rowText(entries: readonly (readonly [string, string])[], indent: number): string {
  const oneLine = dictText(entries);
  if (indent + oneLine.length < WIDTH) return oneLine;
  return `{ ${entries.map(([key, value]) => `${key}: ${value}`).join(`,\n${" ".repeat(indent + 2)}`)}}`;
}
