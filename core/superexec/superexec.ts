import type { AppEnd, AppIoEndpoint, AppPlugin, AppRuntime, Clock, Launcher, Log } from "../io/ports.ts";
import type { RunId, TaskId } from "../model/ids.ts";
import { Metadata } from "../rpc/metadata.ts";
import type { RpcClient } from "../rpc/client.ts";
import { asOurs, isOurs } from "../rpc/peer.ts";
import { RpcError } from "../rpc/status.ts";
import type { clientAppIo } from "../wire/methods.ts";
import { failureOf } from "./app_end.ts";
import { appRuntimeOf, COMPONENT_HEADER } from "./app_runtime.ts";

/** What a SuperExec asks of AppIo. Both AppIo services have these, with the same messages. */
export type SuperExecMethods = Pick<
  typeof clientAppIo,
  "PullPendingTasks" | "ClaimTask" | "PushTaskOutput"
>;

/** What a SuperExec is made of. */
export interface SuperExecOptions {
  /** Speaks to the AppIo service whose tasks are executed; waits for it when it is away. */
  readonly appIo: RpcClient;
  /** The methods of that service. */
  readonly methods: SuperExecMethods;
  readonly plugin: AppPlugin;
  /** Belongs to the SuperExec from here on: it is stopped with it. */
  readonly launcher: Launcher;
  /** Where the app processes reach the same AppIo service. */
  readonly endpoint: AppIoEndpoint;
  readonly clock: Clock;
  readonly log: Log;
  /** For tasks of an official SuperLink or SuperNode, which does not say what an app is written in. */
  readonly appRuntimeDefault: AppRuntime;
}

/** Fetches tasks and has app processes work on them. */
export interface SuperExec {
  /**
   * Works until the signal is aborted and every process is gone.
   * @throws {RpcError} when AppIo refuses this SuperExec
   */
  run(signal: AbortSignal): Promise<void>;
}

/** The pause after a look that led to nothing, when the service did not hold the poll itself. Milliseconds. */
const PAUSE_MS = 1_000;
/** How long the report about a dead process may take, and how often it is tried. Milliseconds. */
const REPORT_TIMEOUT_MS = 5_000;

/** Refusals that no later try can change. */
const FINAL = new Set(["UNAUTHENTICATED", "FAILED_PRECONDITION", "PERMISSION_DENIED", "UNIMPLEMENTED"]);

/** Makes a SuperExec; nothing happens before `run`. */
export function createSuperExec(options: SuperExecOptions): SuperExec {
  return { run: (signal) => new Executor(options).run(signal) };
}

/**
 * A process that exits with 0 has reported the end of its task itself, as Python's do each time. One that only
 * claims so is found out when the task's token lapses.
 */
function isCleanExit(end: AppEnd): boolean {
  return end.kind === "exited" && end.code === 0;
}

/** A ServerApp and all its SuperNodes in one. */
const SIMULATION = "flwr-simulation";

/** The tasks that each plugin has worked on. */
const TASK_TYPES: Readonly<Record<AppPlugin, readonly string[]>> = {
  serverapp: ["flwr-serverapp", SIMULATION],
  clientapp: ["flwr-clientapp"],
};

interface Claimed {
  readonly taskId: TaskId;
  readonly runId: RunId;
  readonly simulates: boolean;
  readonly token: string;
  /** Whether one of ours gave the task: it wants to hear at once of a process that died. */
  readonly fromOurs: boolean;
  readonly runtime: AppRuntime;
}

class Executor {
  readonly #working = new Set<Promise<void>>();
  #stopping = false;

