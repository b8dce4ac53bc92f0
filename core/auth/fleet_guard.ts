import { Buffer } from "node:buffer";
import type { Clock, Log } from "../io/ports.ts";
import type { Node } from "../model/node.ts";
import type { Guard, UncheckedCall } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Store } from "../store/store.ts";
import { isMarked } from "../wire/legacy_mark.ts";
import { isMarkedTimestamp, parsePythonTimestamp } from "../wire/timestamp.ts";
import type { Caller } from "./caller.ts";
import { Gate, unknownMethod } from "./gate.ts";
import type { NodeIdPlace, Row } from "./method_table.ts";
import { greet, GREET_AGAIN } from "./node_greeting.ts";
import { NODE_HEADERS, NODE_MAC_HEADER } from "./node_headers.ts";
import type { NodeSessions } from "./node_sessions.ts";
import { accessDenied, type LegacyNodes } from "./legacy_nodes.ts";
import { PublicKeys } from "./public_keys.ts";
import { withinWindow } from "./time_window.ts";

const MAC_REQUIRED =
  "This SuperLink takes corolla's SuperNodes only: it was started with --require-node-auth hmac";

/** What {@link fleetGuard} is made of. */
export interface FleetGuardOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Checks the MACs of SuperNodes of ours; without it they sign like all others. */
  readonly sessions?: NodeSessions;
  /** Whether nothing but such a MAC is good enough. */
  readonly requireMac?: boolean;
  /** Checks the MACs of SuperNodes of Flower 1.14.0; without it there are none. */
  readonly legacy?: LegacyNodes;
  /** Whether a registered node may come; every one unless told. */
  readonly mayCome?: (node: Node) => boolean;
}

/**
 * Guards the Fleet API: every call carries a public key, and either the time with a signature of it or, from a node of
 * ours, a MAC over all of the call. The checks of signatures go in the order and have the words of Flower 1.32; two are
 * stricter than there, since they are no use to an honest SuperNode: RegisterNode and ActivateNode must name the key
 * that signs, and what cannot be read is UNAUTHENTICATED.
 */
export function fleetGuard(options: FleetGuardOptions): Guard<Caller> {
  const keys = new PublicKeys();
  return new Gate((call, row) => callerOf(call, { row, ...options, keys }), options.log);
}

async function callerOf(
  call: UncheckedCall,
  how: FleetGuardOptions & { row: Row; keys: PublicKeys },
): Promise<Caller> {
  const { row, legacy } = how;
  switch (row.credential) {
    case "open":
      if (call.method.path === greet.path) return { kind: "anyone" };
      break;
    case "key": {
      const { publicKey, use } = await holderOf(call, how);
      if (!Buffer.from(publicKey).equals(keyInBody(call))) throw refused("Invalid node ID");
      use({ registered: false });
      return { kind: "newcomer", publicKey };
    }
    case "node": {
      if (legacy?.isLegacy(call)) return await legacyCaller(call, { ...how, legacy });
      const { publicKey, use } = await holderOf(call, how);
      const caller = await nodeOf(call, { publicKey, nodeIdAt: row.nodeIdAt, ...how });
      use({ registered: true });
      return caller;
    }
    case "legacyKey":
    case "legacyNode":
      if (legacy) return await legacyCaller(call, { ...how, legacy });
  }
  throw unknownMethod(call);
}

/** Who calls in the way of 1.14.0: only registered nodes are told apart from strangers. */
async function legacyCaller(
  call: UncheckedCall,
  how: FleetGuardOptions & { row: Row; legacy: LegacyNodes },
): Promise<Caller> {
  const { row, legacy } = how;
  const publicKey = legacy.claimedKey(call);
  const node = await admitted(publicKey, how);
  if (!node) throw accessDenied();
  if (row.credential === "legacyKey") return { kind: "newcomer", publicKey };
  await legacy.verify(call, publicKey);
  // As with a marked signature: somebody in between may have told a node of ours that this is an old SuperLink.
  if (how.sessions && call.connection.secure && isMarked(call.requestBytes)) {
    throw refused(GREET_AGAIN.marked);
  }
  const producer = row.credential === "legacyNode" && row.nodeIdAt === "producer";
  if ((producer ? producerIn(call) : nodeIdIn(call, "node")) !== node.nodeId) throw accessDenied();
  return { kind: "node", node };
}

