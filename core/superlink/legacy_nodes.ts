import { type Caller, callerAs, callingNode } from "../auth/caller.ts";
import { accessDenied, type LegacyNodes } from "../auth/legacy_nodes.ts";
import type { Node } from "../model/node.ts";
import { HEARTBEAT_INTERVAL_S } from "../rules/lease.ts";
import { isOnline, type NodeEvent } from "../rules/node_life.ts";
import { type Route, route } from "../rpc/router.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import type { Context } from "./callers.ts";
import { changeNodeOf } from "./fleet_nodes.ts";
import { change, type Link } from "./link.ts";

/** How SuperNodes of Flower 1.14.0 come, report and go. */
export function legacyNodes(link: Link, nodes: LegacyNodes): Route<Caller>[] {
  return [
    route(legacyFleet.CreateNode, async (_, context: Context) => {
      // The client takes its part of the secret from the headers that come before the reply.
      context.setHeader(...nodes.answer);
      return { node: await idOf(link, context) };
    }),
    route(legacyFleet.DeleteNode, async (_, { caller }: Context) => {
      await happen(link, callingNode(caller), { kind: "deactivate" });
      return {};
    }),
    route(legacyFleet.Ping, ({ ping_interval }, context: Context) => ping(link, ping_interval, context)),
  ];
}

/**
 * The id of a registered node. Nothing else: anybody who knows a public key can ask, since 1.14.0 shows a MAC only from
 * the next call on. The node is there once it pings, which it does at once.
 */
async function idOf(link: Link, { caller }: Context) {
  const { publicKey } = callerAs(caller, "newcomer");
  const node = await link.store.transaction((tx) => tx.nodeByKey(publicKey));
  if (!node) throw accessDenied();
  return { node_id: node.nodeId };
}

/** The node is there. What it was given and has not answered it is given again when it pulls. */
async function ping(link: Link, pingIntervalS: number, { caller }: Context) {
  const before = callingNode(caller);
  const heartbeatIntervalS = heartbeatIntervalFrom(pingIntervalS);
  const success = await happen(link, before, { kind: "heartbeat", heartbeatIntervalS });
  if (success && !isOnline(before, link.clock.now())) {
    link.log.info(`[Fleet.Ping] node_id=${before.nodeId} is there, a SuperNode of Flower 1.14.0 or earlier`);
  }
  return { success };
}

function happen(link: Link, { nodeId }: Node, event: NodeEvent): Promise<boolean> {
  return change(link, async (tx, afterwards) => {
    const node = await tx.node(nodeId);
    const changed = node && await changeNodeOf(link, { tx, afterwards }, { node, event });
    return changed?.outcome === "changed";
  });
}

/** The interval that a node asks for, or the nearest one that it may choose: 1.14.0 knows no limits. Seconds. */
function heartbeatIntervalFrom(pingIntervalS: number): number {
  const { least, most } = HEARTBEAT_INTERVAL_S;
  return pingIntervalS >= least ? Math.min(pingIntervalS, most) : least;
}
