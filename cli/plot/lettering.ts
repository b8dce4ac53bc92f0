/** The typeface, and about how wide its letters are: nobody can measure them where there is no screen. */

/** What SVG asks for; PNG is drawn with the first. */
export const TYPEFACE = "Inter, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Widths of letters in parts of the font's size; what is not among them is as wide as most. */
const WIDTHS: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[ijl]/, 0.25],
  [/[ !',.:;I`t|]/, 0.33],
  [/[()/1[\]fr{}]/, 0.4],
  [/["*\-?^_ksx]/, 0.54],
  [/[+<=>ABCDGHKUVXY~]/, 0.69],
  [/[NOQw]/, 0.77],
  [/[Mm]/, 0.9],
  [/[%@W\u2e80-\uffff]/, 1],
];
const USUAL = 0.61;

/** About how wide a line of text is, in pixels. */
export function widthOf(text: string, sizePx: number): number {
  let width = 0;
  for (const letter of text) width += WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? USUAL;
  return width * sizePx;
}

/** The text, cut so that it is no wider than this. */
export function shortened(text: string, { sizePx, width }: { sizePx: number; width: number }): string {
  if (widthOf(text, sizePx) <= width) return text;
  let cut = [...text];
  while (cut.length > 1 && widthOf(`${cut.join("")}…`, sizePx) > width) cut = cut.slice(0, -1);
  return `${cut.join("").trimEnd()}…`;
}
