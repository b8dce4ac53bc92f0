import { parse } from "@std/csv";
import { KeyFileError, readPublicKey } from "../../core/auth/key_file.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/**
 * Reads a CSV file whose cells are public keys in OpenSSH's form. A cell's key may be followed by a comment.
 * @returns each key once, as PEM SubjectPublicKeyInfo
 * @throws {UserError} naming the cell that is no such key
 */
export async function readKnownKeys(named: string, env: Env): Promise<Uint8Array[]> {
  const path = resolvePath(env, named);
  if (await env.files.kind(path) !== "file") {
    throw new UserError(`Path argument \`--auth-list-public-keys\` does not point to a file: ${named}`, {
      hint: "`corolla keys` makes such a file: keys/client_public_keys.csv",
    });
  }
  const cells = parse((await env.files.readText(path)).replace(/^\ufeff/, "")).flat();
  const keys = new Map<string, Uint8Array>();
  for (const [index, cell] of cells.entries()) {
    if (cell.trim() === "") continue;
    const key = await keyIn(cell.trim(), { named, place: index + 1 });
    keys.set(new TextDecoder().decode(key), key);
  }
  return [...keys.values()];
}

async function keyIn(cell: string, at: { named: string; place: number }): Promise<Uint8Array> {
  try {
    return await readPublicKey(new TextEncoder().encode(cell), at.named);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new UserError(`Cannot use public key ${at.place} in ${at.named}: ${error.message}`, {
      hint:
        "Each cell must be the line of a .pub file of an elliptic-curve key; `corolla keys` makes such a file",
    });
  }
}
