import {
  type ClaimTaskRequest,
  type Context as ContextProto,
  decode,
  encode,
  type GetRunRequest,
  type Init,
  type PushTaskOutputRequest,
} from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import { hashToken } from "../auth/task_token.ts";
import type { Task } from "../model/task.ts";
import { hold } from "../rpc/hold.ts";
import { holdMs, isOurs } from "../rpc/peer.ts";
import { type CallContext, type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { asEnding } from "../rules/task_life.ts";
import { configToProto } from "../wire/config.ts";
import { clientAppIo } from "../wire/methods.ts";
import { taskToProto } from "../wire/run.ts";
import type { KnownRun } from "./known_runs.ts";
import { news, type NodeState } from "./node_state.ts";
import { happen, liveTask } from "./tasks.ts";

type Context = CallContext<Caller>;

/** A token is as long as those of official SuperNodes. Bytes, written as twice as many hex digits. */
const TOKEN_BYTES = 128;

/** How a SuperExec finds tasks, and how app processes begin, go on with and end them. */
export function taskRoutes(state: NodeState): Route<Caller>[] {
  return [
    route(clientAppIo.PullPendingTasks, (_, context: Context) => pullPendingTasks(state, context)),
    route(clientAppIo.ClaimTask, (request, context: Context) => claimTask(state, request, context)),
    route(clientAppIo.GetRun, (request, _: Context) => getRun(state, request)),
    route(
      clientAppIo.SendTaskHeartbeat,
      (_, context: Context) => sendHeartbeat(state, context),
    ),
    route(clientAppIo.PullTaskInput, (_, context: Context) => pullTaskInput(state, context)),
    route(
      clientAppIo.PushTaskOutput,
      (request, { caller }: Context) => pushTaskOutput(state, request, callingTask(caller)),
    ),
  ];
}

/** Holds the call until there is a task to do. */
async function pullPendingTasks({ store, wakeups, clock }: NodeState, { metadata, signal }: Context) {
  const look = async () => {
    const pending = await store.transaction((tx) => tx.pendingTasks());
    return pending.length > 0 ? pending : undefined;
  };
  const tasks = await hold(look, { wakeups, keys: [news.tasks], maxMs: holdMs(metadata), clock, signal });
  return { tasks: (tasks ?? []).map(taskToProto) };
}

/** Gives the task to the first who asks. Without a token: somebody else was first, or there is no such task. */
async function claimTask(state: NodeState, request: ClaimTaskRequest, context: Context) {
  const token = state.random.bytes(TOKEN_BYTES).toHex();
  const taskId = BigInt(request.task_id);
  const change = await happen(state, taskId, { kind: "claim", tokenHash: hashToken(token) });
  if (change?.outcome !== "changed") return {};
  const component = state.runs.get(change.task.runId)?.clientapp;
  // Official SuperExecs know from their command line which program to start; ours learn it here.
  if (isOurs(context.metadata) && change.task.type === "flwr-clientapp" && component) {
    context.setHeader("corolla-app-component", component);
  }
  return { token };
}

function getRun(state: NodeState, request: GetRunRequest) {
  const run = state.runs.get(BigInt(request.run_id));
  return Promise.resolve(run ? { run: run.proto } : {});
}

/** A caller that asks for it is answered late, or at once when its task is over: so it hears of a stop. */
async function sendHeartbeat(state: NodeState, { caller, metadata, signal }: Context) {
  const { store, wakeups, clock } = state;
  const task = callingTask(caller);
  const change = await happen(state, task.taskId, { kind: "heartbeat" });
  const look = () => store.transaction(async (tx) => void await liveTask(state, tx, task));
  await hold(look, { wakeups, keys: [news.task(task.taskId)], maxMs: holdMs(metadata, 0), clock, signal });
  return { success: change?.outcome === "changed" };
}

/** Starts the task and gives all that is needed for it beside the message; again, when the answer may be lost. */
async function pullTaskInput(state: NodeState, { caller, connection }: Context) {
  const { taskId, runId } = callingTask(caller);
  const run = state.runs.get(runId);
  if (!run) throw new RpcError("NOT_FOUND", `Run ${runId} not found in NodeState.`);
  const context = await contextOf(state, run);
  const work = state.works.get(taskId);
  const change = await happen(state, taskId, { kind: "start", mayBeLost: work?.isInputLost });
  if (change?.outcome !== "changed") throw new RpcError("FAILED_PRECONDITION", "Failed to start task.");
  work?.giveInput(connection);
  return { context, run: run.proto, fab: run.fab };
}

/** What the app remembers in this series of runs, with the settings of this run and node. */
async function contextOf(
  { store, nodeId, nodeConfig }: NodeState,
  { info, runConfig }: KnownRun,
): Promise<Init<ContextProto>> {
  const remembered = await store.transaction((tx) => tx.context(info.seriesId));
  return {
    run_id: info.runId,
    node_id: nodeId,
    node_config: configToProto(nodeConfig),
    state: remembered ? decode("Context", remembered).state ?? { items: [] } : { items: [] },
    run_config: configToProto(runConfig),
    series_id: info.seriesId,
  };
}

/** Ends the task as its app process says. Whoever shows a valid token is never refused, only not listened to. */
async function pushTaskOutput(state: NodeState, request: PushTaskOutputRequest, { taskId, runId }: Task) {
  const subStatus = asEnding(request.sub_status);
  const run = state.runs.get(runId);
  // Before the task is over, since the next one of the series begins then.
  if (subStatus && run && request.context) {
    const context = encode("Context", request.context);
    await state.store.transaction((tx) => tx.putContext(run.info.seriesId, context));
  }
  const { details } = request;
  const change = subStatus && await happen(state, taskId, { kind: "end", subStatus, details });
  if (!change || change.outcome === "refused") {
    state.log.error(`Failed to finish task ${taskId} of run ${runId} as "${request.sub_status}"`);
  }
  return {};
}
