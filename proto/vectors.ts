import { fileURLToPath } from "node:url";

/**
 * For tests: where the vectors' file `name` stands. In the folder that the environment variable COROLLA_VECTORS names
 * if it has one of that name, else in the repository's own, which holds some files more. Throws when the folder is not
 * there: a name with a slip in it must not pass for vectors that were tried.
 */
export function vectorPath(name: string): string {
  const elsewhere = Deno.env.get("COROLLA_VECTORS");
  if (elsewhere) {
    if (!Deno.statSync(elsewhere).isDirectory) throw new Error(`COROLLA_VECTORS: ${elsewhere} is no folder`);
    const path = `${elsewhere}/${name}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return fileURLToPath(new URL(`../tests/vectors/${name}`, import.meta.url));
}

/** For tests: the parsed file `name` of the vectors; see {@link vectorPath}. */
export async function vectors<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(vectorPath(name)));
}
