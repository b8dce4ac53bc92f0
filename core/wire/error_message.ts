import { plainMetadata } from "../model/app_message.ts";
import type { MessageId, ObjectId } from "../model/ids.ts";
import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import { type Envelope, ErrorCode, type MessageError, type Metadata } from "../model/message.ts";
import type { ObjectTree } from "../model/object_tree.ts";
import { remainingTtl, replyMetadata } from "../model/reply.ts";
import { messageObject } from "./head_object.ts";
import { objectIdOf } from "./object.ts";

/** A message that consists of its head object alone, because it carries an error. */
export interface ErrorMessage {
  readonly envelope: Envelope & { readonly error: MessageError };
  readonly tree: ObjectTree;
  readonly objectId: ObjectId;
  /** The content of its one object. */
  readonly content: Uint8Array;
}

/** The error message with this metadata; its message id is filled in. */
export function errorMessage(metadata: Metadata, error: MessageError): ErrorMessage {
  const content = messageObject(metadata, error);
  const objectId = objectIdOf(content);
  return {
    envelope: { metadata: { ...plainMetadata(metadata), messageId: objectId }, error },
    tree: { objectId, children: [] },
    objectId,
    content,
  };
}

/**
 * The reply that a node sends when there will be no other.
 * @param now Unix seconds
 */
export function errorReply(
  instruction: Metadata,
  { now, ...error }: MessageError & { now: number },
): ErrorMessage {
  return errorMessage(replyMetadata(instruction, { now }), error);
}

/** The SuperLink's answer for a message id that it does not know, or no longer. @param now Unix seconds */
export function messageUnavailable(asked: MessageId, now: number): ErrorMessage {
  const metadata: Metadata = {
    runId: 0n,
    messageId: "",
    srcNodeId: SUPERLINK_NODE_ID,
    dstNodeId: SUPERLINK_NODE_ID,
    replyToMessageId: asked,
    groupId: "",
    ttl: 0,
    messageType: "system",
    createdAt: now,
  };
  return errorMessage(metadata, { code: ErrorCode.MESSAGE_UNAVAILABLE, reason: MESSAGE_UNAVAILABLE });
}

/** The SuperLink's answer for an instruction whose reply came but has expired. @param now Unix seconds */
export function replyUnavailable(instruction: Metadata, now: number): ErrorMessage {
  return superLinkReply(instruction, {
    now,
    code: ErrorCode.REPLY_MESSAGE_UNAVAILABLE,
    reason: REPLY_UNAVAILABLE,
  });
}

/** The SuperLink's answer for an instruction whose node is gone. @param now Unix seconds */
export function nodeUnavailable(instruction: Metadata, now: number): ErrorMessage {
  return superLinkReply(instruction, { now, code: ErrorCode.NODE_UNAVAILABLE, reason: NODE_UNAVAILABLE });
}

/** The SuperLink's answer to an instruction that its node does not answer. @param now Unix seconds */
export function superLinkReply(
  instruction: Metadata,
  { now, ...error }: MessageError & { now: number },
): ErrorMessage {
  const metadata = {
    ...replyMetadata(instruction, { now }),
    srcNodeId: SUPERLINK_NODE_ID,
    dstNodeId: SUPERLINK_NODE_ID,
    ttl: Math.max(remainingTtl(instruction, now), 0),
  };
  return errorMessage(metadata, error);
}

// Apps and people know these sentences, and the id of the message is a hash over them.
const MESSAGE_UNAVAILABLE =
  "Error: Message Unavailable - The requested message could not be found in the database. It may have expired due " +
  "to its TTL, been deleted because the destination SuperNode was removed from the federation, or never existed.";
const REPLY_UNAVAILABLE = "Error: Reply Message Unavailable - The reply message has expired.";
const NODE_UNAVAILABLE =
  "Error: Node Unavailable — The destination node failed to report a heartbeat within 2 × its " +
  "expected interval.";
