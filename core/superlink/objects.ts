import type { Init, PullObjectRequest, PullObjectResponse, PushObjectRequest } from "../../proto/mod.ts";
import { StorageFullError } from "../io/ports.ts";
import { type NodeId, type ObjectId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Metadata } from "../model/message.ts";
import { contentRoom } from "../rpc/content_room.ts";
import { giveBack } from "../rpc/give_back.ts";
import { RpcError } from "../rpc/status.ts";
import { TreeTooLargeError } from "../store/object_closure.ts";
import type { Acceptance } from "../store/object_results.ts";
import type { Parcel, StoredMessage, Transaction } from "../store/store.ts";
import type { Context } from "./callers.ts";
import type { Link } from "./link.ts";
import { malformed, type PushedMessage } from "./messages_in.ts";
import { news } from "./news.ts";

/** Objects that a sender still has to push for a message; nothing is missing of a complete one. */
export interface StillMissing {
  readonly missing: ObjectId[];
  readonly complete: boolean;
}

/**
 * Notes a message and what it is made of. Undefined when the id stands for a message between others.
 * @param how `isNew` says whether the message is to be stored, or was stored before
 */
export async function announceMessage(
  link: Link,
  how: { tx: Transaction; pushed: PushedMessage; isNew: boolean },
): Promise<StillMissing | undefined> {
  const { tx, pushed, isNew } = how;
  const { runId, messageId, srcNodeId: src, dstNodeId: dst } = pushed.envelope.metadata;
  // Of a complete message nothing is missing, even when its receiver has confirmed it and its objects are gone.
  if (!isNew && (await tx.message(runId, messageId))?.complete) return { missing: [], complete: true };
  const announced = await announceOrRefuse(link, { tx, parcel: { runId, messageId, src, dst }, pushed });
  if (announced.kind === "taken") return undefined;
  const { missing, complete } = announced;
  if (isNew) await tx.putMessage({ ...pushed.envelope, sequence: 0, complete, deliveries: 0 });
  return { missing, complete };
}

async function announceOrRefuse(
  link: Link,
  how: { tx: Transaction; parcel: Omit<Parcel, "complete">; pushed: PushedMessage },
) {
  try {
    return await link.objects.announce(how.tx, how.parcel, how.pushed.objects);
  } catch (error) {
    if (error instanceof TreeTooLargeError) throw malformed(error.message);
    throw error;
  }
}

/**
 * Takes an object and lets those know who wait for the messages that are whole by it.
 * @throws {RpcError} FAILED_PRECONDITION when its bytes have the announced id and are no object
 */
export async function takeObject(
  link: Link,
  request: PushObjectRequest,
  { run, sender }: { run: RunId; sender: NodeId },
): Promise<{ stored: boolean }> {
  const { object_id: objectId, object_content: content } = request;
  const acceptance = await link.objects.accept({ run, sender, objectId, content }).catch((error) => {
    throw noteNoRoom(link, error, { run, sender });
  });
  giveBack(content);
  await tellReceivers(link, acceptance);
  switch (acceptance.kind) {
    case "stored":
    case "alreadyThere":
      return { stored: true };
    case "notAnnounced":
    case "hashMismatch":
      link.log.warn(`Object ${objectId} of run ${run} from node ${sender} is not stored: ${acceptance.kind}`);
      return { stored: false };
    case "malformed":
      throw new RpcError("FAILED_PRECONDITION", acceptance.reason);
  }
}

/** Lets the ServerApp know that an answer will not come for want of room. Gives the error back. */
function noteNoRoom(link: Link, error: unknown, { run, sender }: { run: RunId; sender: NodeId }): unknown {
  if (error instanceof StorageFullError && sender !== SUPERLINK_NODE_ID) {
    link.withoutRoom.set(run, error.message);
    link.wakeups.notify(news.runOver(run));
  }
  return error;
}

/** Wakes those who wait for the messages that an upload made whole. */
export async function tellReceivers(link: Link, acceptance: Acceptance): Promise<void> {
  if (acceptance.kind !== "stored") return;
  for (const { runId, messageId } of acceptance.completed) {
    const message = await link.store.transaction((tx) => tx.message(runId, messageId));
    if (!message) continue;
    const { replyToMessageId, dstNodeId } = message.metadata;
    if (replyToMessageId === "") link.wakeups.notify(news.forNode(dstNodeId));
    else await replyArrived(link, message.metadata);
  }
}

/** All of a reply is here: its ServerApp may have it, and its node needs nothing of the instruction any more. */
export async function replyArrived(link: Link, reply: Metadata): Promise<void> {
  const { runId, srcNodeId, replyToMessageId } = reply;
  if (link.unfinishedReplies.get(srcNodeId)?.messageId === replyToMessageId) {
    link.unfinishedReplies.delete(srcNodeId);
  }
  link.unaskedHolds.answered(runId, link.clock.now());
  link.wakeups.notify(news.reply(runId, replyToMessageId));
  const gone = await link.store.transaction(async (tx) => {
    const instruction = await tx.message(runId, replyToMessageId);
    if (!instruction || instruction.confirmedAt !== undefined) return [];
    await tx.putMessage(confirmed(instruction, link.clock.now()));
    return await link.objects.releaseIn(tx, runId, replyToMessageId);
  });
  await link.objects.discard(gone);
}

/** The message as it is when its receiver has it. */
export function confirmed(message: StoredMessage, nowMs: number): StoredMessage {
  const { deliveredAt = nowMs, deliveries } = message;
  return { ...message, deliveredAt, deliveries: Math.max(1, deliveries), confirmedAt: nowMs };
}

/** Gives an object to a peer that sent it or was sent it in this run, as soon as there is room to read it. */
export async function giveObject(
  link: Link,
  request: PullObjectRequest,
  { run, peer, context }: { run: RunId; peer: NodeId; context: Context },
): Promise<Init<PullObjectResponse>> {
  const content = await link.store.transaction((tx) => tx.content(request.object_id));
  const sizeBytes = content?.sizeBytes ?? 0;
  await context.reserve(sizeBytes);
  const reading = await link.objects.read(run, peer, request.object_id, contentRoom(sizeBytes));
  switch (reading.kind) {
    case "unknown":
      return { object_found: false, object_available: false };
    case "announced":
      return { object_found: true, object_available: false };
    case "content":
      return { object_found: true, object_available: true, object_content: reading.content };
  }
}
