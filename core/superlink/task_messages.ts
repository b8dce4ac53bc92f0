import type { Init, Message, PullTaskMessageRequest, PushTaskMessageRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { RunId } from "../model/ids.ts";
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

/** A message between two tasks of a run; its content is inside. */
interface TaskMessage {
  readonly metadata: Metadata;
  readonly message: Init<Message>;
}

/**
 * Messages that tasks of a run send each other. They are kept in memory only: they are questions and answers of
 * processes that live at the same time, and whoever asked asks again when one is lost.
 */
export class TaskMessages {
  readonly #byRun = new Map<RunId, TaskMessage[]>();

  /** Keeps a message; false when its id is known in the run. */
  add(message: TaskMessage): boolean {
    const { runId, messageId } = message.metadata;
    const messages = this.#byRun.get(runId) ?? [];
    if (messages.some((other) => other.metadata.messageId === messageId)) return false;
    this.#byRun.set(runId, [...messages, message]);
    return true;
  }

  /** Takes out what a task was sent, oldest first, at most `limit`; what has expired goes unread. */
  take(task: Pick<Task, "runId" | "taskId">, options: { limit: number; nowMs: number }): Init<Message>[] {
    const messages = this.#byRun.get(task.runId) ?? [];
    const alive = messages.filter(({ metadata }) => !isExpired(metadata, options.nowMs));
    const taken = alive
      .filter(({ metadata }) => metadata.dstTaskId === task.taskId)
      .sort((a, b) => a.metadata.createdAt - b.metadata.createdAt)
      .slice(0, options.limit);
    this.#byRun.set(task.runId, alive.filter((message) => !taken.includes(message)));
    return taken.map(({ message }) => message);
  }

  /** The run is over. */
  forget(run: RunId): void {
    this.#byRun.delete(run);
  }
}

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
  return { messages: link.taskMessages.take(caller, { limit, nowMs: link.clock.now() }) };
}
