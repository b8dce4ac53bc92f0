import type { MessageId, ObjectId } from "../model/ids.ts";
import type { DeflatedMessage } from "../wire/deflate.ts";
import { limited } from "../wire/limit.ts";
import { type AppLink, ObjectUnavailableError, type PushedMessages } from "./link.ts";

/** How many objects of one task are on their way at a time, each way. */
export const OBJECTS_IN_FLIGHT = 2;

/** What is uploaded, and over what. */
export interface Upload {
  readonly link: AppLink;
  readonly messages: readonly DeflatedMessage[];
  /** Says to the receiver, again and again if need be, that the messages come. Gives what it lacks of them. */
  readonly announce: () => Promise<PushedMessages>;
  readonly signal?: AbortSignal;
}

/**
 * Announces messages and uploads the objects that the receiver asks for, children before their parents, each once.
 * Contents are made when it is their turn, so that a large model is not in memory a second time.
 * @returns the ids under which the receiver knows the messages, empty for one that was refused
 * @throws {RpcError | ObjectUnavailableError} of the first upload that failed, after those under way have ended
 */
export async function uploadMessages(upload: Upload): Promise<readonly MessageId[]> {
  const { messageIds, objectsToPush } = await upload.announce();
  const unexpected = await pushAll(upload, objectsToPush);
  if (unexpected.size === 0) return messageIds;
  // An answer that got lost has the client push an object anew that its receiver has long passed on.
  const { objectsToPush: lacking } = await upload.announce();
  for (const id of lacking) if (unexpected.has(id)) throw unexpected.get(id);
  return messageIds;
}

/** Uploads what is wanted. Gives what the receiver did not expect, with what it said. */
async function pushAll(
  { link, messages, signal }: Upload,
  wanted: readonly ObjectId[],
): Promise<Map<ObjectId, ObjectUnavailableError>> {
  const missing = new Set(wanted);
  const unexpected = new Map<ObjectId, ObjectUnavailableError>();
  let failure: { error: unknown } | undefined;
  const push = limited(OBJECTS_IN_FLIGHT, async ([message, id]: [DeflatedMessage, ObjectId]) => {
    if (failure) return;
    try {
      await link.pushObject(id, message.contentOf(id), signal);
    } catch (error) {
      if (error instanceof ObjectUnavailableError) unexpected.set(id, error);
      else failure ??= { error };
    }
  });
  const turns: Promise<void>[] = [];
  for (const message of messages) {
    for (const id of message.ids) if (missing.delete(id)) turns.push(push([message, id]));
  }
  await Promise.all(turns);
  if (failure) throw failure.error;
  return unexpected;
}
