import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Envelope, Metadata } from "../model/message.ts";

/** No message was made before this: a smaller time is in another unit, or no time at all. Unix seconds. */
const EARLIEST_CREATED_AT = 1_740_700_800;

/**
 * What is wrong with a message that is about to be stored, in the words that Flower's SuperLink answers, joined there
 * by `, `. Empty for a sound one.
 * @param isReply whether it was pushed by a node
 * @param now Unix seconds
 */
export function validateEnvelope(
  envelope: Envelope,
  { isReply, now }: { isReply: boolean; now: number },
): string[] {
  const { metadata } = envelope;
  return [
    ...faultsOfMetadata(metadata, now),
    ...isReply ? faultsOfReply(metadata) : faultsOfInstruction(metadata),
  ];
}

function faultsOfMetadata(metadata: Metadata, now: number): string[] {
  const faults: [boolean, string][] = [
    [metadata.messageId === "", "empty `metadata.message_id`"],
    // Written so that NaN is a fault too.
    [
      !(metadata.createdAt >= EARLIEST_CREATED_AT),
      "`metadata.created_at` must be a float that records the unix timestamp in seconds when the message was created.",
    ],
    [!(metadata.ttl > 0), "`metadata.ttl` must be higher than zero"],
    [!(metadata.createdAt + metadata.ttl > now), "Message TTL has expired"],
    [metadata.srcNodeId === 0n, "`metadata.src_node_id` is not set."],
    [metadata.dstNodeId === 0n, "`metadata.dst_node_id` is not set."],
    [metadata.messageType === "", "`metadata.message_type` MUST be set"],
  ];
  return faults.filter(([holds]) => holds).map(([, text]) => text);
}

function faultsOfInstruction(metadata: Metadata): string[] {
  const faults: [boolean, string][] = [
    [metadata.replyToMessageId !== "", "`metadata.reply_to_message_id` MUST not be set."],
    [metadata.srcNodeId !== SUPERLINK_NODE_ID, "`metadata.src_node_id` is not 1 (SuperLink node ID)"],
    [metadata.dstNodeId === SUPERLINK_NODE_ID, "`metadata.dst_node_id` is 1 (SuperLink node ID)"],
  ];
  return faults.filter(([holds]) => holds).map(([, text]) => text);
}

function faultsOfReply(metadata: Metadata): string[] {
  const faults: [boolean, string][] = [
    [metadata.replyToMessageId === "", "`metadata.reply_to_message_id` MUST be set."],
    [metadata.srcNodeId === SUPERLINK_NODE_ID, "`metadata.src_node_id` is 1 (SuperLink node ID)"],
    [metadata.dstNodeId !== SUPERLINK_NODE_ID, "`metadata.dst_node_id` is not 1 (SuperLink node ID)"],
  ];
  return faults.filter(([holds]) => holds).map(([, text]) => text);
}
