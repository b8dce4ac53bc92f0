import type { PlainRecords } from "../app/plain_message.ts";
import type { Random } from "../io/ports.ts";
import type { NodeId } from "../model/ids.ts";
import type { UserConfig } from "../model/user_config.ts";
import { randomId } from "../store/random_id.ts";

/** A SuperNode that exists in a simulation only. */
export interface VirtualNode {
  readonly nodeId: NodeId;
  /** Its place among the others, from 0. */
  readonly partition: number;
  /** What its ClientApp finds as the node's configuration. */
  readonly config: UserConfig;
  /** What its ClientApp left in its context the last time it did well. */
  state: PlainRecords;
}

/** So many nodes, by their id, in the order of their partitions. */
export function virtualNodes(count: number, random: Random): Map<NodeId, VirtualNode> {
  const nodes = new Map<NodeId, VirtualNode>();
  while (nodes.size < count) {
    const nodeId = randomId(random);
    if (nodes.has(nodeId)) continue;
    const partition = nodes.size;
    const config = new Map([["partition-id", BigInt(partition)], ["num-partitions", BigInt(count)]]);
    nodes.set(nodeId, { nodeId, partition, config, state: [] });
  }
  return nodes;
}
