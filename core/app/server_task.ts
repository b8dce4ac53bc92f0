import type { AppHost } from "./host.ts";
import type { ContextData } from "../model/context.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { fuseRunConfig } from "../wire/fab/run_config.ts";
import { ComponentError, parseComponent } from "./component.ts";
import { type Failure, failureOf } from "./failure.ts";
import { logLine } from "./log_line.ts";
import { LogUploader } from "./log_uploader.ts";
import { serveCarrier } from "./port_carrier.ts";
import { LinkCarrier } from "./link_carrier.ts";
import type { PortCalls } from "./port_peer.ts";
import { fromPlainRecords, toPlainContext } from "./plain_message.ts";
import type { Carrier } from "./carrier.ts";
import type { Seed } from "./seeded_random.ts";
import type { UserConfig } from "../model/user_config.ts";
import { type InstalledApp, moduleUrl, type Stage } from "./stage.ts";
import { isTaskOver, type TaskInput, type TaskSession } from "./task_session.ts";
import { inThread, ThreadFailedError } from "./thread_peer.ts";
import type { AppOutcome, ServerAppOrder } from "./worker_protocol.ts";

/** What a task is done with. */
export interface TaskOptions {
  readonly session: TaskSession;
  readonly stage: Stage;
  readonly host: AppHost;
  /** Aborted when the process has to leave. */
  readonly signal: AbortSignal;
}

/** How a task ended; `stopped`: somebody else ended it. */
export type TaskEnd = "completed" | "failed" | "stopped";

/** What the way of a run's messages may be built with. */
export interface RunWorld {
  readonly input: TaskInput;
  readonly app: InstalledApp;
  /** The settings of the app with what the run overrides. */
  readonly runConfig: UserConfig;
  /** Adds text to the run's log. */
  readonly print: (text: string) => void;
  /** Aborted when the task is over. */
  readonly signal: AbortSignal;
  /** Ends the run for this reason. */
  readonly fail: (failure: Failure) => void;
}

/** The way of a run's messages. */
export interface RunWay {
  readonly carrier: Carrier;
  /** What the ServerApp's chance follows from, where a run is to be repeatable. */
  readonly seed?: Seed;
  /** Seconds that ClientApps have worked so far, where that is known. */
  clientAppRuntimeS?(): number;
  /** The ServerApp is over. */
  close?(): void;
}

/** How a kind of task leads its run. */
export interface RunKind {
  /** What has failed when the run fails, for people. */
  readonly name: "ServerApp" | "Simulation";
  /** @throws {Error} why the app cannot be run in this way */
  readonly check?: (app: InstalledApp) => void;
  /** @throws {Error} why the run cannot begin */
  readonly open: (world: RunWorld) => RunWay | Promise<RunWay>;
}

/** How long a process that has to leave still tries to say so. */
const FAREWELL_MS = 3_000;

/** Runs a ServerApp task to its end and reports it. @throws {RpcError} when the SuperLink cannot be told */
export async function runServerTask(options: TaskOptions): Promise<TaskEnd> {
  const { session, host: { clock } } = options;
  return await leadRun(options, {
    name: "ServerApp",
    open: ({ input }) => ({
      carrier: new LinkCarrier({ link: session.link(input), clock, runId: input.runId, ownsPushed: true }),
    }),
  });
}

/** Runs a task whose ServerApp leads a run, and reports it. @throws {RpcError} when the SuperLink cannot be told */
export async function leadRun(options: TaskOptions, kind: RunKind): Promise<TaskEnd> {
  const { session, host, signal } = options;
  const over = new AbortController();
  try {
    const input = await session.pullInput(signal);
    session.keepAlive(over.signal).catch((error) => over.abort(error));
    const logs = new LogUploader({ push: (texts) => session.pushLogs(input, texts), clock: host.clock });
    const report = await performed(input, logs, {
      ...options,
      kind,
      over,
      signal: AbortSignal.any([signal, over.signal]),
    });
    const told = tell(report, { session, logs, kind });
    // A SuperLink that is gone would be waited for without end.
    await (signal.aborted ? Promise.race([told, host.clock.sleep(FAREWELL_MS)]) : told);
    return report.failure ? "failed" : "completed";
  } catch (error) {
    if (isTaskOver(error)) return "stopped";
    throw error;
  } finally {
    over.abort();
  }
}

async function tell(
  report: Report,
  { session, logs, kind }: { session: TaskSession; logs: LogUploader; kind: RunKind },
): Promise<void> {
  const { failure, context, clientAppRuntimeS } = report;
  if (failure) logs.write(traceOf(failure, kind));
  await logs.flush();
  await session.pushOutput({
    subStatus: failure ? "failed" : "completed",
    details: failure ? detailsOf(failure, kind) : "",
    context,
    clientAppRuntimeS,
  });
}

