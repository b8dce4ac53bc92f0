import { ErrorCode, type MessageError } from "../model/message.ts";
import { type MessageId, type ObjectId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { StoredMessage, Transaction } from "../store/store.ts";
import {
  type ErrorMessage,
  messageUnavailable,
  nodeUnavailable,
  replyUnavailable,
  superLinkReply,
} from "../wire/error_message.ts";
import type { Link } from "./link.ts";
import { tellReceivers } from "./objects.ts";

/** The one object of a reply that the SuperLink made itself. */
export interface GeneratedReply {
  readonly runId: RunId;
  readonly objectId: ObjectId;
  readonly content: Uint8Array;
}

/** What is known of the instruction that there is no reply for. */
interface Unanswered {
  readonly runId: RunId;
  readonly id: MessageId;
  readonly instruction: StoredMessage | undefined;
  /** One of the codes whose words are Flower's, or what has happened in words of ours. */
  readonly error: 3 | 4 | 5 | MessageError;
}

/** Makes the reply and announces its object; {@link uploadReply} follows when the transaction is over. */
export async function generateReply(link: Link, tx: Transaction, unanswered: Unanswered) {
  const { envelope, tree, objectId, content } = errorFor(unanswered, link.clock.now() / 1_000);
  const { runId } = unanswered;
  const parcel = { runId, messageId: objectId, src: SUPERLINK_NODE_ID, dst: SUPERLINK_NODE_ID };
  await link.objects.announce(tx, parcel, [objectId]);
  const generated: GeneratedReply = { runId, objectId, content };
  return { envelope, tree, generated };
}

/** Stores the object, so that the ServerApp can pull and confirm the reply like any other. */
export async function uploadReply(link: Link, { runId, objectId, content }: GeneratedReply): Promise<void> {
  const upload = { run: runId, sender: SUPERLINK_NODE_ID, objectId, content };
  await tellReceivers(link, await link.objects.accept(upload));
}

function errorFor({ id, instruction, error }: Unanswered, now: number): ErrorMessage {
  if (!instruction || error === ErrorCode.MESSAGE_UNAVAILABLE) return messageUnavailable(id, now);
  if (typeof error === "object") return superLinkReply(instruction.metadata, { ...error, now });
  const make = error === ErrorCode.NODE_UNAVAILABLE ? nodeUnavailable : replyUnavailable;
  return make(instruction.metadata, now);
}
