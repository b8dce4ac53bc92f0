import type { ObjectId } from "../model/ids.ts";
import type { DeflatedMessage } from "../wire/deflate.ts";
import { limited } from "../wire/limit.ts";
import type { AppLink } from "./link.ts";

/** How many objects of one task are on their way at a time, each way. */
export const OBJECTS_IN_FLIGHT = 2;

/** What is uploaded, and over what. */
export interface Upload {
  readonly link: AppLink;
  readonly messages: readonly DeflatedMessage[];
  /** The ids that the receiver lacks. */
  readonly wanted: readonly ObjectId[];
  readonly signal?: AbortSignal;
}

/**
 * Uploads the objects of messages that the receiver asked for, children before their parents, each once. Contents
 * are made when it is their turn, so that a large model is not in memory a second time.
 * @throws {RpcError | ObjectUnavailableError} of the first upload that failed, after those under way have ended
 */
export async function uploadObjects({ link, messages, wanted, signal }: Upload): Promise<void> {
  const missing = new Set(wanted);
  let failure: { error: unknown } | undefined;
  const push = limited(OBJECTS_IN_FLIGHT, async ([message, id]: [DeflatedMessage, ObjectId]) => {
    if (failure) return;
    try {
      await link.pushObject(id, message.contentOf(id), signal);
    } catch (error) {
      failure ??= { error };
    }
  });
  const turns: Promise<void>[] = [];
  for (const message of messages) {
    for (const id of message.ids) if (missing.delete(id)) turns.push(push([message, id]));
  }
  await Promise.all(turns);
  if (failure) throw failure.error;
}
