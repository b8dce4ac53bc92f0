import { decode, encode, type PushTaskOutputRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { RunId } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { asEnding } from "../rules/task_life.ts";
import { hold } from "../rpc/hold.ts";
import { holdMs } from "../rpc/peer.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { serverAppIo } from "../wire/methods.ts";
import { runToProto } from "../wire/run.ts";
import type { Context } from "./callers.ts";
import { type Afterwards, change, type Link } from "./link.ts";
import { liveTask } from "./live_task.ts";
import { news } from "./news.ts";
import { simulationInput } from "./simulation.ts";
import { changeTask, stateOfRun } from "./task_changes.ts";

/** What an app process does with its task. */
export function taskWork(link: Link): Route<Caller>[] {
  return [
    route(
      serverAppIo.SendTaskHeartbeat,
      (_, context: Context) => sendTaskHeartbeat(link, context),
    ),
    route(serverAppIo.PullTaskInput, (_, context: Context) => pullTaskInput(link, context)),
    route(
      serverAppIo.PushTaskOutput,
      (request, { caller }: Context) => pushTaskOutput(link, request, callingTask(caller)),
    ),
  ];
}

/** A caller that asks for it is answered late, or at once when its task is over: so it hears of a stop. */
async function sendTaskHeartbeat(link: Link, { caller, metadata, signal }: Context) {
  const task = callingTask(caller);
  const success = await change(link, async (tx, afterwards) => {
    const changing = { tx, afterwards };
    const event = { kind: "heartbeat" } as const;
    const answer = await changeTask(link, changing, { task: await liveTask(link, tx, task), event });
    return answer.outcome === "changed";
  });
  const { wakeups, clock } = link;
  const look = () => link.store.transaction(async (tx) => void await liveTask(link, tx, task));
  await hold(look, { wakeups, keys: [news.runOver(task.runId)], maxMs: holdMs(metadata, 0), clock, signal });
  return { success };
}

/** Starts the task and gives it all it needs; again, when the answer may have been lost. */
async function pullTaskInput(link: Link, { caller: by, connection }: Context) {
  const caller = callingTask(by);
  const { taskId, runId } = caller;
  const input = await change(link, async (tx, afterwards) => {
    const task = await liveTask(link, tx, caller);
    // The run is told as it was before: official servers do, too.
    const found = await inputOf(link, tx, runId);
    if (!found) return undefined;
    const event = { kind: "start", mayBeLost: link.inputs.mayBeLost(taskId) } as const;
    const answer = await changeTask(link, { tx, afterwards }, { task, event });
    if (answer.outcome === "refused") return undefined;
    const { run, fab, context, primaryTask } = found;
    afterwards(() => link.inputs.given(taskId, connection));
    return {
      context: decode("Context", context),
      run: runToProto(run, primaryTask),
      fab: { hash_str: fab.hash, content: fab.content, verifications: fab.verifications },
      ...simulationInput(run),
      task_id: taskId,
    };
  });
  if (!input) throw new RpcError("FAILED_PRECONDITION", `Failed to start task ${taskId} of run ${runId}`);
  link.log.info(`Started task ${taskId} of run ${runId}`);
  return input;
}

async function inputOf(link: Link, tx: Transaction, runId: bigint) {
  const state = await stateOfRun(link, tx, runId);
  const fab = state && await tx.fab(state.run.fabHash);
  const context = state && await tx.context(state.run.seriesId);
  return state && fab && context ? { ...state, fab, context } : undefined;
}

/** Ends the task as its app process says. Whoever shows a valid token is never refused, only not listened to. */
async function pushTaskOutput(link: Link, request: PushTaskOutputRequest, caller: Task) {
  const { taskId, runId } = caller;
  const subStatus = asEnding(request.sub_status);
  const finished = await change(link, async (tx, afterwards) => {
    const task = await liveTask(link, tx, caller);
    const { clientapp_runtime: clientAppRuntimeS } = request;
    if (clientAppRuntimeS) await link.traffic.settle(tx, runId, { afterwards, clientAppRuntimeS });
    if (!subStatus) return false;
    const event = { kind: "end", subStatus, details: request.details } as const;
    const answer = await changeTask(link, { tx, afterwards }, { task, event });
    if (answer.outcome === "refused") return false;
    const hint = subStatus === "failed" ? link.explain?.(request.details) : undefined;
    if (hint !== undefined) await tellRun(link, { tx, afterwards }, { runId, text: `${hint}\n` });
    const { context } = request;
    if (context) await keepContext(tx, caller, encode("Context", { ...context, state: context.state ?? {} }));
    return true;
  });
  if (finished) link.log.info(`Finished task ${taskId} of run ${runId}`);
  else link.log.error(`Failed to finish task ${taskId} of run ${runId} as "${request.sub_status}"`);
  return {};
}

/** Adds a line to a run's log. */
async function tellRun(
  link: Link,
  { tx, afterwards }: { tx: Transaction; afterwards: Afterwards },
  { runId, text }: { runId: RunId; text: string },
): Promise<void> {
  await tx.appendLog(runId, link.clock.now() / 1_000, text);
  afterwards(() => link.wakeups.notify(news.logs(runId)));
}

/** The state that a series goes on with is that of its runs' primary tasks. */
async function keepContext(tx: Transaction, task: Task, context: Uint8Array): Promise<void> {
  const run = await tx.run(task.runId);
  if (run?.primaryTaskId === task.taskId) await tx.putContext(run.seriesId, context);
}
