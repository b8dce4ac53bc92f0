import type { PullTaskMessageRequest, PushTaskMessageRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { Metadata } from "../model/message.ts";
import type { Task } from "../model/task.ts";
import { isExpired } from "../rules/message_life.ts";
import { mayGoBetweenTasks } from "../rules/task_request.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { serverAppIo } from "../wire/methods.ts";
import { envelopeFromProto } from "../wire/message.ts";
import type { Context } from "./callers.ts";
import type { Link } from "./link.ts";
import { liveTask } from "./live_task.ts";

/** How tasks of a run speak with each other. */
export function taskMessages(link: Link): Route<Caller>[] {
  return [
    route(
      serverAppIo.PushTaskMessage,
      (request, { caller }: Context) => pushTaskMessage(link, request, callingTask(caller)),
    ),
    route(
      serverAppIo.PullTaskMessage,
      (request, { caller }: Context) => pullTaskMessage(link, request, callingTask(caller)),
    ),
  ];
}

async function pushTaskMessage(link: Link, request: PushTaskMessageRequest, caller: Task) {
  if (request.message?.metadata?.src_task_id !== String(caller.taskId)) {
    const details = "`Message.metadata.src_task_id` does not match the authenticated task.";
    throw new RpcError("FAILED_PRECONDITION", details);
  }
  const { metadata } = envelopeFromProto(request.message);
  const fits = await mayBeStored(link, { metadata, caller });
  if (!fits || !link.taskMessages.add({ metadata, message: structuredClone(request.message) })) {
    throw new RpcError("FAILED_PRECONDITION", "Task message could not be stored.");
  }
  return { message_id: metadata.messageId };
}

async function mayBeStored(
  link: Link,
  { metadata, caller }: { metadata: Metadata; caller: Task },
): Promise<boolean> {
  return await link.store.transaction(async (tx) => {
    const sender = await liveTask(link, tx, caller);
    const receiver = await tx.task(metadata.dstTaskId ?? 0n);
    return mayGoBetweenTasks(metadata, { sender, receiver, nowMs: link.clock.now() });
  });
}

async function pullTaskMessage(link: Link, request: PullTaskMessageRequest, caller: Task) {
  await link.store.transaction((tx) => liveTask(link, tx, caller));
  const limit = request.limit === undefined ? Infinity : Number(request.limit);
  const nowMs = link.clock.now();
  const expired = (metadata: Metadata) => isExpired(metadata, nowMs);
  return { messages: link.taskMessages.take(caller, { limit, isExpired: expired }) };
}
