import type { PushAppMessagesRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import { isOnline } from "../rules/node_life.ts";
import { storeInstruction } from "../rules/message_life.ts";
import { type Route, route } from "../rpc/router.ts";
import type { Transaction } from "../store/store.ts";
import { serverAppIo } from "../wire/methods.ts";
import { validateEnvelope } from "../wire/validate.ts";
import type { Context } from "./callers.ts";
import { type Afterwards, change, type Link } from "./link.ts";
import { liveTask } from "./live_task.ts";
import { malformed, type PushedMessage, pushedMessages } from "./messages_in.ts";
import { news } from "./news.ts";
import { announceMessage } from "./objects.ts";
import { stateOfRun } from "./task_changes.ts";

/** How a ServerApp sees its nodes and gives them instructions. */
export function grid(link: Link): Route<Caller>[] {
  return [
    route(serverAppIo.GetNodes, (_, __: Context) => getNodes(link)),
    route(serverAppIo.PushMessages, (request, context: Context) => pushMessages(link, request, context)),
  ];
}

/**
 * Every node that is online right now: all belong to the one federation. One whose connection is gone is left out
 * although its lease goes on, since work for a node that was killed would only be waited for; one that lives
 * connects again by itself.
 */
async function getNodes(link: Link) {
  const nodes = await link.store.transaction((tx) => tx.nodes(["online"]));
  const nowMs = link.clock.now();
  const there = nodes.filter((node) => isOnline(node, nowMs) && !link.presence.isCutOff(node.nodeId));
  return { nodes: there.map(({ nodeId }) => ({ node_id: nodeId })) };
}

/** Stores all messages or, when one of them is none, nothing. */
async function pushMessages(link: Link, request: PushAppMessagesRequest, context: Context) {
  const task = callingTask(context.caller);
  const pushed = pushedMessages(request);
  if (pushed.length === 0) throw malformed("`messages_list` must not be empty");
  for (const { envelope } of pushed) {
    const errors = validateEnvelope(envelope, { isReply: false, now: link.clock.now() / 1_000 });
    if (errors.length > 0) throw malformed(errors.join(", "));
    if (envelope.metadata.runId !== task.runId) throw malformed("`Message.metadata` has mismatched `run_id`");
  }
  return await change(link, async (tx, afterwards) => {
    await liveTask(link, tx, task);
    const ids: string[] = [];
    const missing = new Set<string>();
    for (const message of pushed) {
      const taken = await takeInstruction(link, { tx, afterwards, pushed: message });
      ids.push(taken ? message.envelope.metadata.messageId : "");
      for (const id of taken ?? []) missing.add(id);
    }
    const { messageType } = pushed[0].envelope.metadata;
    afterwards(() => link.unaskedHolds.pushed(task.runId, messageType, link.clock.now()));
    return { message_ids: ids, objects_to_push: [...missing] };
  });
}

/** Stores an instruction when it may be stored, and gives the objects that are still to come; else undefined. */
async function takeInstruction(
  link: Link,
  { tx, afterwards, pushed }: { tx: Transaction; afterwards: Afterwards; pushed: PushedMessage },
): Promise<string[] | undefined> {
  const { runId, messageId, dstNodeId } = pushed.envelope.metadata;
  const verdict = storeInstruction({
    run: (await stateOfRun(link, tx, runId))?.status,
    node: await tx.node(dstNodeId),
    earlier: await tx.message(runId, messageId),
  });
  const accepted = verdict === "store" || verdict === "again";
  const announced = accepted && await announceMessage(link, { tx, pushed, isNew: verdict === "store" });
  if (!announced) {
    link.log.warn(`Refused message ${messageId} of run ${runId} for node ${dstNodeId}: ${verdict}`);
    return undefined;
  }
  if (announced.complete) afterwards(() => link.wakeups.notify(news.forNode(dstNodeId)));
  return announced.missing;
}
