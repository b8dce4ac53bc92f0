import { createHash } from "node:crypto";
import type { ObjectId } from "../model/ids.ts";

/** The id of an object: lower-case hex SHA-256 of its content, here given as one or more consecutive pieces. */
export function objectIdOf(...pieces: readonly Uint8Array[]): ObjectId {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/**
 * Whether Flower accepts `text` as an object id: 64 characters that Python's `int(text, 16)` reads, so upper case,
 * `0x`, a sign, single underscores and outer blanks pass. Digits of other scripts, which Python reads too, do not.
 */
export function isObjectId(text: string): boolean {
  return [...text].length === 64 && /^\s*[+-]?(0x_?)?[0-9a-f]+(_[0-9a-f]+)*\s*$/i.test(text);
}
