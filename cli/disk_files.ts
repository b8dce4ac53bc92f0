import { dirname } from "node:path";
import type { Files, WriteOptions } from "./env.ts";

/** Files on this machine's disks. */
export const diskFiles: Files = {
  async kind(path) {
    try {
      return kindOf(await Deno.stat(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw error;
    }
  },
  read: (path) => Deno.readFile(path),
  readText: (path) => Deno.readTextFile(path),
  write: writeWhole,
  makeFolder: (path, options) => Deno.mkdir(path, { recursive: true, mode: options?.mode }),
  async list(path) {
    const found = await Array.fromAsync(Deno.readDir(path));
    const entries = found.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  },
  async remove(path) {
    try {
      await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
  rename: (from, to) => Deno.rename(from, to),
};

function kindOf(entry: { isFile: boolean; isDirectory: boolean }): "file" | "folder" | "other" {
  return entry.isFile ? "file" : entry.isDirectory ? "folder" : "other";
}

/** Writes beside the target and puts it in place in one step, so that nobody ever sees half a file. */
async function writeWhole(
  path: string,
  content: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  const { mode = 0o644, mustBeNew = false } = options;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  if (mustBeNew) {
    await Deno.writeFile(path, bytes, { mode, createNew: true });
    return;
  }
  const draft = `${dirname(path)}/.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeFile(draft, bytes, { mode, createNew: true });
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}
