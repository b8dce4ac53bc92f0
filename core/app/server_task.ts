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
import { moduleUrl, type Stage } from "./stage.ts";
import { isTaskOver, type TaskInput, type TaskSession } from "./task_session.ts";
import { inThread, ThreadFailedError } from "./thread_peer.ts";
import type { AppOutcome } from "./worker_protocol.ts";

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

/** How long a process that has to leave still tries to say so. */
const FAREWELL_MS = 3_000;

/** Runs a ServerApp task to its end and reports it. @throws {RpcError} when the SuperLink cannot be told */
export async function runServerTask(options: TaskOptions): Promise<TaskEnd> {
  const { session, host, signal } = options;
  const over = new AbortController();
  try {
    const input = await session.pullInput(signal);
    session.keepAlive(over.signal).catch((error) => over.abort(error));
    const logs = new LogUploader({ push: (texts) => session.pushLogs(input, texts), clock: host.clock });
    const report = await performed(input, logs, {
      ...options,
      over,
      signal: AbortSignal.any([signal, over.signal]),
    });
    const told = tell(report, { session, logs });
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
  { session, logs }: { session: TaskSession; logs: LogUploader },
): Promise<void> {
  const { failure, context } = report;
  if (failure) logs.write(traceOf(failure));
  await logs.flush();
  await session.pushOutput({
    subStatus: failure ? "failed" : "completed",
    details: failure ? detailsOf(failure) : "",
    context,
  });
}

/** A task under way. */
interface Work extends TaskOptions {
  /** Aborted with the SuperLink's refusal when the task is over. */
  readonly over: AbortController;
}

/** What is reported of a run. */
interface Report {
  readonly failure?: Failure;
  readonly context: ContextData;
}

/** Does the work. Every failure is a report; only the end of the task from outside is thrown. */
async function performed(
  input: TaskInput,
  logs: LogUploader,
  options: Work,
): Promise<Report> {
  try {
    const { failure, state } = await runApp(input, logs, options);
    if (failure) return { failure, context: { ...input.context, state: fromPlainRecords(state) } };
    // As in Flower: what a ServerApp wrote into its state does not outlive a run that went well.
    return { context: { ...input.context, state: new RecordDict() } };
  } catch (error) {
    if (isTaskOver(error)) throw error;
    if (options.signal.aborted) return { failure: INTERRUPTED, context: input.context };
    const failure = error instanceof ThreadFailedError ? error.failure : failureOf(error);
    return { failure, context: input.context };
  }
}

async function runApp(input: TaskInput, logs: LogUploader, options: Work): Promise<AppOutcome> {
  const { session, stage, host, signal } = options;
  const app = await stage.install(input.fab);
  if (!app.serverapp) {
    throw new ComponentError('Cannot run the app as its pyproject.toml must name a "serverapp" component');
  }
  const { modulePath, attribute } = parseComponent(app.serverapp);
  const runFolder = await stage.runFolder(input.runId);
  const thread = await stage.start({ app: app.folder, run: runFolder });
  const print = (text: string) => Promise.resolve(logs.write(text));
  const { runId } = input;
  const carrier = new LinkCarrier({ link: session.link(input), clock: host.clock, runId });
  const calls = { ...ending(serveCarrier(carrier), options.over), print };
  // A ServerApp gets its settings from its bundle; the SuperLink sends what the run overrides.
  const runConfig = fuseRunConfig(app.config, input.overrideConfig);
  const context = toPlainContext({ ...input.context, runConfig });
  return await inThread(
    thread,
    { calls, signal },
    (peer) =>
      peer.call("runServerApp", {
        moduleUrl: moduleUrl(app, modulePath),
        attribute,
        context,
        runId,
        runFolder,
      }),
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

function detailsOf(failure: Failure): string {
  if (failure === INTERRUPTED) return failure.message;
  const text = failure.type === "Error" ? failure.message : `${failure.type}: ${failure.message}`;
  return `ServerApp failed with exception: ${text}`;
}

/** For the run's log, where the app's author looks. */
function traceOf(failure: Failure): string {
  const lines = (failure.stack ?? `${failure.type}: ${failure.message}`).split("\n");
  return logLine("ERROR", ["ServerApp failed:", ...lines].join("\n"));
}
