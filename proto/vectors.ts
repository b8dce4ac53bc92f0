/**
 * For tests: the parsed file `name` of the folder of vectors, which the environment variable COROLLA_VECTORS may
 * move elsewhere. Throws when there is no such file.
 */
export async function vectors<T>(name: string): Promise<T> {
  const elsewhere = Deno.env.get("COROLLA_VECTORS");
  const path = elsewhere ? `${elsewhere}/${name}` : new URL(`../tests/vectors/${name}`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}
