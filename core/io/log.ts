import { logText } from "./log_text.ts";
import type { Log } from "./ports.ts";

/** How much is said, from everything to only what failed. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

const ORDER: readonly LogLevel[] = ["DEBUG", "INFO", "WARNING", "ERROR"];
const COLOUR: Record<LogLevel, number> = { DEBUG: 94, INFO: 92, WARNING: 93, ERROR: 91 };

/** Whether something of this urgency is shown where `least` is the least urgent that is. */
export function reaches(level: LogLevel, least: LogLevel): boolean {
  return ORDER.indexOf(level) >= ORDER.indexOf(least);
}

/** A log that says everything to both. */
export function bothLogs(one: Log, other: Log): Log {
  const say = (level: keyof Log) => (text: string) => {
    one[level](text);
    other[level](text);
  };
  return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}

/** How a {@link consoleLog} looks. */
export interface ConsoleLogOptions {
  /** The least urgent level that is shown; `INFO` unless told. */
  readonly level?: LogLevel;
  /** Whether levels are coloured; so unless told, as Flower does even in pipes. */
  readonly colour?: boolean;
  /** Takes a whole line with its line end; the standard error stream unless told. */
  readonly write?: (line: string) => void;
  /** The time shown at level `DEBUG`; the machine's unless told. */
  readonly now?: () => Date;
}

/** A log on standard error in Flower's look: level, colon, and the text in a fixed column. */
export function consoleLog(options: ConsoleLogOptions = {}): Log {
  const { level = "INFO", colour = true, write = toStandardError, now = () => new Date() } = options;
  const say = (at: LogLevel) => (text: string) => {
    if (!reaches(at, level)) return;
    const time = level === "DEBUG" ? ` ${localTime(now())}` : "";
    const [on, off] = colour ? [`\x1b[${COLOUR[at]}m`, "\x1b[0m"] : ["", ""];
    write(`${on}${at}${time || " "}${off}:${" ".repeat(9 - at.length)} ${logText(text)}\n`);
  };
  return { debug: say("DEBUG"), info: say("INFO"), warn: say("WARNING"), error: say("ERROR") };
}

/** The machine's time as Flower writes it: `2026-11-22 18:10:51,017`. */
export function localTime(time: Date): string {
  const pad = (value: number, width = 2) => String(value).padStart(width, "0");
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  return `${day} ${clock},${pad(time.getMilliseconds(), 3)}`;
}

const encoder = new TextEncoder();

function toStandardError(line: string): void {
  const bytes = encoder.encode(line);
  for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
}
