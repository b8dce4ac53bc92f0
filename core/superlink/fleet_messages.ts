import type { Init, PullMessagesRequest, PushMessagesRequest } from "../../proto/mod.ts";
import { type Caller, callingNode } from "../auth/caller.ts";
import type { Envelope } from "../model/message.ts";
import type { Node } from "../model/node.ts";
import { storeReply, type StoreVerdict } from "../rules/message_life.ts";
import { type Route, route } from "../rpc/router.ts";
import type { StoredMessage, Transaction } from "../store/store.ts";
import { envelopeToProto, treeToProto } from "../wire/message.ts";
import { fleet } from "../wire/methods.ts";
import { validateEnvelope } from "../wire/validate.ts";
import type { Context } from "./callers.ts";
import { awaitDelivery } from "./delivery.ts";
import { runningRun } from "./fleet_runs.ts";
import { type Afterwards, change, type Link } from "./link.ts";
import { malformed, type PushedMessage, pushedMessages } from "./messages_in.ts";
import { announceMessage, replyArrived } from "./objects.ts";

/** How nodes get their instructions and give their replies. */
export function fleetMessages(link: Link): Route<Caller>[] {
  return [
    route(fleet.PullMessages, (request, context: Context) => pullMessages(link, request, context)),
    route(fleet.PushMessages, (request, context: Context) => pushMessages(link, request, context)),
  ];
}

/** Holds the call until there is a message for the node. */
async function pullMessages(link: Link, request: PullMessagesRequest, context: Context) {
  const found = await awaitDelivery(link, context);
  if (!found) return {};
  const { runId, messageId, dstNodeId } = found.message.metadata;
  const response = {
    messages_list: [envelopeToProto(found.message)],
    message_object_trees: [treeToProto(found.tree)],
  };
  link.traffic.add(runId, bytesOf(fleet.PullMessages, { request, response }));
  link.log.info(`[Fleet.PullMessages] node_id=${dstNodeId} gets message ${messageId} of run ${runId}`);
  return response;
}

async function pushMessages(link: Link, request: PushMessagesRequest, context: Context) {
  const node = callingNode(context.caller);
  const [pushed] = pushedMessages(request);
  if (!pushed) throw malformed("`messages_list` must not be empty");
  const response = await change(link, async (tx, afterwards) => {
    const { metadata } = pushed.envelope;
    await runningRun(link, tx, metadata.runId);
    const { verdict, objectsToPush } = await takeReply(link, { tx, afterwards, pushed, node });
    const response = {
      reconnect: { reconnect: 5 },
      results: { [verdict === "store" || verdict === "again" ? metadata.messageId : "None"]: 0 },
      objects_to_push: objectsToPush,
    };
    link.traffic.add(metadata.runId, bytesOf(fleet.PushMessages, { request, response }));
    const [clientAppRuntimeS] = verdict === "store" ? request.clientapp_runtime_list : [];
    await link.traffic.settle(tx, metadata.runId, { afterwards, clientAppRuntimeS });
    return response;
  });
  link.log.info(`[Fleet.PushMessages] Push replies from node_id=${node.nodeId}`);
  return response;
}

/** Judges a reply and stores it when it may be stored. */
export async function takeReply(
  link: Link,
  how: { tx: Transaction; afterwards: Afterwards; pushed: PushedMessage; node: Node },
): Promise<{ verdict: StoreVerdict | "malformed"; objectsToPush: string[] }> {
  const { tx, afterwards, pushed, node } = how;
  const verdict = await judgeReply(link, { tx, reply: pushed.envelope, node });
  const refused = (why: StoreVerdict | "malformed") => {
    link.log.warn(`[Fleet.PushMessages] Refused a reply of node_id=${node.nodeId}: ${why}`);
    return { verdict: why, objectsToPush: [] };
  };
  if (verdict !== "store" && verdict !== "again") return refused(verdict);
  const announced = await announceMessage(link, { tx, pushed, isNew: verdict === "store" });
  if (!announced) return refused("wrongSender");
  const { metadata } = pushed.envelope;
  const { runId, replyToMessageId: messageId } = metadata;
  if (announced.complete) afterwards(() => replyArrived(link, metadata));
  else afterwards(() => void link.unfinishedReplies.set(node.nodeId, { runId, messageId }));
  return { verdict, objectsToPush: announced.missing };
}

async function judgeReply(
  link: Link,
  { tx, reply, node }: { tx: Transaction; reply: Envelope; node: Node },
): Promise<StoreVerdict | "malformed"> {
  const nowMs = link.clock.now();
  const { metadata } = reply;
  const { runId, replyToMessageId } = metadata;
  if (validateEnvelope(reply, { isReply: true, now: nowMs / 1_000 }).length > 0) return "malformed";
  if (metadata.srcNodeId !== node.nodeId) return "wrongSender";
  const { status: run } = await runningRun(link, tx, runId);
  const instruction: StoredMessage | undefined = await tx.message(runId, replyToMessageId);
  return storeReply(metadata, {
    run,
    instruction,
    earlier: await tx.replyTo(runId, replyToMessageId),
    nowMs,
  });
}

/** What a call with a message adds to its run's traffic: the serialized request and reply. */
function bytesOf<Request, Response>(
  method: {
    encodeRequest(request: Init<Request>): Uint8Array;
    encodeResponse(response: Init<Response>): Uint8Array;
  },
  call: { request: Init<Request>; response: Init<Response> },
) {
  return {
    received: method.encodeRequest(call.request).length,
    sent: method.encodeResponse(call.response).length,
  };
}
