/**
 * Texts that Python puts into its errors. Peers show them to people and some match on them, so they are spelled the
 * same here.
 *
 * @module
 */

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` as Python's `repr` shows it: quoted, with everything unprintable escaped. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const shown = text.replace(/[\\\n\r\t]|[\p{C}\p{Z}]/gu, (char) => escapes[char] ?? escapeOf(char));
  return quote + (quote === "'" ? shown.replaceAll("'", "\\'") : shown) + quote;
}

function escapeOf(char: string): string {
  if (char === " ") return char;
  const code = char.codePointAt(0)!;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** What is wrong with `bytes` as UTF-8, in the words of Python's codec; `undefined` when nothing is. */
export function utf8Fault(bytes: Uint8Array): string | undefined {
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at]);
    if (length === 0) return fault(bytes, { at, count: 1, reason: "invalid start byte" });
    for (let count = 1; count < length; count++) {
      if (at + count >= bytes.length) return fault(bytes, { at, count, reason: "unexpected end of data" });
      if (!continues(bytes, at, count)) {
        return fault(bytes, { at, count, reason: "invalid continuation byte" });
      }
    }
    at += length;
  }
  return undefined;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/** The second byte's range is narrower after some leads: no overlong forms, no surrogates, nothing past U+10FFFF. */
function continues(bytes: Uint8Array, at: number, count: number): boolean {
  const [lead, byte] = [bytes[at], bytes[at + count]];
  let [least, most] = [0x80, 0xbf];
  if (count === 1) {
    if (lead === 0xe0) least = 0xa0;
    if (lead === 0xf0) least = 0x90;
    if (lead === 0xed) most = 0x9f;
    if (lead === 0xf4) most = 0x8f;
  }
  return byte >= least && byte <= most;
}

function fault(
  bytes: Uint8Array,
  { at, count, reason }: { at: number; count: number; reason: string },
): string {
  const where = count === 1
    ? `byte 0x${bytes[at].toString(16).padStart(2, "0")} in position ${at}`
    : `bytes in position ${at}-${at + count - 1}`;
  return `'utf-8' codec can't decode ${where}: ${reason}`;
}
