import type { AppEnd, AppPlugin } from "../io/ports.ts";

/** The longest part of a process's last words that is told to others. */
const LONGEST_QUOTE = 500;

/** Why a task failed whose process ended before it had finished the task, for people. */
export function failureOf(end: Exclude<AppEnd, { kind: "ready" }>, plugin: AppPlugin): string {
  if (end.kind === "notStarted") return end.reason;
  const how = end.signal === undefined ? `with exit code ${end.code}` : `by ${end.signal}`;
  const words = lastLine(end.lastWords);
  return `The flwr-${plugin} process ended ${how} before its task was done${
    words === "" ? "" : `: ${words}`
  }`;
}

/** An exception's own line: in Python the last one, in TypeScript the last one above the stack. */
function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("at ")
  );
  // deno-lint-ignore no-control-regex -- the escape character is what starts a colour
  return (lines.at(-1) ?? "").replaceAll(/\u001b\[[0-9;]*m/g, "").slice(0, LONGEST_QUOTE);
}
