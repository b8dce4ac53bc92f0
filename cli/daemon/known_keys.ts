import { KeyListError, type KeyListOptions, readKeyList } from "../../core/auth/key_list.ts";
import type { Curve } from "../../core/wire/ec_key.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** The operator's list of the SuperNodes' public keys. */
export interface KeyListFile extends KeyListOptions {
  /** Absolute, and the file's name for messages as well. */
  readonly path: string;
  /** What stood in it at the start. */
  readonly content: Uint8Array;
  readonly keys: readonly Uint8Array[];
}

/**
 * Reads the file that `--auth-list-public-keys` names.
 * @param curve the one curve that its keys must be on, where there is one
 * @throws {UserError} naming the file, and the row that holds no such key
 */
export async function readKnownKeys(
  named: string,
  { env, curve }: { env: Env; curve?: Curve },
): Promise<KeyListFile> {
  const path = resolvePath(env, named);
  if (await env.files.kind(path) !== "file") {
    throw new UserError(`Path argument \`--auth-list-public-keys\` does not point to a file: ${named}`, {
      hint: "`corolla keys` makes such a file: keys/client_public_keys.csv",
    });
  }
  const content = await env.files.read(path);
  try {
    return { path, curve, content, keys: await readKeyList(content, { path: named, curve }) };
  } catch (error) {
    if (!(error instanceof KeyListError)) throw error;
    throw new UserError(error.message, { hint: error.hint });
  }
}
