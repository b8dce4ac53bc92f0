import { postOrder } from "../model/object_tree.ts";
import { type ObjectId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import { fraction } from "../rpc/retry.ts";
import { fleet as methods } from "../wire/methods.ts";
import { giveBack } from "../rpc/give_back.ts";
import type { NodeState } from "./node_state.ts";
import { IN_FLIGHT_BYTES, transfer } from "./transfer.ts";
import type { Announced } from "./work.ts";

/** An object that its sender has not uploaded yet is asked for again, less and less often, but not for ever. */
const PATIENCE = { firstMs: 1_000, mostMs: 10_000, tries: 500, totalMs: 7_200_000 } as const;

/** A message whose objects cannot be had. */
export class ReceiveError extends Error {
  override name = "ReceiveError";
}

/**
 * Notes that a message comes from the SuperLink for an app on this node. Ids of objects that are not here are
 * given; to this node's store the SuperLink is a peer that uploads them.
 * @throws {ReceiveError} when the message cannot be one for this node
 */
export async function expectObjects(
  state: NodeState,
  { envelope, tree }: Announced,
): Promise<ObjectId[]> {
  const { runId, messageId } = envelope.metadata;
  const ids = postOrder(tree);
  if (ids.at(-1) !== messageId) throw new ReceiveError("the object tree is not that of the message");
  const parcel = { runId, messageId, src: SUPERLINK_NODE_ID, dst: state.nodeId };
  const announcement = await state.store.transaction((tx) => state.objects.announce(tx, parcel, ids));
  if (announcement.kind === "taken") throw new ReceiveError("the run has it between other nodes");
  return announcement.missing;
}

/**
 * Fetches objects from the SuperLink straight into the store.
 * @throws {ReceiveError} when one cannot be had or is not what it says
 * @throws {StorageFullError} when there is no room here
 * @throws {RpcError} when the SuperLink refuses
 */
export async function receiveObjects(
  state: NodeState,
  { envelope }: Announced,
  { missing, signal }: { missing: readonly ObjectId[]; signal: AbortSignal },
): Promise<void> {
  const { runId: run } = envelope.metadata;
  const move = async (objectId: ObjectId, signal: AbortSignal) => {
    const content = await pull(state, { run, objectId }, signal);
    const sizeBytes = content.length;
    const taken = await state.objects.accept({ run, sender: SUPERLINK_NODE_ID, objectId, content });
    giveBack(content);
    if (taken.kind === "hashMismatch") throw new ReceiveError(`object ${objectId} came with other bytes`);
    if (taken.kind === "malformed") throw new ReceiveError(`object ${objectId}: ${taken.reason}`);
    return sizeBytes;
  };
  await transfer(missing, { signal, move, inFlightBytes: IN_FLIGHT_BYTES.received });
}

async function pull(
  { fleet, nodeId, clock, random }: NodeState,
  { run, objectId }: { run: bigint; objectId: ObjectId },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const request = { node: { node_id: nodeId }, run_id: run, object_id: objectId };
  const giveUpAt = clock.now() + PATIENCE.totalMs;
  let pauseMs: number = PATIENCE.firstMs;
  for (let tries = 1; !signal.aborted; tries++) {
    const reply = await fleet.call(methods.PullObject, request, { signal });
    if (reply.object_available) return reply.object_content;
    if (!reply.object_found) throw new ReceiveError(`the SuperLink does not have object ${objectId}`);
    if (tries >= PATIENCE.tries || clock.now() + pauseMs > giveUpAt) break;
    await clock.sleep(pauseMs * (0.8 + 0.4 * fraction(random)), signal);
    pauseMs = Math.min(PATIENCE.mostMs, pauseMs * 2);
  }
  throw new ReceiveError(`object ${objectId} was announced and never came`);
}
