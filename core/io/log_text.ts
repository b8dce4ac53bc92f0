/** Control characters that would reach a terminal or a log's reader as commands; line ends and tabs are not among them. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * A text as it may stand in a log, whoever wrote parts of it: it cannot begin a line of its own, for every line after
 * the first is set in, nor colour, move or erase anything.
 */
export function logText(text: string): string {
  const shown = (control: string) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replaceAll("\r\n", "\n").replace(CONTROLS, shown).replaceAll("\n", "\n    ");
}
