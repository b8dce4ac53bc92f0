import { ErrorCode } from "../model/message.ts";
import type { NodeId, RunId } from "../model/ids.ts";
import type { StoredMessage } from "../store/store.ts";
import { generateReply, uploadReply } from "./generated_replies.ts";
import type { Link } from "./link.ts";
import type { Changing } from "./task_changes.ts";

/**
 * Answers with code 5 what a node was given before it was started anew: it knows nothing of it any more, nothing
 * is handed out twice, and without an answer a ServerApp would wait until the instruction expires.
 */
export async function giveUpInstructions(link: Link, changing: Changing, nodeId: NodeId): Promise<void> {
  const { tx } = changing;
  const unfinished = [...await tx.pendingTasks(), ...await tx.leasedTasks()];
  for (const runId of new Set(unfinished.map((task) => task.runId))) {
    for (const message of await tx.messagesOfRun(runId)) {
      if (wasGivenTo(message, nodeId)) await giveUp(link, changing, { runId, instruction: message });
    }
  }
}

function wasGivenTo({ metadata, deliveries }: StoredMessage, nodeId: NodeId): boolean {
  return metadata.dstNodeId === nodeId && metadata.replyToMessageId === "" && deliveries > 0;
}

async function giveUp(
  link: Link,
  { tx, afterwards }: Changing,
  { runId, instruction }: { runId: RunId; instruction: StoredMessage },
): Promise<void> {
  const { messageId: id, dstNodeId } = instruction.metadata;
  const reply = await tx.replyTo(runId, id);
  if (reply?.complete) return;
  if (reply) {
    await tx.deleteMessage(runId, reply.metadata.messageId);
    const gone = await link.objects.releaseIn(tx, runId, reply.metadata.messageId);
    afterwards(() => link.objects.discard(gone));
  }
  const code = ErrorCode.NODE_UNAVAILABLE;
  const { envelope, generated } = await generateReply(link, tx, { runId, id, instruction, code });
  await tx.putMessage({ ...envelope, sequence: 0, complete: false, deliveries: 0 });
  afterwards(() => {
    link.log.warn(`Node ${dstNodeId} was started anew and cannot answer message ${id} of run ${runId}`);
    return uploadReply(link, generated);
  });
}
