import { type NodeId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Metadata } from "../model/message.ts";
import type { Task, TaskType } from "../model/task.ts";
import { isExpired } from "./message_life.ts";

/** What a task may be asked to be made of. */
export type TaskReference = "fab_hash" | "model_ref" | "connector_ref";

/** What a task of each type cannot do without. */
const required: Readonly<Record<TaskType, TaskReference | undefined>> = {
  "flwr-serverapp": "fab_hash",
  "flwr-clientapp": "fab_hash",
  "flwr-agentapp": "fab_hash",
  "flwr-model": "model_ref",
  "flwr-connector": "connector_ref",
  "flwr-simulation": undefined,
};

/** Whether a task asks for another one that can be. `text` is what official servers answer when not. */
export type TaskRequestVerdict =
  | { readonly outcome: "valid"; readonly type: TaskType }
  | { readonly outcome: "refused"; readonly text: string };

/** Judges the request of one task for another. */
export function judgeTaskRequest(
  request: { readonly type: string } & Readonly<Partial<Record<TaskReference, string>>>,
): TaskRequestVerdict {
  const { type } = request;
  if (!Object.hasOwn(required, type)) return { outcome: "refused", text: `Invalid task type: ${type}` };
  const field = required[type as TaskType];
  if (field && !request[field]) {
    return { outcome: "refused", text: `Task type '${type}' requires ${field}.` };
  }
  return { outcome: "valid", type: type as TaskType };
}

/** Whether a message may go from one task to another: unfinished ones of one run, in one place, in time. */
export function mayGoBetweenTasks(
  message: Metadata,
  { sender, receiver, nowMs }: { sender: Task; receiver: Task | undefined; nowMs: number },
): boolean {
  const here: NodeId = SUPERLINK_NODE_ID;
  return message.runId === sender.runId && message.messageId !== "" &&
    receiver?.runId === message.runId && receiver.status !== "finished" &&
    message.srcNodeId === here && message.dstNodeId === here &&
    !isExpired(message, nowMs);
}
