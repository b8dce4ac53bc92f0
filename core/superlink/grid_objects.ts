import type { ConfirmMessageReceivedRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import { pulledAroundContent } from "../rpc/content_room.ts";
import { type Route, route } from "../rpc/router.ts";
import { serverAppIo } from "../wire/methods.ts";
import type { Context } from "./callers.ts";
import type { Link } from "./link.ts";
import { giveObject, takeObject } from "./objects.ts";

/** How a ServerApp gives and gets the objects that its messages are made of. The run is always its task's. */
export function gridObjects(link: Link): Route<Caller>[] {
  const runOf = (context: Context) => callingTask(context.caller).runId;
  return [
    route(
      serverAppIo.PushObject,
      (request, context: Context) =>
        takeObject(link, request, { run: runOf(context), sender: SUPERLINK_NODE_ID }),
    ),
    route(
      pulledAroundContent(serverAppIo.PullObject),
      (request, context: Context) =>
        giveObject(link, request, { run: runOf(context), peer: SUPERLINK_NODE_ID, context }),
    ),
    route(
      serverAppIo.ConfirmMessageReceived,
      (request, context: Context) => confirm(link, request, runOf(context)),
    ),
  ];
}

/** The ServerApp has the whole reply: neither its objects nor the note of it are needed any more. */
async function confirm(link: Link, request: ConfirmMessageReceivedRequest, run: bigint) {
  const messageId = request.message_object_id;
  if (await link.objects.confirm(run, SUPERLINK_NODE_ID, messageId) === "confirmed") {
    await link.store.transaction((tx) => tx.deleteMessage(run, messageId));
  }
  return {};
}
