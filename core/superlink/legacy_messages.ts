import type { PushTaskResRequest, TaskRes } from "../../proto/flwr_1_14.ts";
import { type Caller, callingNode } from "../auth/caller.ts";
import { envelopeOf, type Message } from "../model/app_message.ts";
import type { Metadata } from "../model/message.ts";
import type { Node } from "../model/node.ts";
import { postOrder } from "../model/object_tree.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { type DeflatedMessage, deflateMessage } from "../wire/deflate.ts";
import { inflateMessage } from "../wire/inflate.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { instructionIdOf, replyOf, taskInsOf } from "../wire/legacy_task.ts";
import type { Context } from "./callers.ts";
import { awaitDelivery, type Delivery } from "./delivery.ts";
import { takeReply } from "./fleet_messages.ts";
import { runningRun } from "./fleet_runs.ts";
import { change, type Link } from "./link.ts";
import { malformed, type PushedMessage } from "./messages_in.ts";
import { takeObject } from "./objects.ts";

/** How SuperNodes of Flower 1.14.0 get their instructions and give their answers: each message in one piece. */
export function legacyMessages(link: Link): Route<Caller>[] {
  return [
    route(legacyFleet.PullTaskIns, (_, context: Context) => pullTaskIns(link, context)),
    route(legacyFleet.PushTaskRes, (request, context: Context) => pushTaskRes(link, request, context)),
  ];
}

/** Holds the call until there is a message for the node, and gives it whole. */
async function pullTaskIns(link: Link, context: Context) {
  const { nodeId } = callingNode(context.caller);
  const found = await awaitDelivery(link, context);
  if (!found) return {};
  const { runId, messageId } = found.message.metadata;
  const { message, sizeBytes } = await whole(link, found, { nodeId, context });
  link.traffic.add(runId, { sent: sizeBytes, received: 0 });
  link.log.info(`[Fleet.PullTaskIns] node_id=${nodeId} gets message ${messageId} of run ${runId}`);
  return { task_ins_list: [taskInsOf(message, link.clock.now())] };
}

/** Puts a message together, when there is room for it and for the bytes it becomes. */
async function whole(
  link: Link,
  { message, tree }: Delivery,
  { nodeId, context }: { nodeId: bigint; context: Context },
): Promise<{ message: Message; sizeBytes: number }> {
  const contents = await link.store.transaction((tx) => tx.contents([...new Set(postOrder(tree))]));
  const sizeBytes = contents.reduce((sum, content) => sum + content.sizeBytes, 0);
  await context.reserve(2 * sizeBytes);
  const { runId, messageId } = message.metadata;
  const contentOf = async (id: string) => {
    const reading = await link.objects.read(runId, nodeId, id);
    if (reading.kind === "content") return reading.content;
    throw new RpcError("PERMISSION_DENIED", `Message ${messageId} of run ${runId} is gone`);
  };
  return { message: await inflateMessage(messageId, contentOf, { envelope: message }), sizeBytes };
}

async function pushTaskRes(link: Link, { task_res_list: results }: PushTaskResRequest, context: Context) {
  const node = callingNode(context.caller);
  const [result] = results;
  if (results.length !== 1) throw malformed("`task_res_list` must have one item", "PushTaskRes");
  const reply = await replyTo(link, result);
  const taken = reply && await store(link, reply, node);
  link.log.info(`[Fleet.PushTaskRes] Push replies from node_id=${node.nodeId}`);
  return {
    reconnect: { reconnect: 5 },
    results: taken ? { [result.task_id || instructionIdOf(result)]: 0 } : {},
  };
}

/** The answer as a message of today; undefined when nothing is known of what it answers. */
function replyTo(link: Link, result: TaskRes): Promise<Message | undefined> {
  return link.store.transaction(async (tx) => {
    const runId = BigInt(result.run_id);
    await runningRun(link, tx, runId);
    const instruction = await tx.message(runId, instructionIdOf(result));
    if (instruction) return readOrRefuse(result, instruction.metadata);
    link.log.warn(`[Fleet.PushTaskRes] Refused a reply in run ${runId}: instructionUnknown`);
  });
}

function readOrRefuse(result: TaskRes, instruction: Metadata): Message {
  try {
    return replyOf(result, instruction);
  } catch (error) {
    if (error instanceof RangeError) throw malformed(error.message, "PushTaskRes");
    throw error;
  }
}

/** Cuts the answer into the objects of today and takes them as if the node had pushed each; false when it may not. */
async function store(link: Link, reply: Message, node: Node): Promise<boolean> {
  const { runId: run } = reply.metadata;
  const { nodeId: sender } = node;
  const deflated = deflateMessage(reply);
  const pushed = announced(reply, deflated);
  const { verdict, objectsToPush } = await change(link, async (tx, afterwards) => {
    await runningRun(link, tx, run);
    const taken = await takeReply(link, { tx, afterwards, pushed, node });
    await link.traffic.settle(tx, run, { afterwards });
    return taken;
  });
  if (verdict !== "store" && verdict !== "again") return false;
  const wanted = new Set(objectsToPush);
  for (const id of deflated.ids.filter((id) => wanted.has(id))) {
    const object_content = deflated.contentOf(id);
    link.traffic.add(run, { sent: 0, received: object_content.length });
    await takeObject(link, { node: null, run_id: "0", object_id: id, object_content }, { run, sender });
  }
  return true;
}

function announced(reply: Message, { messageId, ids }: DeflatedMessage): PushedMessage {
  const envelope = envelopeOf(reply);
  return { envelope: { ...envelope, metadata: { ...envelope.metadata, messageId } }, objects: ids };
}
