import type {
  ConfirmMessageReceivedRequest,
  Init,
  PullObjectRequest,
  PullObjectResponse,
  PushAppMessagesRequest,
  PushObjectRequest,
} from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import { postOrder } from "../model/object_tree.ts";
import type { Task } from "../model/task.ts";
import { hold } from "../rpc/hold.ts";
import { type CallContext, type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { TreeTooLargeError } from "../store/object_closure.ts";
import { envelopeFromProto, envelopeToProto, treeFromProto, treeToProto } from "../wire/message.ts";
import { clientAppIo } from "../wire/methods.ts";
import { isObjectId } from "../wire/object.ts";
import { contentRoom, pulledAroundContent } from "../rpc/content_room.ts";
import { giveBack } from "../rpc/give_back.ts";
import { news, type NodeState } from "./node_state.ts";
import { liveTask } from "./tasks.ts";
import type { Announced, Work } from "./work.ts";

type Context = CallContext<Caller>;

/** How long an app process may wait for its message: as long as it takes to come. Milliseconds. */
const ARRIVAL_MS = 86_400_000;

/** How a ClientApp gets its one message and gives its reply, both object by object. */
export function messageRoutes(state: NodeState): Route<Caller>[] {
  const runOf = ({ caller }: Context) => callingTask(caller).runId;
  return [
    route(clientAppIo.PullMessages, (_, context: Context) => pullMessages(state, context)),
    route(
      clientAppIo.PushMessages,
      (request, { caller }: Context) => pushMessages(state, request, callingTask(caller)),
    ),
    route(clientAppIo.PushObject, (request, context: Context) => pushObject(state, request, runOf(context))),
    route(
      pulledAroundContent(clientAppIo.PullObject),
      (request, context: Context) => pullObject(state, request, context),
    ),
    route(
      clientAppIo.ConfirmMessageReceived,
      (request, context: Context) => confirm(state, request, runOf(context)),
    ),
  ];
}

/** Gives the message of the task, as soon as all of it is here. */
async function pullMessages(state: NodeState, { caller, signal }: Context) {
  const { clock, wakeups, store, works } = state;
  const task = callingTask(caller);
  const { taskId, runId } = task;
  const look = async () => {
    await store.transaction((tx) => liveTask(state, tx, task));
    const work = works.get(taskId);
    if (!work || work.isTaken) {
      throw new RpcError("NOT_FOUND", `No message found for run ${runId} in NodeState.`);
    }
    return work.arrived ? work : undefined;
  };
  const keys = [news.input(taskId), news.task(taskId)];
  const work = await hold(look, { wakeups, keys, maxMs: ARRIVAL_MS, clock, signal });
  if (!work) throw new RpcError("CANCELLED", "The message did not come in time");
  work.take(clock.now());
  const { envelope, tree } = work.instruction;
  return { messages_list: [envelopeToProto(envelope)], message_object_trees: [treeToProto(tree)] };
}

/** Takes the reply; gives the ids of its objects that are not here. */
async function pushMessages(state: NodeState, request: PushAppMessagesRequest, task: Task) {
  if (request.messages_list.length !== 1 || request.message_object_trees.length !== 1) {
    throw invalid("ClientAppIo.PushMessages expects exactly one message and one object tree.");
  }
  const work = state.works.get(task.taskId);
  const reply = replyIn(request);
  const fault = work ? faultOf(reply, { work, task }) : "its task is over";
  if (fault !== undefined) throw invalid(`Cannot take the reply: ${fault}`);
  const { runId, messageId } = reply.envelope.metadata;
  const parcel = { runId, messageId, src: state.nodeId, dst: SUPERLINK_NODE_ID };
  const announcement = await state.store.transaction(async (tx) => {
    await liveTask(state, tx, task);
    return await state.objects.announce(tx, parcel, postOrder(reply.tree));
  }).catch(refuseTooLarge);
  if (announcement.kind === "taken") {
    throw invalid("Cannot take the reply: its id is that of another message");
  }
  if (!work!.announce(reply, state.clock.now())) throw invalid("Cannot take the reply: there is one already");
  if (announcement.complete) work!.completeReply();
  return { objects_to_push: announcement.missing };
}

function replyIn(request: PushAppMessagesRequest): Announced {
  try {
    return {
      envelope: envelopeFromProto(request.messages_list[0]),
      tree: treeFromProto(request.message_object_trees[0]),
    };
  } catch (error) {
    throw invalid(`Cannot take the reply: ${error instanceof Error ? error.message : error}`);
  }
}

function faultOf(
  { envelope: { metadata }, tree }: Announced,
  { work, task }: { work: Work; task: Task },
): string | undefined {
  if (metadata.runId !== task.runId) return "it names another run";
  if (metadata.replyToMessageId !== work.instruction.envelope.metadata.messageId) {
    return "it replies to another message";
  }
  if (metadata.messageId !== tree.objectId) return "the object tree is not that of the message";
  if (!postOrder(tree).every(isObjectId)) return "the object tree names what is no object";
  return undefined;
}

async function pushObject(state: NodeState, request: PushObjectRequest, run: bigint) {
  const { object_id: objectId, object_content: content } = request;
  const taken = await state.objects.accept({ run, sender: state.nodeId, objectId, content });
  giveBack(content);
  if (taken.kind === "malformed") throw new RpcError("FAILED_PRECONDITION", taken.reason);
  if (taken.kind === "stored") {
    for (const { messageId } of taken.completed) {
      completeReply(state, messageId);
    }
  }
  if (taken.kind === "notAnnounced" || taken.kind === "hashMismatch") {
    state.log.warn(`Object ${objectId} of run ${run} from a ClientApp is not stored: ${taken.kind}`);
    return { stored: false };
  }
  return { stored: true };
}

function completeReply({ works }: NodeState, messageId: string): void {
  for (const work of works.values()) {
    if (work.announced?.envelope.metadata.messageId === messageId) work.completeReply();
  }
}

/** Gives an object as soon as there is room in memory to read it. */
async function pullObject(
  state: NodeState,
  { object_id: objectId }: PullObjectRequest,
  context: Context,
): Promise<Init<PullObjectResponse>> {
  const { runId } = callingTask(context.caller);
  const content = await state.store.transaction((tx) => tx.content(objectId));
  const sizeBytes = content?.sizeBytes ?? 0;
  await context.reserve(sizeBytes);
  const reading = await state.objects.read(runId, state.nodeId, objectId, contentRoom(sizeBytes));
  if (reading.kind !== "content") {
    return { object_found: reading.kind === "announced", object_available: false };
  }
  return { object_found: true, object_available: true, object_content: reading.content };
}

async function confirm(state: NodeState, request: ConfirmMessageReceivedRequest, run: bigint) {
  await state.objects.confirm(run, state.nodeId, request.message_object_id);
  return {};
}

function refuseTooLarge(error: unknown): never {
  if (error instanceof TreeTooLargeError) throw invalid(`Cannot take the reply: ${error.message}`);
  throw error;
}

function invalid(details: string): RpcError {
  return new RpcError("INVALID_ARGUMENT", details);
}
