import type { NodeId } from "../model/ids.ts";
import type { Node } from "../model/node.ts";
import { hasLapsed, isHeartbeatInterval, onlineUntil } from "./lease.ts";

/**
 * What can happen to a node.
 *
 * - `activate`: it comes, and says how often it will report. One that counts as online is refused, unless the
 *   process that was heard as it before is gone: then it was killed and is back.
 * - `heartbeat`: it reports; one that was thought gone is back.
 * - `deactivate`: it says good-bye and may return.
 * - `unregister`: it goes for ever.
 */
export type NodeEvent =
  | { readonly kind: "activate"; readonly heartbeatIntervalS: number; readonly former: Former }
  | { readonly kind: "heartbeat"; readonly heartbeatIntervalS: number }
  | { readonly kind: "deactivate" }
  | { readonly kind: "unregister" };

/** What is known of the process that was last heard as a node. */
export interface Former {
  /** Whether its connection is closed, or it never had one to this SuperLink. */
  readonly isCutOff: boolean;
  /** When it was heard. Unix milliseconds. */
  readonly heardAtMs?: number;
}

/** Why an event left a node as it was. */
export type NodeRefusal = "badInterval" | "alreadyOnline" | "notOnline" | "unregistered";

/** What became of a node. `node` is its state afterwards, time's own doing included. */
export type NodeChange =
  | { readonly outcome: "changed"; readonly node: Node }
  | { readonly outcome: "refused"; readonly reason: NodeRefusal; readonly node: Node };

/** A node whose key is known and that has not come yet. */
export function newNode(
  nodeId: NodeId,
  options: Pick<Node, "ownerId" | "ownerName" | "publicKey" | "heartbeatIntervalS"> & { nowMs: number },
): Node {
  const { nowMs, ...rest } = options;
  return { nodeId, ...rest, status: "registered", registeredAt: nowMs, onlineUntil: 0 };
}

/** The node as it is at `nowMs`, when nothing but time passes: silent for too long is `offline`. */
export function settleNode(node: Node, nowMs: number): Node {
  if (node.status !== "online" || !hasLapsed(node.onlineUntil, nowMs)) return node;
  return { ...node, status: "offline", lastDeactivatedAt: node.onlineUntil };
}

/** What an event does to a node at `nowMs`. */
export function changeNode(before: Node, event: NodeEvent, nowMs: number): NodeChange {
  const node = settleNode(before, nowMs);
  const refused = (reason: NodeRefusal): NodeChange => ({ outcome: "refused", reason, node });
  const changed = (next: Node): NodeChange => ({ outcome: "changed", node: next });
  if (node.status === "unregistered") return refused("unregistered");
  switch (event.kind) {
    case "activate":
      if (!isHeartbeatInterval(event.heartbeatIntervalS)) return refused("badInterval");
      if (node.status === "online" && !isGone(event.former, node, nowMs)) return refused("alreadyOnline");
      return changed({ ...alive(node, event.heartbeatIntervalS, nowMs), lastActivatedAt: nowMs });
    case "heartbeat":
      if (!isHeartbeatInterval(event.heartbeatIntervalS)) return refused("badInterval");
      return changed(alive(node, event.heartbeatIntervalS, nowMs));
    case "deactivate":
      if (node.status !== "online") return refused("notOnline");
      return changed({ ...node, status: "offline", onlineUntil: nowMs, lastDeactivatedAt: nowMs });
    case "unregister":
      return changed({
        ...node,
        status: "unregistered",
        unregisteredAt: nowMs,
        onlineUntil: Math.min(node.onlineUntil, nowMs),
      });
  }
}

/** One that lives reports more often than it has promised; its connection may be open long after it was killed. */
function isGone({ isCutOff, heardAtMs }: Former, { heartbeatIntervalS }: Node, nowMs: number): boolean {
  return isCutOff || heardAtMs === undefined || nowMs - heardAtMs >= heartbeatIntervalS * 1_000;
}

function alive(node: Node, heartbeatIntervalS: number, nowMs: number): Node {
  return {
    ...node,
    status: "online",
    heartbeatIntervalS,
    onlineUntil: onlineUntil(nowMs, heartbeatIntervalS),
    lastActivatedAt: node.status === "online" ? node.lastActivatedAt : nowMs,
  };
}

/** Whether messages to a node can be answered by it right now. */
export function isOnline(node: Node, nowMs: number): boolean {
  return settleNode(node, nowMs).status === "online";
}

/** Whether messages for a node are taken: it came at least once and is not gone for ever. */
export function takesMessages(node: Node): boolean {
  return node.status === "online" || node.status === "offline";
}
