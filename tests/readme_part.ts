/** Parts of the README that are made, not written: each stands between two comments that name it. */

const README = new URL("../README.md", import.meta.url);

/** A made part. */
export interface Part {
  readonly name: string;
  /** What makes it. */
  readonly by: string;
}

/** The README with the text in the part's place. @throws {Error} when it has no such place */
export function withPart(readme: string, { name, by }: Part, text: string): string {
  const [begin, end] = [`<!-- ${name}: written by ${by} -->`, `<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`Cannot write ${name} as README.md must hold ${begin} and ${end}`);
  }
  return `${readme.slice(0, from + begin.length)}\n\n${text}\n${readme.slice(to)}`;
}

/** Reads the README. */
export function readReadme(): string {
  return Deno.readTextFileSync(README);
}

/** Writes the text into the part's place. */
export function writePart(part: Part, text: string): void {
  Deno.writeTextFileSync(README, withPart(readReadme(), part, text));
}
