import type { Message, ObjectTree as TreeProto } from "../../proto/mod.ts";
import type { ObjectId } from "../model/ids.ts";
import type { Envelope } from "../model/message.ts";
import { postOrder } from "../model/object_tree.ts";
import { RpcError } from "../rpc/status.ts";
import { envelopeFromProto, treeFromProto } from "../wire/message.ts";
import { isObjectId } from "../wire/object.ts";

/** A message as its sender announces it: the objects it is made of follow. */
export interface PushedMessage {
  readonly envelope: Envelope;
  /** Children before their parents; the message's own is last. */
  readonly objects: readonly ObjectId[];
}

/** Reads the messages of a push. @throws {RpcError} when they are not what Flower's peers send */
export function pushedMessages(
  request: { readonly messages_list: Message[]; readonly message_object_trees: TreeProto[] },
): PushedMessage[] {
  const { messages_list: messages, message_object_trees: trees } = request;
  if (messages.length !== trees.length) {
    throw malformed("`messages_list` and `message_object_trees` must have the same length");
  }
  return messages.map((message, index) => pushedMessage(message, trees[index]));
}

function pushedMessage(message: Message, tree: TreeProto): PushedMessage {
  const read = readOrRefuse(() => ({
    envelope: envelopeFromProto(message),
    objects: postOrder(treeFromProto(tree)),
  }));
  const invalid = read.objects.find((id) => !isObjectId(id));
  if (invalid !== undefined) throw malformed(`\`${invalid}\` is not an object ID`);
  const { messageId } = read.envelope.metadata;
  if (messageId !== "" && messageId !== read.objects.at(-1)) {
    throw malformed("the object tree is not that of the message");
  }
  return read;
}

function readOrRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const details = `Exception calling application: ${cause instanceof Error ? cause.message : cause}`;
    throw new RpcError("UNKNOWN", details, { cause });
  }
}

/** The refusal of a push that no honest peer sends, as official servers word it. */
export function malformed(reason: string, request = "PushMessages"): RpcError {
  return new RpcError("UNKNOWN", `Exception calling application: Malformed ${request}: ${reason}`);
}
