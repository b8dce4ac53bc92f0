/**
 * Messages as Flower 1.14.0 calls them: an instruction is a TaskIns, an answer a TaskRes, each with all its content.
 *
 * @module
 */
import type { Task, TaskIns, TaskRes } from "../../proto/flwr_1_14.ts";
import type { Init } from "../../proto/init.ts";
import { Message, MessageMetadata } from "../model/app_message.ts";
import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import { ErrorCode, type MessageError, type Metadata } from "../model/message.ts";
import { recordSetFromProto, recordSetToProto } from "./legacy_record_set.ts";

/** The SuperLink has no id of its own there. */
const SUPERLINK = { node_id: 0n, anonymous: true } as const;

/**
 * An instruction as a node gets it from a SuperLink of 1.14.0, without a message id.
 * @throws {TypeError} when it has no records, or some that cannot be said today
 * @throws {RangeError} when its type is none of Flower's
 */
export function instructionOf({ run_id, group_id, task }: TaskIns): Message {
  const metadata = new MessageMetadata({
    runId: BigInt(run_id),
    messageId: "",
    srcNodeId: SUPERLINK_NODE_ID,
    dstNodeId: BigInt(task?.consumer?.node_id ?? 0),
    replyToMessageId: "",
    groupId: group_id,
    ttl: task?.ttl ?? 0,
    messageType: task?.task_type ?? "",
    createdAt: task?.created_at ?? 0,
  });
  if (!task?.recordset) throw new TypeError("Cannot read an instruction as it must have records");
  return new Message(recordSetFromProto(task.recordset), metadata);
}

/** What a node answers to an instruction: records or an error. */
export interface Answer {
  readonly body: Message | MessageError;
  /** Unix seconds. */
  readonly createdAt: number;
}

/** The answer of a node to an instruction. It lives as long as that does, which is the most that 1.14.0 takes. */
export function taskResOf(
  { task_id, group_id, run_id, task: asked }: TaskIns,
  answer: Answer,
): Init<TaskRes> {
  const { createdAt, body } = answer;
  const task: Init<Task> = {
    producer: { node_id: asked?.consumer?.node_id, anonymous: false },
    consumer: SUPERLINK,
    created_at: createdAt,
    ttl: (asked?.created_at ?? 0) + (asked?.ttl ?? 0) - createdAt,
    ancestry: [task_id],
    task_type: asked?.task_type,
    ...contentOf(body),
  };
  return { group_id, run_id, task };
}

function contentOf(body: Message | MessageError): Pick<Init<Task>, "error" | "recordset"> {
  if (!(body instanceof Message)) return { error: { code: body.code, reason: body.reason } };
  return body.hasError() ? contentOf(body.error) : { recordset: recordSetToProto(body.content) };
}

/** An instruction for a node. Its time of dispatch is `nowMs` (Unix milliseconds). */
export function taskInsOf(message: Message, nowMs: number): Init<TaskIns> {
  const { metadata } = message;
  const task: Init<Task> = {
    producer: SUPERLINK,
    consumer: { node_id: metadata.dstNodeId, anonymous: false },
    created_at: metadata.createdAt,
    pushed_at: nowMs / 1_000,
    ttl: metadata.ttl,
    task_type: metadata.messageType,
    ...contentOf(message),
  };
  return { task_id: metadata.messageId, group_id: metadata.groupId, run_id: metadata.runId, task };
}

/** The id of the instruction that an answer is to; empty when it does not say. */
export function instructionIdOf(result: TaskRes): string {
  return result.task?.ancestry[0] ?? "";
}

/**
 * The answer of a node, without a message id. Records that cannot be said today become an error for the ServerApp.
 * @param instruction what it is the answer to
 * @throws {RangeError} when its type is none of Flower's
 */
export function replyOf(result: TaskRes, instruction: Metadata): Message {
  const { task } = result;
  const { srcTaskId: dstTaskId, dstTaskId: srcTaskId } = instruction;
  const metadata = new MessageMetadata({
    runId: BigInt(result.run_id),
    messageId: "",
    srcNodeId: BigInt(task?.producer?.node_id ?? 0),
    dstNodeId: instruction.srcNodeId,
    replyToMessageId: instructionIdOf(result),
    groupId: result.group_id,
    ttl: task?.ttl ?? 0,
    messageType: task?.task_type ?? "",
    createdAt: task?.created_at ?? 0,
    ...srcTaskId === undefined ? {} : { srcTaskId },
    ...dstTaskId === undefined ? {} : { dstTaskId },
  });
  return new Message(bodyOf(task), metadata);
}

function bodyOf(task: Task | null) {
  if (task?.error) return { code: Number(task.error.code), reason: task.error.reason };
  try {
    if (task?.recordset) return recordSetFromProto(task.recordset);
    return unreadable("it has neither records nor an error");
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return unreadable(error.message);
    throw error;
  }
}

function unreadable(reason: string): MessageError {
  return {
    code: ErrorCode.UNKNOWN,
    reason: `The answer of a SuperNode of Flower 1.14.0 cannot be used: ${reason}`,
  };
}
