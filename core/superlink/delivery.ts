import { callingNode } from "../auth/caller.ts";
import type { MessageId, NodeId, RunId } from "../model/ids.ts";
import { ErrorCode } from "../model/message.ts";
import type { ObjectTree } from "../model/object_tree.ts";
import { MOST_DELIVERIES, nextDelivery, recall } from "../rules/message_life.ts";
import { hold } from "../rpc/hold.ts";
import { holdMs } from "../rpc/peer.ts";
import { RpcError } from "../rpc/status.ts";
import type { StoredMessage } from "../store/store.ts";
import type { Context } from "./callers.ts";
import { change, type Link } from "./link.ts";
import { answerInstead, forgetReply } from "./lost_instructions.ts";
import { news } from "./news.ts";
import { type Changing, stateOfRun } from "./task_changes.ts";

/** A message on its way to its node. */
export interface Delivery {
  readonly message: StoredMessage;
  readonly tree: ObjectTree;
}

/** Holds a node's poll until there is a message for it, for as long as the caller may wait. */
export function awaitDelivery(
  link: Link,
  { caller, metadata, signal }: Context,
): Promise<Delivery | undefined> {
  const { nodeId } = callingNode(caller);
  const { wakeups, clock } = link;
  return hold(
    () => signal.aborted ? Promise.resolve(undefined) : deliverNext(link, nodeId),
    { wakeups, keys: [news.forNode(nodeId)], maxMs: holdMs(metadata), clock, signal },
  );
}

/**
 * Takes a node's next message out of the queue, if there is one: first what it was given before and never came to
 * know of. Nodes work on one message after the other, and confirm or answer each before they ask for more.
 * @throws {RpcError} UNAUTHENTICATED when the node may not call any more
 */
async function deliverNext(link: Link, nodeId: NodeId): Promise<Delivery | undefined> {
  return await change(link, async (tx, afterwards) => {
    const changing = { tx, afterwards };
    // It may have waited while somebody unregistered it.
    const node = await tx.node(nodeId);
    if (!node || node.status === "unregistered" || !link.keyList.admits(node)) {
      throw new RpcError("UNAUTHENTICATED", "Invalid node ID");
    }
    await giveUpUnfinished(link, changing, nodeId);
    while (true) {
      const nowMs = link.clock.now();
      const message = await lostDelivery(link, changing, nodeId) ??
        nextDelivery(await tx.undelivered(nodeId), nowMs);
      if (!message) return undefined;
      const { runId, messageId } = message.metadata;
      const tree = await link.objects.tree(tx, runId, messageId);
      if (!tree) {
        await forget(link, changing, { runId, messageId });
        continue;
      }
      const deliveries = message.deliveries + 1;
      await tx.putMessage({ ...message, deliveredAt: nowMs, deliveries });
      if (deliveries > 1) {
        afterwards(() => link.log.warn(`Node ${nodeId} is given message ${messageId} again (${deliveries})`));
      }
      return { message, tree };
    }
  });
}

/** The oldest message that the node was given and that may never have arrived. Gives up those for which it is enough. */
async function lostDelivery(
  link: Link,
  changing: Changing,
  nodeId: NodeId,
): Promise<StoredMessage | undefined> {
  const { tx } = changing;
  for (const instruction of await tx.unconfirmed(nodeId)) {
    const { runId, messageId } = instruction.metadata;
    if ((await stateOfRun(link, tx, runId))?.status.status !== "running") continue;
    const reply = await tx.replyTo(runId, messageId);
    const verdict = recall(instruction, { reply, nowMs: link.clock.now() });
    if (verdict === "nothing") continue;
    if (verdict === "deliverAgain") {
      // What there is of a reply will not be finished; it must not stand in the way of the next one.
      await forgetReply(link, changing, { runId, messageId });
      return instruction;
    }
    const reason = `The SuperNode was given the message ${MOST_DELIVERIES} times and never confirmed it.`;
    await answerInstead(link, changing, { instruction, error: { code: ErrorCode.UNKNOWN, reason } });
  }
  return undefined;
}

/** A node that asks for more does not go on sending its last reply: nobody has to wait for the rest of it. */
async function giveUpUnfinished(link: Link, changing: Changing, nodeId: NodeId): Promise<void> {
  const { tx, afterwards } = changing;
  const unfinished = link.unfinishedReplies.get(nodeId);
  if (!unfinished) return;
  afterwards(() => void link.unfinishedReplies.delete(nodeId));
  const { runId, messageId } = unfinished;
  const [instruction, reply] = [await tx.message(runId, messageId), await tx.replyTo(runId, messageId)];
  // One that was not confirmed is delivered again.
  if (instruction?.confirmedAt === undefined || !reply || reply.complete) return;
  const reason = "The SuperNode did not send all of its reply.";
  await answerInstead(link, changing, { instruction, error: { code: ErrorCode.UNKNOWN, reason } });
}

/** A message whose objects are gone cannot be delivered; whoever asks for the answer hears that there is none. */
async function forget(
  link: Link,
  { tx, afterwards }: Changing,
  { runId, messageId }: { runId: RunId; messageId: MessageId },
): Promise<void> {
  await tx.deleteMessage(runId, messageId);
  afterwards(() => {
    link.log.error(`Cannot deliver message ${messageId} of run ${runId}: its objects are gone`);
    link.wakeups.notify(news.reply(runId, messageId));
  });
}
