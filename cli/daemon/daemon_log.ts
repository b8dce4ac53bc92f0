import { bothLogs, consoleLog } from "../../core/io/log.ts";
import type { Log } from "../../core/io/ports.ts";
import type { Env } from "../env.ts";
import { logSettings } from "./role_host.ts";
import type { LogLine } from "./role_messages.ts";

/** A log that remembers what it was told, for the log file of the role. */
export interface DaemonLog extends Log {
  readonly said: readonly LogLine[];
}

/** The log of a daemon's main thread: on standard error, in Flower's look. */
export function daemonLog(env: Env): DaemonLog {
  const said: LogLine[] = [];
  const keep = (level: keyof Log) => (text: string) => void said.push({ level, text });
  const memory = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
  const shown = consoleLog({ ...logSettings(env), write: (line) => env.stderr(line) });
  return { ...bothLogs(shown, memory), said };
}
