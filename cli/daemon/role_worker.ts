import { systemClock } from "../../core/io/clock.ts";
import { RemoteLauncher } from "../../core/io/launcher_port.ts";
import { bothLogs, consoleLog } from "../../core/io/log.ts";
import type { LogFilePlace } from "../../core/io/log_file.ts";
import { DatabaseError, type Launcher, type Log } from "../../core/io/ports.ts";
import { UserError } from "../output.ts";
import type { Health } from "./health.ts";
import type { FromRole, LogSettings, ToRole } from "./role_messages.ts";
import { dropStartUpGarbage } from "./start_up_garbage.ts";

/** What a role gets in its Worker beside its settings. */
export interface RoleWorld {
  readonly log: Log;
  /** Starts app processes; only for a role that does. */
  readonly launcher?: Launcher;
}

/** A role that is up. */
export interface UpRole {
  /** Resolves with an exit status when the role ends by itself. @throws {Error} */
  readonly ended?: Promise<number>;
  /** Ends the role in good order. */
  stop(): Promise<void>;
}

/** What every role's settings may say. */
export interface RoleSettings {
  /** `host:port` of the health listener; none without. */
  readonly healthAddress?: string;
  /** Where the log goes beside standard error. */
  readonly logFile?: LogFilePlace;
}

/**
 * Makes this Worker serve the role that `start` begins. Called once, at the top of the Worker's module.
 * @param services full names of the gRPC services that the role offers, for those who ask after its health
 */
export function serveRole<Settings extends RoleSettings>(
  services: readonly string[],
  start: (settings: Settings, world: RoleWorld) => Promise<UpRole>,
): void {
  let up: Promise<UpRole> | undefined;
  let health: Health | undefined;
  /** What the main thread says, which cannot write to the file. */
  let logFile: Log | undefined;
  let stopping = false;
  const begin = async ({ settings, log: look, said, launcher }: StartRole<Settings>): Promise<UpRole> => {
    logFile = await logFileOf(settings, look);
    for (const { level, text } of said) logFile?.[level](text);
    const log = logFile ? bothLogs(consoleLog(look), logFile) : consoleLog(look);
    // Whoever asks while the role begins is told that it is not there yet.
    health = await healthOf(settings, { services, log });
    return await start(settings, { log, launcher: launcher && new RemoteLauncher(launcher) });
  };
  addEventListener("message", async (event) => {
    const { data } = event as MessageEvent<ToRole<Settings>>;
    try {
      if (data.kind === "stop") {
        stopping = true;
        health?.say("NOT_SERVING");
        await (await up)?.stop();
        await health?.stop();
        logFile?.info(`${self.name} terminated gracefully.`);
        return say({ kind: "ended", status: 0 });
      }
      up = begin(data);
      const { ended } = await up;
      if (!stopping) health?.say("SERVING");
      say({ kind: "ready" });
      dropStartUpGarbage();
      const status = await ended;
      // A role that is asked to stop has more to put in order when its work is over.
      if (status !== undefined && !stopping) say({ kind: "ended", status });
    } catch (error) {
      logFile?.error(error instanceof UserError ? error.message : String(error));
      say(failure(error));
    }
  });
}

type StartRole<Settings> = Extract<ToRole<Settings>, { kind: "start" }>;

/** Opens the log file where one is wanted. @throws {UserError} */
async function logFileOf(
  { logFile }: RoleSettings,
  { level, colour }: LogSettings,
): Promise<Log | undefined> {
  if (logFile === undefined) return undefined;
  const { fileLog } = await import("../../core/io/log_file.ts");
  const trouble = (text: string) => consoleLog({ level, colour }).error(text);
  try {
    return fileLog({ ...logFile, level, source: self.name, trouble });
  } catch (error) {
    throw new UserError(`Cannot write the log file ${logFile.path}: ${(error as Error).message}`, {
      hint: "Name a file in a folder that is there and that this user may write",
    });
  }
}

/** Opens the health listener where one is wanted. @throws {UserError} */
async function healthOf(
  { healthAddress: address }: RoleSettings,
  role: { services: readonly string[]; log: Log },
): Promise<Health | undefined> {
  if (address === undefined) return undefined;
  const { openHealth } = await import("./health.ts");
  return await openHealth({ address, clock: systemClock, ...role });
}

function say(message: FromRole): void {
  (globalThis as unknown as { postMessage(message: FromRole): void }).postMessage(message);
}

/** Errors that are meant for people cross over as their text; the rest ends the program with its stack. */
function failure(error: unknown): FromRole {
  if (!(error instanceof UserError)) throw error;
  return { kind: "failed", text: error.message, hint: error.hint, exitCode: error.exitCode };
}

/** Does something with files; what goes wrong there is told to the user as it is. */
export async function asUserError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const ofFiles = error instanceof DatabaseError ||
      Object.values(Deno.errors).some((kind) => error instanceof kind);
    throw ofFiles ? new UserError((error as Error).message) : error;
  }
}
