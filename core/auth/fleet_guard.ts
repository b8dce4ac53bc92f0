import { Buffer } from "node:buffer";
import type { Clock, Log } from "../io/ports.ts";
import type { Metadata } from "../rpc/metadata.ts";
import type { Guard, UncheckedCall } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Store } from "../store/store.ts";
import { parsePythonTimestamp } from "../wire/timestamp.ts";
import type { Caller } from "./caller.ts";
import { Gate, unknownMethod } from "./gate.ts";
import type { NodeIdPlace, Row } from "./method_table.ts";
import { NODE_HEADERS } from "./node_headers.ts";
import { PublicKeys } from "./public_keys.ts";
import { withinWindow } from "./time_window.ts";

/** What {@link fleetGuard} is made of. */
export interface FleetGuardOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Guards the Fleet API: every call carries a public key, the time, and a signature of that time. The checks go
 * in the order and have the words of Flower 1.32; two are stricter than there, since they are no use to an
 * honest SuperNode: RegisterNode and ActivateNode must name the key that signs, and what cannot be read is
 * UNAUTHENTICATED.
 */
export function fleetGuard(options: FleetGuardOptions): Guard<Caller> {
  const keys = new PublicKeys();
  return new Gate(async (call, row) => {
    if (row.credential !== "key" && row.credential !== "node") throw unknownMethod(call);
    const publicKey = await signer(call.metadata, { keys, clock: options.clock });
    if (row.credential === "node") return await nodeOf(call, { publicKey, row, store: options.store });
    if (!Buffer.from(publicKey).equals(keyInBody(call))) throw refused("Invalid node ID");
    return { kind: "newcomer", publicKey };
  }, options.log);
}

/** The key that the caller has shown to hold, as the exact bytes of its header. */
async function signer(metadata: Metadata, by: { keys: PublicKeys; clock: Clock }): Promise<Uint8Array> {
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
  return publicKey;
}

async function nodeOf(
  call: UncheckedCall,
  how: { publicKey: Uint8Array; row: Extract<Row, { credential: "node" }>; store: Store },
): Promise<Caller> {
  const node = await how.store.transaction((tx) => tx.nodeByKey(how.publicKey));
  const claimed = nodeIdIn(call, how.row.nodeIdAt);
  if (!node || node.status === "unregistered" || node.nodeId !== claimed) throw refused("Invalid node ID");
  return { kind: "node", node };
}

function nodeIdIn(call: UncheckedCall, place: NodeIdPlace): bigint {
  const request = call.request as { node?: { node_id: string } | null; node_id?: string };
  return BigInt((place === "node" ? request.node?.node_id : request.node_id) ?? 0);
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
