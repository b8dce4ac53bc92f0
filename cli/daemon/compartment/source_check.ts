/*
 * In JavaScript a module is loaded by the word `import`, and where nothing but a script can stand, as in a compartment,
 * by an expression only: `import(…)`, `import.defer(…)`, `import.source(…)`. SES looks for the first. Words in JavaScript
 * that mean something cannot be spelled with escapes, so a text in which none of this stands loads nothing.
 */

/** Blanks as JavaScript has them; comments are refused where they could stand between. */
const BLANKS = "[\\s\\u180e]*";
/** Not the rest of another name, and no property's name, which stands behind one dot. */
const WORD = "(?<![\\w$])(?<!(?<!\\.\\.)\\.)import";
const CALL = `(?:\\(|/[/*])`;
const IMPORTING = new RegExp(
  `${WORD}${BLANKS}(?:${CALL}|\\.${BLANKS}(?:/[/*]|[^\\s(/.;,'"\`]+${BLANKS}${CALL}))`,
);

const ALL_IMPORTING = new RegExp(IMPORTING, "g");

/**
 * Spells otherwise what would be refused though it stands in a string, a pattern or a property's name. In code, where it
 * must not stand, the spelling is a mistake.
 * @param code of a module in which no import is left
 */
export function spellHarmlessly(code: string): string {
  return code.replaceAll(ALL_IMPORTING, (found) => `\\u0069${found.slice(1)}`)
    .replaceAll("<!--", "\\x3c!--").replaceAll("-->", "--\\x3e");
}

/**
 * Refuses a text that could load a module.
 * @throws {SyntaxError} also for texts in which such words stand in a string
 */
export function refuseImports(text: string): string {
  const found = IMPORTING.exec(text);
  if (!found) return text;
  const shown = text.slice(found.index, found.index + 40).replaceAll(/\s+/g, " ");
  throw new SyntaxError(
    `Cannot run code in which "${shown}" stands, even in a string, as an app in a compartment cannot import in code ` +
      "that it makes itself: write the import in a module of the app, or the string in two parts",
  );
}
