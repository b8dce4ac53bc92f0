import type { RegisterNodeRequest, UnregisterNodeRequest } from "../../proto/mod.ts";
import { type Account, type Caller, callerAs } from "../auth/caller.ts";
import type { Node } from "../model/node.ts";
import { DEFAULT_HEARTBEAT_INTERVAL_S } from "../rules/lease.ts";
import { settleNode } from "../rules/node_life.ts";
import type { Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { control } from "../wire/methods.ts";
import { nodeInfoToProto } from "../wire/run.ts";
import { decodeSpkiPem, encodeSpkiPem } from "../wire/spki.ts";
import { isoTime } from "../wire/time.ts";
import { controlRoute } from "./control_route.ts";
import { addNode, changeNodeOf } from "./fleet_nodes.ts";
import { change, type Link } from "./link.ts";

/** How people decide which nodes may come. */
export function controlNodes(link: Link): Route<Caller>[] {
  return [
    controlRoute(
      link,
      control.RegisterNode,
      (request, { caller }) => registerNode(link, request, callerAs(caller, "account")),
    ),
    controlRoute(
      link,
      control.UnregisterNode,
      (request, { caller }) => unregisterNode(link, request, callerAs(caller, "account")),
    ),
    controlRoute(
      link,
      control.ListNodes,
      (_, { caller }) => listNodes(link, callerAs(caller, "account")),
    ),
  ];
}

async function registerNode(link: Link, request: RegisterNodeRequest, { ownerId, ownerName }: Account) {
  const key = decodeSpkiPem(request.public_key);
  if (!key) throw new RpcError("FAILED_PRECONDITION", "The provided public key is not valid");
  const node = {
    ownerId,
    ownerName,
    // Keys are compared byte by byte; this is how nodes will write it.
    publicKey: encodeSpkiPem(key),
    heartbeatIntervalS: DEFAULT_HEARTBEAT_INTERVAL_S,
  };
  const nodeId = await link.store.transaction((tx) => addNode(link, tx, node));
  link.log.info(`[ControlServicer.RegisterNode] Created node_id=${nodeId}`);
  return { node_id: nodeId };
}

async function unregisterNode(link: Link, request: UnregisterNodeRequest, { ownerId }: Account) {
  const nodeId = BigInt(request.node_id);
  await change(link, async (tx, afterwards) => {
    const node = await tx.node(nodeId);
    const event = { kind: "unregister" } as const;
    const changed = node?.ownerId === ownerId
      ? await changeNodeOf(link, { tx, afterwards }, { node, event })
      : undefined;
    if (changed?.outcome !== "changed") throw new RpcError("NOT_FOUND", "Node ID not found for account");
  });
  link.log.info(`[ControlServicer.UnregisterNode] Unregistered node_id=${nodeId}`);
  return {};
}

function listNodes(link: Link, { ownerId }: Account) {
  return link.store.transaction(async (tx) => ({
    nodes_info: (await nodesOf(link, tx, ownerId)).map(nodeInfoToProto),
    now: isoTime(link.clock.now()),
  }));
}

/** The nodes of an account as they are at this moment, in order of registration. */
export async function nodesOf(link: Link, tx: Transaction, ownerId: string): Promise<Node[]> {
  const nowMs = link.clock.now();
  const nodes = await tx.nodes();
  return nodes.filter((node) => node.ownerId === ownerId).map((node) => settleNode(node, nowMs));
}
