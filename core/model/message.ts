import type { MessageId, NodeId, RunId, TaskId } from "./ids.ts";

/** Seconds a message lives unless its sender says otherwise. */
export const DEFAULT_TTL_S = 43_200;

/** What is said about a message beside its content. Times are Unix seconds, as on the wire. */
export interface Metadata {
  readonly runId: RunId;
  /** Empty inside the hashed body; the object id of the message elsewhere. */
  readonly messageId: MessageId;
  readonly srcNodeId: NodeId;
  readonly dstNodeId: NodeId;
  /** Empty for an instruction. */
  readonly replyToMessageId: MessageId;
  /** Free text, by convention the round. */
  readonly groupId: string;
  /** Seconds. */
  readonly ttl: number;
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  readonly messageType: string;
  readonly createdAt: number;
  readonly srcTaskId?: TaskId;
  readonly dstTaskId?: TaskId;
}

/** Why a message has no content. */
export interface MessageError {
  /** One of {@link ErrorCode}, or a code this version does not know. */
  readonly code: number;
  readonly reason: string;
}

/** The error codes Flower defines. */
export const ErrorCode = {
  UNKNOWN: 0,
  LOAD_CLIENT_APP_EXCEPTION: 1,
  CLIENT_APP_RAISED_EXCEPTION: 2,
  MESSAGE_UNAVAILABLE: 3,
  REPLY_MESSAGE_UNAVAILABLE: 4,
  NODE_UNAVAILABLE: 5,
  MOD_FAILED_PRECONDITION: 6,
  INVALID_FAB: 7,
  CLIENT_APP_CRASHED: 8,
} as const;

/** A message as it travels between programs: its content stands in objects of their own. */
export interface Envelope {
  readonly metadata: Metadata;
  /** Absent when the message has content. */
  readonly error?: MessageError;
}
