import { consoleLog } from "../../core/io/log.ts";
import type { Log } from "../../core/io/ports.ts";
import type { Env } from "../env.ts";
import { logSettings } from "./role_host.ts";

/** The log of a daemon's main thread: on standard error, in Flower's look. */
export function daemonLog(env: Env): Log {
  return consoleLog({ ...logSettings(env), write: (line) => env.stderr(line) });
}
