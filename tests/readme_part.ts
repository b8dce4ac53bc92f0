/** Parts of the README that are made, not written: each stands between two comments that name it. */

const README = new URL("../README.md", import.meta.url);

/** The README with the text in the place of that name. @throws {Error} when it has no such place */
export function withPart(readme: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`Cannot write ${name} as README.md must hold ${begin} and ${end}`);
  }
  return `${readme.slice(0, from + begin.length)}\n\n${text}\n${readme.slice(to)}`;
}

/** Reads the README. */
export function readme(): Promise<string> {
  return Deno.readTextFile(README);
}

/** Writes the text into the place of that name. */
export async function writePart(name: string, text: string): Promise<void> {
  await Deno.writeTextFile(README, withPart(await readme(), name, text));
}
