import { basename, dirname } from "node:path";
import type { Env } from "../env.ts";
import { UserError } from "../output.ts";

/** A file to be made. */
export interface NewFile {
  /** Absolute. */
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Nobody but its owner may read it. */
  readonly secret: boolean;
}

/** Refuses to go on when one of these files is there. @throws {UserError} */
export async function refuseToReplace(env: Env, paths: readonly string[], hint: string): Promise<void> {
  for (const path of paths) {
    if (await env.files.kind(path) !== undefined) throw inTheWay(path, hint);
  }
}

/** Makes all of the files or none. @throws {UserError} when one of them is there or cannot be written */
export async function writeNewFiles(env: Env, files: readonly NewFile[], hint: string): Promise<void> {
  const made: string[] = [];
  try {
    for (const { path, content, secret } of files) {
      await env.files.makeFolder(dirname(path));
      await env.files.write(path, content, { mode: secret ? 0o600 : 0o644, mustBeNew: true });
      made.push(path);
    }
  } catch (error) {
    for (const path of made) await env.files.remove(path);
    const failed = files[made.length].path;
    if (await env.files.kind(failed).catch(() => undefined) !== undefined) throw inTheWay(failed, hint);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot write "${basename(failed)}" into "${dirname(failed)}": ${reason}`, {
      hint: "Name a folder that you may write to.",
    });
  }
}

function inTheWay(path: string, hint: string): UserError {
  return new UserError(`Cannot make "${path}" as it is there already: nothing was changed`, { hint });
}
