import type { ActivateNodeRequest, SendNodeHeartbeatRequest } from "../../proto/mod.ts";
import { type Caller, callerAs, callingNode } from "../auth/caller.ts";
import type { NodeId } from "../model/ids.ts";
import type { Node } from "../model/node.ts";
import { changeNode, newNode, type NodeChange, type NodeEvent } from "../rules/node_life.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { fleet } from "../wire/methods.ts";
import type { Transaction } from "../store/store.ts";
import type { Context } from "./callers.ts";
import { NOBODY } from "./federation.ts";
import { type Afterwards, change, type Link } from "./link.ts";
import { giveUpInstructions } from "./lost_instructions.ts";
import { news } from "./news.ts";
import { randomId } from "../store/random_id.ts";

const CLI_ONLY = "SuperNode authentication is enabled. All SuperNodes must be";

/** How nodes come, report and go. */
export function fleetNodes(link: Link): Route<Caller>[] {
  return [
    route(fleet.RegisterNode, (_, context: Context) => registerNode(link, context)),
    route(fleet.ActivateNode, (request, context: Context) => activateNode(link, request, context)),
    route(fleet.DeactivateNode, (_, context: Context) => deactivateNode(link, callingNode(context.caller))),
    route(fleet.UnregisterNode, (_, context: Context) => unregisterNode(link, callingNode(context.caller))),
    route(
      fleet.SendNodeHeartbeat,
      (request, context: Context) => heartbeat(link, request, callingNode(context.caller)),
    ),
  ];
}

async function registerNode(link: Link, context: Context) {
  if (link.supernodeAuth) throw new RpcError("FAILED_PRECONDITION", `${CLI_ONLY} registered via the CLI.`);
  const publicKey = callerAs(context.caller, "newcomer").publicKey;
  const nodeId = await link.store.transaction((tx) =>
    addNode(link, tx, { publicKey, ...NOBODY, heartbeatIntervalS: 0 })
  );
  link.log.debug(`[Fleet.RegisterNode] Registered node_id=${nodeId}`);
  return { node_id: nodeId };
}

/** Adds a node. @throws {RpcError} when its key is in use, or was, and keys may not be used again */
export async function addNode(
  link: Link,
  tx: Transaction,
  node: Pick<Node, "ownerId" | "ownerName" | "publicKey" | "heartbeatIntervalS">,
): Promise<bigint> {
  const earlier = await tx.nodeByKey(node.publicKey);
  if (earlier && !(link.allowKeyReuse && earlier.status === "unregistered")) {
    throw new RpcError("FAILED_PRECONDITION", "Public key already in use");
  }
  const nodeId = randomId(link.random);
  // The request's bytes may be a view into a larger buffer that must not stay in memory.
  const publicKey = new Uint8Array(node.publicKey);
  await tx.putNode(newNode(nodeId, { ...node, publicKey, nowMs: link.clock.now() }));
  return nodeId;
}

async function activateNode(link: Link, request: ActivateNodeRequest, context: Context) {
  const publicKey = callerAs(context.caller, "newcomer").publicKey;
  const { nodeId } = await change(link, async (tx, afterwards) => {
    const node = await tx.nodeByKey(publicKey);
    const refusal = new RpcError("FAILED_PRECONDITION", "No SuperNode found with the given public key.");
    if (!node || !link.keyList.admits(node)) throw refusal;
    const event: NodeEvent = {
      kind: "activate",
      heartbeatIntervalS: request.heartbeat_interval,
      former: link.presence.former(node.nodeId),
    };
    const changed = await changeNodeOf(link, { tx, afterwards }, { node, event });
    if (changed.outcome === "changed") {
      // Whoever had the place may still wait for messages over a connection that nobody closed.
      afterwards(() => cutOff(link, node.nodeId));
      await giveUpInstructions(link, { tx, afterwards }, node.nodeId);
      return changed.node;
    }
    if (changed.reason === "unregistered") throw refusal;
    if (changed.reason === "badInterval") throw badInterval();
    throw new RpcError(
      "FAILED_PRECONDITION",
      `SuperNode with node ID ${node.nodeId} could not be activated.`,
    );
  });
  link.presence.seen(nodeId, context.connection, link.clock.now());
  link.log.info(`[Fleet.ActivateNode] Activated node_id=${nodeId}`);
  return { node_id: nodeId };
}

async function deactivateNode(link: Link, { nodeId }: Node) {
  const changed = await changeNodeById(link, nodeId, { kind: "deactivate" });
  if (changed?.outcome !== "changed") {
    throw new RpcError("FAILED_PRECONDITION", `SuperNode with node ID ${nodeId} could not be deactivated.`);
  }
  link.log.info(`[Fleet.DeactivateNode] Deactivated node_id=${nodeId}`);
  return {};
}

async function unregisterNode(link: Link, { nodeId, ownerId }: Node) {
  if (link.supernodeAuth) throw new RpcError("FAILED_PRECONDITION", `${CLI_ONLY} unregistered via the CLI.`);
  const changed = ownerId === NOBODY.ownerId && await changeNodeById(link, nodeId, { kind: "unregister" });
  if (!changed || changed.outcome !== "changed") {
    throw new RpcError("FAILED_PRECONDITION", `SuperNode with node ID ${nodeId} could not be unregistered.`);
  }
  link.log.debug(`[Fleet.UnregisterNode] Unregistered node_id=${nodeId}`);
  return {};
}

async function heartbeat(link: Link, request: SendNodeHeartbeatRequest, { nodeId }: Node) {
  const event: NodeEvent = { kind: "heartbeat", heartbeatIntervalS: request.heartbeat_interval };
  const changed = await changeNodeById(link, nodeId, event);
  if (changed?.outcome === "refused" && changed.reason === "badInterval") throw badInterval();
  return { success: changed?.outcome === "changed" };
}

function badInterval(): RpcError {
  return new RpcError("INVALID_ARGUMENT", "Invalid heartbeat interval");
}

function changeNodeById(link: Link, nodeId: bigint, event: NodeEvent): Promise<NodeChange | undefined> {
  // After a loss of power the next heartbeat says the same.
  const lazily = event.kind === "heartbeat";
  return change(link, async (tx, afterwards) => {
    const node = await tx.node(nodeId);
    return node && await changeNodeOf(link, { tx, afterwards }, { node, event });
  }, { lazily });
}

/** Lets something happen to a node and tells those who wait for its answers when it is not there any more. */
export async function changeNodeOf(
  link: Link,
  { tx, afterwards }: { tx: Transaction; afterwards: Afterwards },
  { node, event }: { node: Node; event: NodeEvent },
): Promise<NodeChange> {
  const changed = changeNode(node, event, link.clock.now());
  if (changed.node === node) return changed;
  await tx.putNode(changed.node);
  const { nodeId, status, onlineUntil } = changed.node;
  afterwards(() => {
    if (status === "online") link.lapses.expect(onlineUntil);
    else link.wakeups.notify(news.nodeGone(nodeId));
    if (status === "unregistered") cutOff(link, nodeId);
  });
  return changed;
}

/** Ends the calls that a node has under way, the held ones too. */
export function cutOff({ cutOffs, wakeups }: Link, nodeId: NodeId): void {
  cutOffs.cutOff(nodeId);
  wakeups.notify(news.forNode(nodeId));
}