/** A task under way. */
interface Work extends TaskOptions {
  readonly kind: RunKind;
  /** Aborted with the SuperLink's refusal when the task is over. */
  readonly over: AbortController;
}

/** What is reported of a run. */
interface Report {
  readonly failure?: Failure;
  readonly context: ContextData;
  readonly clientAppRuntimeS?: number;
}

/** Does the work. Every failure is a report; only the end of the task from outside is thrown. */
async function performed(
  input: TaskInput,
  logs: LogUploader,
  options: Work,
): Promise<Report> {
  let way: RunWay | undefined;
  try {
    const { order, way: opened } = await opening(input, logs, options);
    way = opened;
    const { failure, state } = await runApp(order, { way, logs, options });
    const clientAppRuntimeS = way.clientAppRuntimeS?.();
    if (failure) {
      return { failure, context: { ...input.context, state: fromPlainRecords(state) }, clientAppRuntimeS };
    }
    // As in Flower: what a ServerApp wrote into its state does not outlive a run that went well.
    return { context: { ...input.context, state: new RecordDict() }, clientAppRuntimeS };
  } catch (error) {
    if (isTaskOver(error)) throw error;
    const isOwn = error instanceof ThreadFailedError;
    const isInterrupted = !isOwn && options.signal.aborted;
    const failure = isInterrupted ? INTERRUPTED : isOwn ? error.failure : failureOf(error);
    return { failure, context: input.context, clientAppRuntimeS: way?.clientAppRuntimeS?.() };
  } finally {
    way?.close?.();
  }
}

/** All that has to be there before the ServerApp begins. */
async function opening(
  input: TaskInput,
  logs: LogUploader,
  { stage, kind, over, signal }: Work,
): Promise<{ order: ServerAppOrder & { folder: string }; way: RunWay }> {
  const app = await stage.install(input.fab);
  if (!app.serverapp) {
    throw new ComponentError('Cannot run the app as its pyproject.toml must name a "serverapp" component');
  }
  kind.check?.(app);
  const { modulePath, attribute } = parseComponent(app.serverapp);
  const { runId } = input;
  const runFolder = await stage.runFolder(runId);
  // A ServerApp gets its settings from its bundle; the SuperLink sends what the run overrides.
  const runConfig = fuseRunConfig(app.config, input.overrideConfig);
  const print = (text: string) => logs.write(text);
  const fail = (failure: Failure) => over.abort(new ThreadFailedError(failure));
  const way = await kind.open({ input, app, runConfig, print, signal, fail });
  const context = toPlainContext({ ...input.context, runConfig });
  const order = {
    moduleUrl: moduleUrl(app, modulePath),
    attribute,
    context,
    runId,
    runFolder,
    appName: app.name,
    seed: way.seed,
  };
  return { order: { ...order, folder: app.folder }, way };
}

async function runApp(
  { folder, ...order }: ServerAppOrder & { folder: string },
  { way, logs, options }: { way: RunWay; logs: LogUploader; options: Work },
): Promise<AppOutcome> {
  const thread = await options.stage.start({ app: folder, run: order.runFolder });
  const print = (text: string) => Promise.resolve(logs.write(text));
  const calls = { ...ending(serveCarrier(way.carrier), options.over), print };
  return await inThread(
    thread,
    { calls, signal: options.signal },
    (peer) => peer.call("runServerApp", order),
  );
}

/** The same calls; the first that is refused because the task is over ends it, whatever the app would do then. */
function ending(calls: PortCalls, over: AbortController): PortCalls {
  const entries = Object.entries(calls).map(([name, call]): [string, PortCalls[string]] => [
    name,
    (argument, signal) =>
      call(argument, signal).catch((error) => {
        if (isTaskOver(error)) over.abort(error);
        throw error;
      }),
  ]);
  return Object.fromEntries(entries);
}

/** What a run's details say when its process had to leave: as Flower's do. */
const INTERRUPTED: Failure = { type: "Interrupted", message: "Task failed with unknown error." };

function detailsOf(failure: Failure, { name }: RunKind): string {
  if (failure === INTERRUPTED) return failure.message;
  const text = failure.type === "Error" ? failure.message : `${failure.type}: ${failure.message}`;
  return `${name} failed with exception: ${text}`;
}

/** For the run's log, where the app's author looks. */
function traceOf(failure: Failure, { name }: RunKind): string {
  const lines = (failure.stack ?? `${failure.type}: ${failure.message}`).split("\n");
  return logLine("ERROR", [`${name} failed:`, ...lines].join("\n"));
}
