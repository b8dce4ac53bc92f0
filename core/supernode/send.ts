import { postOrder } from "../model/object_tree.ts";
import type { ObjectId } from "../model/ids.ts";
import { envelopeToProto, treeToProto } from "../wire/message.ts";
import { fleet as methods } from "../wire/methods.ts";
import { Buffers } from "./buffers.ts";
import { pushedAroundContent } from "../rpc/content_room.ts";
import type { NodeState } from "./node_state.ts";
import { IN_FLIGHT_BYTES, transfer } from "./transfer.ts";
import type { Announced } from "./work.ts";

const pushObject = pushedAroundContent(methods.PushObject);

/** A reply on its way to the SuperLink. */
export interface Outgoing extends Announced {
  /** How long the ClientApp worked for it, in seconds. */
  readonly runtimeS: number;
  /** Gives the content of one of its objects when its turn comes: in `into`, if it fits. */
  contentOf(objectId: ObjectId, into: Uint8Array): Promise<Uint8Array>;
}

/**
 * Sends a reply: the message, and then those of its objects that the SuperLink asks for.
 * Gives whether the SuperLink has taken it.
 * @throws {RpcError} PERMISSION_DENIED when the run is over
 */
export async function sendReply(
  state: NodeState,
  reply: Outgoing,
  signal: AbortSignal,
): Promise<boolean> {
  const node = { node_id: state.nodeId };
  const { runId, messageId } = reply.envelope.metadata;
  const response = await state.fleet.call(methods.PushMessages, {
    node,
    messages_list: [envelopeToProto(reply.envelope)],
    message_object_trees: [treeToProto(reply.tree)],
    clientapp_runtime_list: [reply.runtimeS],
  }, { signal });
  if (!Object.hasOwn(response.results, messageId)) return false;
  const wanted = new Set(response.objects_to_push);
  const objects = postOrder(reply.tree).filter((id) => wanted.has(id));
  let stored = true;
  const buffers = new Buffers();
  const move = (objectId: ObjectId, signal: AbortSignal) =>
    buffers.lend(async (buffer) => {
      const object_content = await reply.contentOf(objectId, buffer);
      const request = { node, run_id: runId, object_id: objectId, object_content };
      if (!(await state.fleet.call(pushObject, request, { signal })).stored) stored = false;
      return object_content.length;
    });
  await transfer(objects, { signal, move, inFlightBytes: IN_FLIGHT_BYTES.sent });
  return stored;
}
