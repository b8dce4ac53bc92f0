import type { MessageId, NodeId, RunId, TaskId } from "./ids.ts";

/**
 * Seconds a message lives unless its sender says otherwise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DEFAULT_TTL_S, Message, RecordDict } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * assertEquals([metadata.ttl, DEFAULT_TTL_S], [12 * 3600, 12 * 3600]);
 * ```
 */
export const DEFAULT_TTL_S = 43_200;

/**
 * What is said about a message beside its content. Times are Unix seconds, as on the wire.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type Metadata, RecordDict } from "corolla";
 *
 * const isInstruction = ({ replyToMessageId }: Metadata) => replyToMessageId === "";
 * const message = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * assertEquals(isInstruction(message.metadata), true);
 * ```
 */
export interface Metadata {
  /** The run that the message belongs to; 0 until it is sent. */
  readonly runId: RunId;
  /** Empty inside the hashed body; the object id of the message elsewhere. */
  readonly messageId: MessageId;
  /** The node that sends it; 1 for the SuperLink and its ServerApps. */
  readonly srcNodeId: NodeId;
  /** The node that it goes to. */
  readonly dstNodeId: NodeId;
  /** Empty for an instruction. */
  readonly replyToMessageId: MessageId;
  /** Free text, by convention the round. */
  readonly groupId: string;
  /** Seconds. */
  readonly ttl: number;
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  readonly messageType: string;
  /** When it was made, in Unix seconds. */
  readonly createdAt: number;
  /** The task that sends it, where that is known. */
  readonly srcTaskId?: TaskId;
  /** The task that it is for, where that is known. */
  readonly dstTaskId?: TaskId;
}

/**
 * Why a message has no content.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ErrorCode, Message, type MessageError, RecordDict } from "corolla";
 *
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const error: MessageError = instruction.replyError(ErrorCode.UNKNOWN, "no data").error;
 * assertEquals(error, { code: 0, reason: "no data" });
 * ```
 */
export interface MessageError {
  /** One of {@link ErrorCode}, or a code this version does not know. */
  readonly code: number;
  /** For people; may be empty. */
  readonly reason: string;
}

/**
 * The error codes Flower defines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ErrorCode, Message, RecordDict } from "corolla";
 *
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const { error } = instruction.replyError(ErrorCode.NODE_UNAVAILABLE, "gone");
 * assertEquals(error.code, 5);
 * ```
 */
export const ErrorCode = {
  /** Nobody knows what went wrong. */
  UNKNOWN: 0,
  /** The ClientApp could not be loaded. */
  LOAD_CLIENT_APP_EXCEPTION: 1,
  /** The ClientApp threw. */
  CLIENT_APP_RAISED_EXCEPTION: 2,
  /** The message is unknown, perhaps because its reply was pulled before. */
  MESSAGE_UNAVAILABLE: 3,
  /** The reply expired. */
  REPLY_MESSAGE_UNAVAILABLE: 4,
  /** The node is gone. */
  NODE_UNAVAILABLE: 5,
  /** A mod could not work with the message or the reply. */
  MOD_FAILED_PRECONDITION: 6,
  /** The app bundle cannot be used. */
  INVALID_FAB: 7,
  /** The ClientApp's process ended before it answered. */
  CLIENT_APP_CRASHED: 8,
} as const;

/** A message as it travels between programs: its content stands in objects of their own. */
export interface Envelope {
  readonly metadata: Metadata;
  /** Absent when the message has content. */
  readonly error?: MessageError;
}
