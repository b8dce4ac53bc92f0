import type {
  CreateTaskRequest,
  PullTaskMessageRequest,
  PushLogsRequest,
  PushTaskEventsRequest,
  PushTaskMessageRequest,
} from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { Metadata } from "../model/message.ts";
import type { Task } from "../model/task.ts";
import { type CallContext, type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { isExpired } from "../rules/message_life.ts";
import { judgeTaskRequest, mayGoBetweenTasks } from "../rules/task_request.ts";
import { envelopeFromProto } from "../wire/message.ts";
import { clientAppIo } from "../wire/methods.ts";
import { news, type NodeState } from "./node_state.ts";
import { createTask, liveTask } from "./tasks.ts";

type Context = CallContext<Caller>;

/** What an app process may do beside its one message. */
export function otherRoutes(state: NodeState): Route<Caller>[] {
  return [
    route(clientAppIo.GetNodes, (_, __: Context) => Promise.reject(noNodes())),
    route(
      clientAppIo.CreateTask,
      (request, { caller }: Context) => askForTask(state, request, callingTask(caller)),
    ),
    route(
      clientAppIo.PushTaskMessage,
      (request, { caller }: Context) => pushTaskMessage(state, request, callingTask(caller)),
    ),
    route(
      clientAppIo.PullTaskMessage,
      (request, { caller }: Context) => pullTaskMessage(state, request, callingTask(caller)),
    ),
    route(
      clientAppIo.PushTaskEvents,
      (request, { caller }: Context) => pushTaskEvents(state, request, callingTask(caller)),
    ),
    route(
      clientAppIo.PushLogs,
      (request, { caller }: Context) => pushLogs(state, request, callingTask(caller)),
    ),
  ];
}

function noNodes(): RpcError {
  return new RpcError("UNIMPLEMENTED", "GetNodes is not available on ClientAppIo.");
}

async function askForTask(state: NodeState, request: CreateTaskRequest, caller: Task) {
  const verdict = judgeTaskRequest(request);
  if (verdict.outcome === "refused") throw new RpcError("FAILED_PRECONDITION", verdict.text);
  const { fab_hash: fabHash, model_ref: modelRef, connector_ref: connectorRef } = request;
  const taskId = await state.store.transaction(async (tx) => {
    const { runId } = await liveTask(state, tx, caller);
    return await createTask(state, tx, { runId, type: verdict.type, fabHash, modelRef, connectorRef });
  });
  state.wakeups.notify(news.tasks);
  return { task_id: taskId };
}

async function pushTaskMessage(state: NodeState, request: PushTaskMessageRequest, caller: Task) {
  if (request.message?.metadata?.src_task_id !== String(caller.taskId)) {
    const details = "`Message.metadata.src_task_id` does not match the authenticated task.";
    throw new RpcError("FAILED_PRECONDITION", details);
  }
  const { metadata } = envelopeFromProto(request.message);
  const fits = await state.store.transaction(async (tx) => {
    const sender = await liveTask(state, tx, caller);
    const receiver = await tx.task(metadata.dstTaskId ?? 0n);
    return mayGoBetweenTasks(metadata, { sender, receiver, nowMs: state.clock.now() });
  });
  // The request's bytes are reused once the call is over.
  if (!fits || !state.taskMessages.add({ metadata, message: structuredClone(request.message) })) {
    throw new RpcError("FAILED_PRECONDITION", "Task message could not be stored.");
  }
  return { message_id: metadata.messageId };
}

async function pullTaskMessage(state: NodeState, request: PullTaskMessageRequest, caller: Task) {
  await state.store.transaction((tx) => liveTask(state, tx, caller));
  const limit = request.limit === undefined ? Infinity : Number(request.limit);
  const nowMs = state.clock.now();
  const expired = (metadata: Metadata) => isExpired(metadata, nowMs);
  return { messages: state.taskMessages.take(caller, { limit, isExpired: expired }) };
}

/** Nobody can ask a node for the events of its tasks, so they are said and not kept. */
function pushTaskEvents({ log }: NodeState, { events }: PushTaskEventsRequest, { runId, taskId }: Task) {
  for (const { event, data } of events) log.debug(`[RUN ${runId}] Task ${taskId}: ${event} ${data}`);
  return Promise.resolve({});
}

/** A node keeps no log of its runs; its operator sees what apps say. */
function pushLogs({ log }: NodeState, { logs }: PushLogsRequest, { runId }: Task) {
  const text = logs.join("").trimEnd();
  if (text !== "") log.info(`[RUN ${runId}] ${text}`);
  return Promise.resolve({});
}