/** A key, and what is left to do before its holder may make the call. */
interface Holder {
  /** The exact bytes of the header. */
  readonly publicKey: Uint8Array;
  /** Lets the call be made. @throws {RpcError} when it was made before */
  use(options: { registered: boolean }): void;
}

/** Who the caller has shown to be. */
async function holderOf(
  call: UncheckedCall,
  by: FleetGuardOptions & { keys: PublicKeys },
): Promise<Holder> {
  const { metadata } = call;
  const { sessions } = by;
  const macs = metadata.binaries(NODE_MAC_HEADER);
  if (macs.length === 0 || !sessions) return { publicKey: await signer(call, by), use: () => {} };
  const publicKey = only(metadata.binaries(NODE_HEADERS.publicKey));
  const header = only(macs);
  if (!publicKey || !header) throw refused("Missing authentication metadata");
  const good = await sessions.check(call, { publicKey, header });
  return { publicKey, use: (options) => sessions.use(good, options) };
}

async function signer(
  { metadata, connection }: UncheckedCall,
  by: FleetGuardOptions & { keys: PublicKeys },
): Promise<Uint8Array> {
  const publicKey = only(metadata.binaries(NODE_HEADERS.publicKey));
  const signature = only(metadata.binaries(NODE_HEADERS.signature));
  const timestamp = only(metadata.texts(NODE_HEADERS.timestamp));
  if (!publicKey?.length || !signature?.length || !timestamp) {
    throw refused("Missing authentication metadata");
  }
  const data = new TextEncoder().encode(timestamp);
  if (!await by.keys.verify(publicKey, { data, signature })) throw refused("Invalid signature");
  const saidUs = parsePythonTimestamp(timestamp);
  if (saidUs === undefined || !withinWindow(saidUs, by.clock.now())) throw refused("Invalid timestamp");
  // Somebody in between may have told the node that MACs are not taken here.
  if (by.sessions && connection.secure && isMarkedTimestamp(timestamp)) throw refused(GREET_AGAIN.marked);
  if (by.requireMac) throw refused(MAC_REQUIRED);
  return publicKey;
}

async function nodeOf(
  call: UncheckedCall,
  how: { publicKey: Uint8Array; nodeIdAt: NodeIdPlace } & FleetGuardOptions,
): Promise<Caller> {
  const node = await admitted(how.publicKey, how);
  if (!node || node.nodeId !== nodeIdIn(call, how.nodeIdAt)) throw refused("Invalid node ID");
  return { kind: "node", node };
}

/** The registered node that has this key, if it may come. */
async function admitted(
  publicKey: Uint8Array,
  { store, mayCome }: FleetGuardOptions,
): Promise<Node | undefined> {
  const node = await store.transaction((tx) => tx.nodeByKey(publicKey), { lazily: true });
  return node && node.status !== "unregistered" && mayCome?.(node) !== false ? node : undefined;
}

function nodeIdIn(call: UncheckedCall, place: NodeIdPlace): bigint {
  const request = call.request as { node?: { node_id: string } | null; node_id?: string };
  return BigInt((place === "node" ? request.node?.node_id : request.node_id) ?? 0);
}

/** A node of 1.14.0 says with a result who made it. */
function producerIn(call: UncheckedCall): bigint {
  const { task_res_list: [result] } = call.request as {
    task_res_list: { task: { producer: { node_id: string } | null } | null }[];
  };
  return BigInt(result?.task?.producer?.node_id ?? 0);
}

function keyInBody(call: UncheckedCall): Uint8Array {
  return (call.request as { public_key: Uint8Array }).public_key;
}

function only<T>(values: T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function refused(details: string): RpcError {
  return new RpcError("UNAUTHENTICATED", details);
}
