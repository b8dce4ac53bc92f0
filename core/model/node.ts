import type { NodeId } from "./ids.ts";

/**
 * Where a node is in its life.
 *
 * - `registered`: its key is known, it has not yet come.
 * - `online`: it came and its last heartbeat is recent.
 * - `offline`: it said good-bye or was silent for too long; it may return.
 * - `unregistered`: for ever; its key stays reserved.
 */
export type NodeStatus = "registered" | "online" | "offline" | "unregistered";

/** A SuperNode as the SuperLink remembers it. Times are Unix milliseconds. */
export interface Node {
  readonly nodeId: NodeId;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly status: NodeStatus;
  readonly registeredAt: number;
  readonly lastActivatedAt?: number;
  readonly lastDeactivatedAt?: number;
  readonly unregisteredAt?: number;
  /** It counts as online until then; 0 for one that never came. */
  readonly onlineUntil: number;
  /** Seconds between its heartbeats. */
  readonly heartbeatIntervalS: number;
  /** PEM SubjectPublicKeyInfo with a final newline. */
  readonly publicKey: Uint8Array;
}
