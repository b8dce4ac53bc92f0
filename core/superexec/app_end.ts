import type { AppEnd, AppPlugin } from "../io/ports.ts";

/** The longest part of a process's last words that is told to others. */
const LONGEST_QUOTE = 500;

/** Why a task failed whose process ended before it had finished the task, for people. */
export function failureOf(end: Exclude<AppEnd, { kind: "ready" }>, plugin: AppPlugin | "simulation"): string {
  if (end.kind === "notStarted") return end.reason;
  const how = end.signal === undefined ? `with exit code ${end.code}` : `by ${end.signal}`;
  const words = lastLine(end.lastWords);
  // A process that is killed says nothing, and this is who usually kills.
  const guess = end.signal === "SIGKILL" ? ", as happens when the machine is short of memory" : "";
  return `The flwr-${plugin} process ended ${how} before its task was done${guess}${
    words === "" ? "" : `: ${words}`
  }`;
}

/** What V8 says at its end, as when memory runs out; around it stand nothing but addresses. */
const FATAL = /^# (Fatal .+)$/m;

/** An exception's own line: in Python the last one, in TypeScript the last one above the stack. */
function lastLine(text: string): string {
  const fatal = FATAL.exec(text);
  if (fatal) return fatal[1];
  // deno-lint-ignore no-control-regex -- the escape character is what starts a colour
  const lines = text.replaceAll(/\u001b\[[0-9;]*m/g, "").split("\n").map((line) => line.trim());
  const words = lines.filter((line) => line !== "" && !line.startsWith("at ") && !isChat(line));
  return (words.at(-1) ?? "").slice(0, LONGEST_QUOTE);
}

/** What a program logs on its good days is no reason for its end. */
function isChat(line: string): boolean {
  return /^(DEBUG|INFO)\b/.test(line);
}
