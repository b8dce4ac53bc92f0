import { consoleLog } from "../../core/io/log.ts";
import type { LaunchSettings } from "../../core/io/app_command.ts";
import { type LauncherHost, startLauncherWorker } from "../../core/io/launcher_host.ts";
import type { Env } from "../env.ts";
import { mayColour, UserError } from "../output.ts";
import type { FromRole, LogLine, LogSettings, ToRole } from "./role_messages.ts";
import { dropStartUpGarbage } from "./start_up_garbage.ts";

/** A role as the main thread starts it. */
export interface Role<Settings> {
  /** For log lines: `SuperLink`. */
  readonly name: string;
  /** The module of its Worker. */
  readonly entry: URL;
  /** All that its Worker may do. */
  readonly permissions: Deno.PermissionOptionsObject;
  /** What was logged before it began. */
  readonly said: readonly LogLine[];
  /** Posted to its Worker. */
  readonly settings: Settings;
  /** How app processes are started, for a role that starts any. */
  readonly launch?: LaunchSettings;
}

/** How long a role may take to end in good order; its app processes get 5 s of it. */
const GRACE_MS = 8_000;

/**
 * Runs a role in a Worker of its own until a signal asks it to end or it ends by itself. Once it is up, this
 * thread gives up all its permissions.
 * @returns the exit status
 * @throws {UserError} when the role cannot begin
 */
export async function runRole<Settings>(role: Role<Settings>, env: Env): Promise<number> {
  const log = logSettings(env);
  const running = new RunningRole(role, log);
  const deaf = env.onInterrupt(() => running.stop(env));
  try {
    await running.ready;
    revokeEverything();
    dropStartUpGarbage();
    const status = await running.ended;
    await running.close(env);
    const { info } = consoleLog({ ...log, write: (line) => env.stderr(line) });
    if (status === 0) info(`${role.name} terminated gracefully.`);
    return status;
  } catch (error) {
    await running.close(env);
    throw error;
  } finally {
    deaf();
  }
}

/** The level that `FLWR_LOG_LEVEL` names, and whether there is a terminal for colours. */
export function logSettings(env: Env): LogSettings {
  const told = env.get("FLWR_LOG_LEVEL")?.toUpperCase();
  const level = (["DEBUG", "INFO", "WARNING", "ERROR"] as const).find((name) => name === told) ?? "INFO";
  const colour = mayColour(env, "stderr");
  if (told && told !== level) {
    const { error } = consoleLog({ colour, write: (line) => env.stderr(line) });
    error(`Cannot use FLWR_LOG_LEVEL=${told}: it must be DEBUG, INFO, WARNING or ERROR. INFO is used`);
  }
  return { level, colour };
}

class RunningRole {
  readonly ready: Promise<void>;
  readonly ended: Promise<number>;
  readonly #worker: Worker;
  readonly #launcher?: LauncherHost;
  readonly #isReady = Promise.withResolvers<void>();
  readonly #isEnded = Promise.withResolvers<number>();
  readonly #over = new AbortController();
  #stopping = false;

  constructor(role: Role<unknown>, log: LogSettings) {
    this.ready = this.#isReady.promise;
    this.ended = this.#isEnded.promise;
    // Whichever comes first is looked at; the other may stay unheard.
    this.ended.catch(() => {});
    if (role.launch) this.#launcher = startLauncherWorker(role.launch, (reason) => this.#crashed(reason));
    this.#worker = new Worker(role.entry.href, {
      type: "module",
      name: role.name,
      deno: { permissions: role.permissions },
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromRole>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#crashed(event.message);
    };
    const launcher = this.#launcher?.connect();
    const start: ToRole<unknown> = { kind: "start", settings: role.settings, said: role.said, log, launcher };
    this.#worker.postMessage(start, launcher ? [launcher] : []);
  }

  /** Asks the role to end; asked a second time, or when it takes too long, it is ended without asking. */
  stop(env: Env): void {
    if (this.#stopping) return this.#isEnded.resolve(1);
    this.#stopping = true;
    this.#worker.postMessage({ kind: "stop" } satisfies ToRole<unknown>);
    env.clock.sleep(GRACE_MS, this.#over.signal).then(() => this.#isEnded.resolve(1));
  }

  /** Ends what is left: the app processes first, so that none outlives the role. */
  async close(env: Env): Promise<void> {
    await Promise.race([this.#launcher?.stop(), env.clock.sleep(GRACE_MS, this.#over.signal)]);
    this.#over.abort();
    this.#worker.terminate();
  }

  #hear(message: FromRole): void {
    if (message.kind === "ready") return this.#isReady.resolve();
    if (message.kind === "ended") {
      this.#isReady.resolve();
      return this.#isEnded.resolve(message.status);
    }
    const { text, hint, exitCode } = message;
    this.#fail(new UserError(text, { hint, exitCode }));
  }

  #crashed(reason: string): void {
    this.#fail(new Error(reason));
  }

  #fail(error: Error): void {
    this.#isReady.reject(error);
    this.#isEnded.reject(error);
  }
}

/** From here on this thread could not even read a file if somebody made it try. */
function revokeEverything(): void {
  for (const name of ["read", "write", "net", "env", "run", "sys", "ffi"] as const) {
    Deno.permissions.revokeSync({ name });
  }
}
