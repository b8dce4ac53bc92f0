import { ErrorCode, type MessageError } from "../model/message.ts";
import type { MessageId, NodeId, RunId } from "../model/ids.ts";
import type { StoredMessage } from "../store/store.ts";
import { generateReply, uploadReply } from "./generated_replies.ts";
import type { Link } from "./link.ts";
import type { Changing } from "./task_changes.ts";

/** What ServerApps are told of what a node had before it was started anew. */
const STARTED_ANEW = {
  code: ErrorCode.CLIENT_APP_CRASHED,
  reason: "ClientApp stopped responding: its SuperNode was started anew before it had replied.",
} as const;

/**
 * A node was started anew: it knows nothing any more of what it had confirmed. That is answered for it, since a
 * ServerApp would wait for it until the instruction expires. What it had not confirmed is still its to get.
 */
export async function giveUpInstructions(link: Link, changing: Changing, nodeId: NodeId): Promise<void> {
  const { tx } = changing;
  const unfinished = [...await tx.pendingTasks(), ...await tx.leasedTasks()];
  for (const runId of new Set(unfinished.map((task) => task.runId))) {
    for (const instruction of await tx.messagesOfRun(runId)) {
      if (!wasGivenTo(instruction, nodeId)) continue;
      const { messageId } = instruction.metadata;
      if ((await tx.replyTo(runId, messageId))?.complete) continue;
      if (instruction.confirmedAt === undefined) await forgetReply(link, changing, { runId, messageId });
      else await answerInstead(link, changing, { instruction, error: STARTED_ANEW });
    }
  }
}

function wasGivenTo({ metadata, deliveries }: StoredMessage, nodeId: NodeId): boolean {
  return metadata.dstNodeId === nodeId && metadata.replyToMessageId === "" && deliveries > 0;
}

/** Answers an instruction instead of its node, which will not do it. */
export async function answerInstead(
  link: Link,
  changing: Changing,
  { instruction, error }: { instruction: StoredMessage; error: MessageError },
): Promise<void> {
  const { tx, afterwards } = changing;
  const { runId, messageId: id, dstNodeId } = instruction.metadata;
  await forgetReply(link, changing, { runId, messageId: id });
  const { envelope, generated } = await generateReply(link, tx, { runId, id, instruction, error });
  await tx.putMessage({ ...envelope, sequence: 0, complete: false, deliveries: 0 });
  afterwards(() => {
    link.log.warn(`Answered message ${id} of run ${runId} for node ${dstNodeId}: ${error.reason}`);
    return uploadReply(link, generated);
  });
}

/** Forgets what there is of a reply to an instruction, unless its ServerApp was given it and may be fetching it. */
export async function forgetReply(
  link: Link,
  { tx, afterwards }: Changing,
  instruction: { runId: RunId; messageId: MessageId },
): Promise<void> {
  const reply = await tx.replyTo(instruction.runId, instruction.messageId);
  if (!reply || reply.deliveredAt !== undefined) return;
  const { runId, messageId } = reply.metadata;
  await tx.deleteMessage(runId, messageId);
  const gone = await link.objects.releaseIn(tx, runId, messageId);
  afterwards(() => link.objects.discard(gone));
}
