/** A list as Deno's permission flags take it: separated by commas, with two for one that is meant. */
export function denoList(values: Iterable<string>): string {
  return [...new Set(values)].map((value) => value.replaceAll(",", ",,")).join(",");
}
