import type { NodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import type { NodeRows } from "../store.ts";
import { type Journal, Table } from "./journal.ts";

/** {@link NodeRows} in memory. */
export function nodeRows(journal: Journal): NodeRows {
  const byId = new Table<NodeId, Node>(journal);
  const byKey = new Table<string, NodeId>(journal);
  return {
    node: (id) => Promise.resolve(byId.get(id)),
    nodeByKey: (publicKey) => {
      const id = byKey.get(textOf(publicKey));
      return Promise.resolve(id === undefined ? undefined : byId.get(id));
    },
    nodes: (statuses) =>
      Promise.resolve([...byId.values()].filter((node) => !statuses || statuses.includes(node.status))),
    putNode: (node) => {
      const before = byId.get(node.nodeId);
      byId.set(node.nodeId, node);
      const [key, keyBefore] = [textOf(node.publicKey), before && textOf(before.publicKey)];
      if (key === keyBefore) return Promise.resolve();
      if (keyBefore !== undefined && byKey.get(keyBefore) === node.nodeId) byKey.delete(keyBefore);
      byKey.set(key, node.nodeId);
      return Promise.resolve();
    },
  };
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
