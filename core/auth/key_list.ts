import { parse } from "@std/csv";
import type { Curve } from "../wire/ec_key.ts";
import { decodeSpkiPem } from "../wire/spki.ts";
import { KeyFileError, readPublicKey } from "./key_file.ts";

/** Thrown for a list of keys that cannot be used: names file, row and reason; the next step stands in `hint`. */
export class KeyListError extends Error {
  override name = "KeyListError";
  constructor(message: string, readonly hint: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What a list must be like. */
export interface KeyListOptions {
  /** The file's name, for messages. */
  readonly path: string;
  /** The one curve that its keys must be on: that of the key of the SuperLink, where one is given. */
  readonly curve?: Curve;
}

/**
 * Reads a CSV file whose cells are public keys in OpenSSH's form. Blanks, empty cells and rows, a comment behind a
 * key, rows that begin with `#`, any line end and a byte order mark are fine.
 * @returns each key once, as PEM SubjectPublicKeyInfo, in order
 * @throws {KeyListError}
 */
export async function readKeyList(content: Uint8Array, options: KeyListOptions): Promise<Uint8Array[]> {
  const keys = new Map<string, Uint8Array>();
  for (const [index, row] of asText(content).split(/\r\n|\n|\r/).entries()) {
    if (row.trimStart().startsWith("#")) continue;
    const place = `row ${index + 1} of ${options.path}`;
    for (const cell of cellsOf(row)) {
      if (cell === "") continue;
      const key = await keyIn(cell, { ...options, place });
      keys.set(new TextDecoder().decode(key), key);
    }
  }
  return [...keys.values()];
}

/** UTF-8, or the UTF-16 that redirections on Windows write. */
function asText(content: Uint8Array): string {
  const [first, second] = content;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(content);
  return new TextDecoder().decode(content);
}

/** What people write around quotation marks is forgiven: blanks outside, and marks within a comment. */
function cellsOf(row: string): string[] {
  const tidy = row.replace(/"\s+(?=,|$)/g, '"');
  return parse(tidy, { trimLeadingSpace: true, lazyQuotes: true }).flat().map((cell) => cell.trim());
}

const NEXT =
  "Each cell must be the line of a .pub file of an elliptic-curve key, on one row; a comment that holds " +
  "a comma must stand in quotation marks with its key. `corolla keys` makes such a file";

async function keyIn(cell: string, options: KeyListOptions & { place: string }): Promise<Uint8Array> {
  const { place, curve } = options;
  const key = await readPublicKey(new TextEncoder().encode(cell), place).catch((error) => {
    if (!(error instanceof KeyFileError)) throw error;
    throw new KeyListError(error.message, NEXT, { cause: error });
  });
  const found = decodeSpkiPem(key)!.curve;
  if (curve === undefined || found === curve) return key;
  throw new KeyListError(
    `Cannot use "${place}" as a node's public key must be on the curve of the SuperLink's key, ${curve}: ` +
      `this one is on ${found}`,
    "Make all keys on one curve, or leave out --auth-superlink-private-key: only 1.14.0 SuperNodes need it",
  );
}
