import { dirname, resolve } from "node:path";
import type { RunFiles } from "./ports.ts";

/**
 * The files of a run.
 * @param folder the run's own: where paths that do not start at the root are meant
 */
export function runFiles(folder: string): RunFiles {
  return {
    async read(path) {
      try {
        return await Deno.readFile(resolve(folder, path));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    async replace(path, pieces) {
      const target = resolve(folder, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await writeAll(`${target}.part`, pieces);
      await Deno.rename(`${target}.part`, target);
    },
    async append(path, text) {
      const target = resolve(folder, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, text, { append: true });
    },
    async remove(path) {
      await Deno.remove(resolve(folder, path)).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
  };
}

/** What is renamed after this must be on disk before, or a crash could leave an empty file under the new name. */
async function writeAll(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
  }
  await file.syncData();
}
