import { dirname, join } from "node:path";

/**
 * Unpacks an app's files into a folder, whole or not at all: into a folder beside it first, then renamed.
 * A folder that already holds exactly these files is left as it is, one that differs is replaced, so what runs
 * is always what the archive's hash stands for.
 *
 * @param folder absolute path of the app's own folder; its parent is made where needed
 * @param files contents by POSIX path, each known to lie inside the folder
 */
export async function installFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  if (await holdsExactly(folder, files)) return;
  await Deno.mkdir(dirname(folder), { recursive: true });
  const fresh = `${folder}.${crypto.randomUUID()}.new`;
  try {
    for (const [path, content] of files) {
      const target = join(fresh, ...path.split("/"));
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeFile(target, content);
    }
    await putInPlace(fresh, folder);
  } finally {
    await removeIfThere(fresh);
  }
}

/** Two processes may install the same app at once: whoever comes second finds the folder in place. */
async function putInPlace(fresh: string, folder: string) {
  const old = `${fresh}.old`;
  await Deno.rename(folder, old).catch(ignoreMissing);
  try {
    await Deno.rename(fresh, folder);
  } catch (error) {
    const taken = error instanceof Deno.errors.AlreadyExists ||
      (error as { code?: string }).code === "ENOTEMPTY";
    if (!taken) throw error;
  } finally {
    await removeIfThere(old);
  }
}

async function holdsExactly(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  for (const [path, content] of files) {
    const found = await Deno.readFile(join(folder, ...path.split("/"))).catch(() => undefined);
    if (!found || found.length !== content.length || !found.every((byte, i) => byte === content[i])) {
      return false;
    }
  }
  // The folder may go meanwhile: another process puts its own in its place.
  return await countFiles(folder).catch(ignoreMissing) === files.size;
}

async function countFiles(folder: string): Promise<number> {
  let count = 0;
  for await (const entry of Deno.readDir(folder)) {
    count += entry.isDirectory ? await countFiles(join(folder, entry.name)) : 1;
  }
  return count;
}

async function removeIfThere(path: string) {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown) {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
