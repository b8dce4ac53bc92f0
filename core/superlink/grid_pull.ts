import type { Init, PullAppMessagesRequest, PullAppMessagesResponse } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { MessageId } from "../model/ids.ts";
import type { Envelope } from "../model/message.ts";
import type { ObjectTree } from "../model/object_tree.ts";
import type { Task } from "../model/task.ts";
import { type Answer, answerFor, expiresAt } from "../rules/message_life.ts";
import { hold } from "../rpc/hold.ts";
import { holdMs, namesHold } from "../rpc/peer.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { StoredMessage, Transaction } from "../store/store.ts";
import { envelopeToProto, treeToProto } from "../wire/message.ts";
import { serverAppIo } from "../wire/methods.ts";
import type { Context } from "./callers.ts";
import { change, type Link } from "./link.ts";
import { type GeneratedReply, generateReply, uploadReply } from "./generated_replies.ts";
import { liveTask } from "./live_task.ts";
import { forgetReply } from "./lost_instructions.ts";
import { news } from "./news.ts";
import type { Changing } from "./task_changes.ts";

/** How a ServerApp gets the replies to its instructions. */
export function gridPull(link: Link): Route<Caller>[] {
  return [
    route(serverAppIo.PullMessages, (request, context: Context) => pullMessages(link, request, context)),
  ];
}

/** One ServerApp's question. */
interface Pull {
  readonly task: Task;
  /** Each id once, in the order asked. */
  readonly ids: readonly MessageId[];
  /** Ours names how long it wants to wait for the first answer; others are answered when all is there. */
  readonly wants: "all" | "any";
  /** Ours may lose a reply on the way and ask again; others never do. */
  readonly mayRepeat: boolean;
}

async function pullMessages(link: Link, request: PullAppMessagesRequest, context: Context) {
  const task = callingTask(context.caller);
  const ids = [...new Set(request.message_ids)];
  const isOurs = namesHold(context.metadata);
  const pull: Pull = { task, ids, wants: isOurs ? "any" : "all", mayRepeat: isOurs };
  const { keys, untilMs } = await outlook(link, pull);
  const { wakeups, clock } = link;
  const { signal } = context;
  const since = clock.now();
  const unaskedMs = link.unaskedHolds.mayHoldMs(task.runId, since);
  const maxMs = Math.min(holdMs(context.metadata, unaskedMs), untilMs - since);
  await hold(() => isReady(link, pull), { wakeups, keys, maxMs, clock, signal });
  if (!isOurs) link.unaskedHolds.held(task.runId, clock.now() - since, since);
  if (signal.aborted) return {};
  return await collect(link, pull);
}

/** What can change the answers, and when time alone does. */
async function outlook(link: Link, { task, ids }: Pull): Promise<{ keys: string[]; untilMs: number }> {
  const instructions = await link.store.transaction((tx) =>
    Promise.all(ids.map((id) => tx.message(task.runId, id)))
  );
  const known = instructions.flatMap((message) => message?.metadata ?? []);
  const nodes = new Set(known.map(({ dstNodeId }) => dstNodeId));
  return {
    keys: [
      news.runOver(task.runId),
      ...ids.map((id) => news.reply(task.runId, id)),
      ...[...nodes].map(news.nodeGone),
    ],
    untilMs: known.reduce((soonest, metadata) => Math.min(soonest, expiresAt(metadata)), Infinity),
  };
}

/** Whether the call is answered now. Looks no further than it has to, since it is asked at every news. */
async function isReady(link: Link, pull: Pull): Promise<true | undefined> {
  return await link.store.transaction(async (tx) => {
    await liveTask(link, tx, pull.task);
    const noRoom = link.withoutRoom.get(pull.task.runId);
    if (noRoom) throw new RpcError("RESOURCE_EXHAUSTED", noRoom);
    for (const id of pull.ids) {
      const waits = (await answerTo(link, tx, { pull, id })).kind === "wait";
      if (waits && pull.wants === "all") return undefined;
      if (!waits && pull.wants === "any") return true;
    }
    return pull.wants === "all" || pull.ids.length === 0 ? true : undefined;
  });
}

async function answerTo(
  link: Link,
  tx: Transaction,
  { pull, id }: { pull: Pull; id: MessageId },
): Promise<Answer<StoredMessage>> {
  const { runId } = pull.task;
  const message = await tx.message(runId, id);
  const instruction = message?.metadata.replyToMessageId === "" ? message : undefined;
  return answerFor({
    instruction,
    reply: await tx.replyTo(runId, id),
    node: instruction && await tx.node(instruction.metadata.dstNodeId),
    nowMs: link.clock.now(),
    mayRepeat: pull.mayRepeat,
  });
}

/** Takes every answer that is there out of the queue. Asking again gives code 3, but see {@link Pull.mayRepeat}. */
async function collect(link: Link, pull: Pull): Promise<Init<PullAppMessagesResponse>> {
  const answers = await change(link, async (tx, afterwards) => {
    await liveTask(link, tx, pull.task);
    const answers: (HandedOut | undefined)[] = [];
    for (const id of pull.ids) answers.push(await takeAnswer(link, { tx, afterwards }, { pull, id }));
    return answers.filter((answer) => answer !== undefined);
  });
  for (const { generated } of answers) if (generated) await uploadReply(link, generated);
  return {
    messages_list: answers.map(({ envelope }) => envelopeToProto(envelope)),
    message_object_trees: answers.map(({ tree }) => treeToProto(tree)),
  };
}

/** A message on its way to a ServerApp. */
interface HandedOut {
  readonly envelope: Envelope;
  readonly tree: ObjectTree;
  /** The object of a reply that the SuperLink made itself; still to be stored. */
  readonly generated?: GeneratedReply;
}

async function takeAnswer(
  link: Link,
  { tx, afterwards }: Changing,
  { pull, id }: { pull: Pull; id: MessageId },
): Promise<HandedOut | undefined> {
  const answer = await answerTo(link, tx, { pull, id });
  if (answer.kind === "wait") return undefined;
  const { runId } = pull.task;
  const instruction = await tx.message(runId, id);
  if (instruction) {
    await tx.deleteMessage(runId, id);
    const gone = await link.objects.releaseIn(tx, runId, id);
    afterwards(() => link.objects.discard(gone));
  }
  if (answer.kind === "error") {
    await forgetReply(link, { tx, afterwards }, { runId, messageId: id });
    return await generateReply(link, tx, { error: answer.code, runId, id, instruction });
  }
  return await handOut(link, tx, answer.reply);
}

async function handOut(link: Link, tx: Transaction, reply: StoredMessage): Promise<HandedOut> {
  const { runId, messageId } = reply.metadata;
  const tree = await link.objects.tree(tx, runId, messageId);
  if (!tree) throw new Error(`Cannot hand out message ${messageId} of run ${runId}: its objects are gone`);
  await tx.putMessage({ ...reply, deliveredAt: link.clock.now(), deliveries: reply.deliveries + 1 });
  return { envelope: reply, tree };
}
