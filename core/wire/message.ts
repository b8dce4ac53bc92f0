import type {
  Error as ErrorProto,
  Init,
  Message as MessageProto,
  Metadata as MetadataProto,
  ObjectTree as TreeProto,
} from "../../proto/mod.ts";
import type { Envelope, MessageError, Metadata } from "../model/message.ts";
import { checkMessageType } from "../model/message_type.ts";
import type { ObjectTree } from "../model/object_tree.ts";

/** Trees of messages are six deep; one that is deeper than this is an attack on the stack. */
const MAX_TREE_DEPTH = 64;

/** A message as it stands in a push or pull: with content, the content is present and empty. */
export function envelopeToProto(envelope: Envelope): Init<MessageProto> {
  const metadata = metadataToProto(envelope.metadata);
  if (envelope.error) return { metadata, error: errorToProto(envelope.error) };
  return { metadata, content: { items: [] } };
}

/**
 * A message as a peer sent it.
 * @throws {TypeError} when it has neither content nor an error, or both
 * @throws {RangeError} when its type is none of Flower's
 */
export function envelopeFromProto(message: MessageProto): Envelope {
  if ((message.content === null) === (message.error === null)) {
    const current = message.content ? "both" : "neither";
    throw new TypeError(
      `Cannot read Message as it must have a content or an error: current value is ${current}`,
    );
  }
  const metadata = metadataFromProto(message.metadata);
  checkMessageType(metadata.messageType);
  return message.error ? { metadata, error: errorFromProto(message.error) } : { metadata };
}

/** Metadata on the wire. */
export function metadataToProto(metadata: Metadata): Init<MetadataProto> {
  return {
    run_id: metadata.runId,
    message_id: metadata.messageId,
    src_node_id: metadata.srcNodeId,
    dst_node_id: metadata.dstNodeId,
    reply_to_message_id: metadata.replyToMessageId,
    group_id: metadata.groupId,
    ttl: metadata.ttl,
    message_type: metadata.messageType,
    created_at: metadata.createdAt,
    src_task_id: metadata.srcTaskId,
    dst_task_id: metadata.dstTaskId,
  };
}

/** Metadata as received; what is absent has its default. */
export function metadataFromProto(metadata: MetadataProto | null): Metadata {
  return {
    runId: BigInt(metadata?.run_id ?? 0),
    messageId: metadata?.message_id ?? "",
    srcNodeId: BigInt(metadata?.src_node_id ?? 0),
    dstNodeId: BigInt(metadata?.dst_node_id ?? 0),
    replyToMessageId: metadata?.reply_to_message_id ?? "",
    groupId: metadata?.group_id ?? "",
    ttl: metadata?.ttl ?? 0,
    messageType: metadata?.message_type ?? "",
    createdAt: metadata?.created_at ?? 0,
    ...metadata?.src_task_id === undefined ? {} : { srcTaskId: BigInt(metadata.src_task_id) },
    ...metadata?.dst_task_id === undefined ? {} : { dstTaskId: BigInt(metadata.dst_task_id) },
  };
}

/** An error on the wire. */
export function errorToProto(error: MessageError): Init<ErrorProto> {
  return { code: error.code, reason: error.reason };
}

/** An error as received; without a reason, the reason is empty. */
export function errorFromProto(error: ErrorProto): MessageError {
  return { code: Number(error.code), reason: error.reason };
}

/** A tree of objects on the wire. */
export function treeToProto(tree: ObjectTree): Init<TreeProto> {
  return { object_id: tree.objectId, children: tree.children.map(treeToProto) };
}

/** A tree of objects as announced. @throws {RangeError} when it is deeper than any message */
export function treeFromProto(tree: TreeProto): ObjectTree {
  return treeAt(tree, 1);
}

function treeAt(tree: TreeProto, depth: number): ObjectTree {
  if (depth > MAX_TREE_DEPTH) {
    throw new RangeError(`Cannot read an object tree as it must be at most ${MAX_TREE_DEPTH} levels deep`);
  }
  return { objectId: tree.object_id, children: tree.children.map((child) => treeAt(child, depth + 1)) };
}
