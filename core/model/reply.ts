import type { Metadata } from "./message.ts";

/** How far a reply may outlive its instruction, in seconds: clocks and rounding need some room. */
export const REPLY_TTL_TOLERANCE_S = 0.1;

/** How long an instruction still lives, in seconds; not above 0 when it has expired. */
export function remainingTtl(instruction: Metadata, now: number): number {
  return instruction.createdAt + instruction.ttl - now;
}

/**
 * The metadata of a reply made now, without a message id.
 * @param now Unix seconds
 * @param ttl seconds; what its instruction has left, unless told, and at most that
 */
export function replyMetadata(instruction: Metadata, { now, ttl }: { now: number; ttl?: number }): Metadata {
  const remaining = remainingTtl(instruction, now);
  // Written out so that no member is present and undefined: that would make equal metadata look different.
  const { srcTaskId: dstTaskId, dstTaskId: srcTaskId } = instruction;
  return {
    runId: instruction.runId,
    messageId: "",
    srcNodeId: instruction.dstNodeId,
    dstNodeId: instruction.srcNodeId,
    replyToMessageId: instruction.messageId,
    groupId: instruction.groupId,
    ttl: !ttl || ttl - remaining > REPLY_TTL_TOLERANCE_S ? remaining : ttl,
    messageType: instruction.messageType,
    createdAt: now,
    ...srcTaskId === undefined ? {} : { srcTaskId },
    ...dstTaskId === undefined ? {} : { dstTaskId },
  };
}
