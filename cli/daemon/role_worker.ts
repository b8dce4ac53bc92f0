import { RemoteLauncher } from "../../core/io/launcher_port.ts";
import { consoleLog } from "../../core/io/log.ts";
import { DatabaseError, type Launcher, type Log } from "../../core/io/ports.ts";
import { UserError } from "../output.ts";
import type { FromRole, ToRole } from "./role_messages.ts";
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

/** Makes this Worker serve the role that `start` begins. Called once, at the top of the Worker's module. */
export function serveRole<Settings>(
  start: (settings: Settings, world: RoleWorld) => Promise<UpRole>,
): void {
  let up: Promise<UpRole> | undefined;
  let stopping = false;
  addEventListener("message", async (event) => {
    const { data } = event as MessageEvent<ToRole<Settings>>;
    try {
      if (data.kind === "stop") {
        stopping = true;
        await (await up)?.stop();
        return say({ kind: "ended", status: 0 });
      }
      const log = consoleLog(data.log);
      up = start(data.settings, { log, launcher: data.launcher && new RemoteLauncher(data.launcher) });
      const { ended } = await up;
      say({ kind: "ready" });
      dropStartUpGarbage();
      const status = await ended;
      // A role that is asked to stop has more to put in order when its work is over.
      if (status !== undefined && !stopping) say({ kind: "ended", status });
    } catch (error) {
      say(failure(error));
    }
  });
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