  constructor(readonly options: SuperExecOptions) {}

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) await this.#turn(signal);
    } finally {
      this.#stopping = true;
      await this.options.launcher.stop();
      await Promise.all(this.#working);
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.options;
    const since = clock.now();
    try {
      if (await this.#launchPending(signal) > 0) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RpcError) || FINAL.has(error.code)) throw error;
      log.warn(`Cannot get tasks: ${error.details}`);
    }
    const rest = PAUSE_MS - (clock.now() - since);
    if (rest > 0) await clock.sleep(rest, signal);
  }

  async #launchPending(signal: AbortSignal): Promise<number> {
    const { appIo, methods, plugin } = this.options;
    const { tasks } = await appIo.call(methods.PullPendingTasks, {}, { metadata: asOurs(), signal });
    let launched = 0;
    // A task that nothing here can run stays for a SuperExec that can.
    for (const task of tasks.filter(({ type }) => TASK_TYPES[plugin].includes(type))) {
      const claiming = {
        taskId: BigInt(task.task_id),
        runId: BigInt(task.run_id),
        simulates: task.type === SIMULATION,
      };
      const claimed = await this.#claim(claiming, signal);
      if (claimed === undefined) continue;
      this.#launch(claimed);
      launched++;
    }
    return launched;
  }

  /** Undefined when another SuperExec was faster. */
  async #claim(
    task: Pick<Claimed, "taskId" | "runId" | "simulates">,
    signal: AbortSignal,
  ): Promise<Claimed | undefined> {
    const { appIo, methods, appRuntimeDefault } = this.options;
    const request = { task_id: task.taskId };
    const { response, headers } = await appIo.callWithHeaders(methods.ClaimTask, request, {
      metadata: asOurs(),
      signal,
    });
    if (!response.token) return undefined;
    const component = headers.text(COMPONENT_HEADER);
    const fromOurs = component !== undefined || isOurs(headers);
    const runtime = component === undefined ? appRuntimeDefault : appRuntimeOf(component);
    return { ...task, token: response.token, fromOurs, runtime };
  }

  #launch(task: Claimed): void {
    const { launcher, plugin, endpoint, log } = this.options;
    const { runtime, runId, taskId, token } = task;
    const order = { plugin, runtime, runId, taskId, token, appIo: endpoint };
    log.debug(`Starting ${runtime} flwr-${plugin} for task ${taskId} of run ${runId}`);
    const process = launcher.start(task.simulates ? { ...order, simulates: true } : order);
    const work = process.ended.then((end) => this.#ended(task, end)).finally(() =>
      this.#working.delete(work)
    );
    this.#working.add(work);
  }

  async #ended(task: Claimed, end: AppEnd): Promise<void> {
    const { plugin, log } = this.options;
    if (end.kind === "ready" || (!this.#stopping && isCleanExit(end))) return;
    const details = this.#stopping
      ? "The SuperExec that ran it was stopped"
      : failureOf(end, task.simulates ? "simulation" : plugin);
    if (end.kind === "notStarted") log.error(details);
    // An official SuperNode answers for a dead ClientApp only when the task's token lapses: telling it sooner
    // would leave it waiting for a reply for ever.
    if (plugin === "clientapp" && !task.fromOurs) return;
    if (await this.#report(task, details)) log.warn(`[RUN ${task.runId}] ${details}`);
  }

  /** Whether the task had not been finished by its process, and is now. */
  async #report(task: Claimed, details: string): Promise<boolean> {
    const { appIo, methods, clock, log } = this.options;
    const request = { sub_status: "failed", details };
    const metadata = new Metadata([["flwr-task-token", task.token]]);
    const patience = new AbortController();
    const over = new AbortController();
    clock.sleep(REPORT_TIMEOUT_MS, over.signal).then(() => patience.abort());
    try {
      await appIo.call(methods.PushTaskOutput, request, { metadata, signal: patience.signal });
      return true;
    } catch (error) {
      // A token that is worth nothing belongs to a task that is over.
      const finished = error instanceof RpcError && error.code === "UNAUTHENTICATED";
      if (!finished) log.debug(`Cannot report the end of task ${task.taskId}: ${error}`);
      return false;
    } finally {
      over.abort();
    }
  }
}
