import type { ConfirmMessageReceivedRequest, PullObjectRequest, PushObjectRequest } from "../../proto/mod.ts";
import { type Caller, callingNode } from "../auth/caller.ts";
import { pulledAroundContent } from "../rpc/content_room.ts";
import { type Route, route } from "../rpc/router.ts";
import { fleet } from "../wire/methods.ts";
import type { Context } from "./callers.ts";
import { runningRun } from "./fleet_runs.ts";
import { change, type Link } from "./link.ts";
import { confirmed, giveObject, takeObject } from "./objects.ts";

/** How nodes get and give the objects that messages are made of. */
export function fleetObjects(link: Link): Route<Caller>[] {
  return [
    route(fleet.PushObject, (request, context: Context) => pushObject(link, request, context)),
    route(
      pulledAroundContent(fleet.PullObject),
      (request, context: Context) => pullObject(link, request, context),
    ),
    route(fleet.ConfirmMessageReceived, (request, context: Context) => confirm(link, request, context)),
  ];
}

async function pushObject(link: Link, request: PushObjectRequest, context: Context) {
  const run = await openRun(link, request);
  const answer = await takeObject(link, request, { run, sender: callingNode(context.caller).nodeId });
  if (answer.stored) link.traffic.add(run, { sent: 0, received: request.object_content.length });
  return answer;
}

async function pullObject(link: Link, request: PullObjectRequest, context: Context) {
  const run = await openRun(link, request);
  const answer = await giveObject(link, request, { run, peer: callingNode(context.caller).nodeId, context });
  link.traffic.add(run, { sent: answer.object_content?.length ?? 0, received: 0 });
  return answer;
}

async function confirm(link: Link, request: ConfirmMessageReceivedRequest, context: Context) {
  const { nodeId } = callingNode(context.caller);
  const run = await openRun(link, request);
  const messageId = request.message_object_id;
  if (await link.objects.confirm(run, nodeId, messageId) === "confirmed") {
    await change(link, async (tx, afterwards) => {
      const message = await tx.message(run, messageId);
      if (message) await tx.putMessage(confirmed(message, link.clock.now()));
      await link.traffic.settle(tx, run, { afterwards });
    });
  }
  link.log.debug(`[Fleet.ConfirmMessageReceived] Message with ID '${messageId}' has been received`);
  return {};
}

/** The id of the run that the request names, which must be running. @throws {RpcError} as the run's gate says */
async function openRun(link: Link, request: { run_id: string }): Promise<bigint> {
  const { run } = await link.store.transaction((tx) => runningRun(link, tx, BigInt(request.run_id)));
  return run.runId;
}
