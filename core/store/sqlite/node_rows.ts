import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { Node, NodeStatus } from "../../model/node.ts";
import type { NodeRows } from "../store.ts";
import { idIn, idOut, present, textIn, textOut, upsert } from "./column.ts";

const COLUMNS = [
  "node_id",
  "owner_id",
  "owner_name",
  "status",
  "registered_at",
  "last_activated_at",
  "last_deactivated_at",
  "unregistered_at",
  "online_until",
  "heartbeat_interval_s",
  "public_key",
];

/** {@link NodeRows} in SQLite. */
export function nodeRows(database: SqlDatabase): NodeRows {
  const byId = database.prepare("SELECT * FROM node WHERE node_id = ?");
  const byKey = database.prepare("SELECT * FROM node WHERE public_key = ? ORDER BY seq DESC LIMIT 1");
  const all = database.prepare("SELECT * FROM node ORDER BY seq");
  const inStatus = database.prepare(
    "SELECT * FROM node WHERE status IN (SELECT value FROM json_each(?)) ORDER BY seq",
  );
  const put = database.prepare(upsert("node", "node_id", COLUMNS));
  return {
    node: (id) => Promise.resolve(optionalNode(byId.get(idIn(id)))),
    nodeByKey: (publicKey) => Promise.resolve(optionalNode(byKey.get(publicKey))),
    nodes: (statuses) =>
      Promise.resolve((statuses ? inStatus.all(JSON.stringify(statuses)) : all.all()).map(nodeOf)),
    putNode: (node) => {
      put.run(
        idIn(node.nodeId),
        node.ownerId,
        textIn(node.ownerName),
        node.status,
        node.registeredAt,
        node.lastActivatedAt ?? null,
        node.lastDeactivatedAt ?? null,
        node.unregisteredAt ?? null,
        node.onlineUntil,
        node.heartbeatIntervalS,
        node.publicKey,
      );
      return Promise.resolve();
    },
  };
}

function optionalNode(row: SqlRow | undefined): Node | undefined {
  return row && nodeOf(row);
}

function nodeOf(row: SqlRow): Node {
  return {
    nodeId: idOut(row.node_id),
    ownerId: row.owner_id as string,
    ownerName: textOut(row.owner_name),
    status: row.status as NodeStatus,
    registeredAt: row.registered_at as number,
    onlineUntil: row.online_until as number,
    heartbeatIntervalS: row.heartbeat_interval_s as number,
    publicKey: row.public_key as Uint8Array,
    ...present({
      lastActivatedAt: row.last_activated_at as number,
      lastDeactivatedAt: row.last_deactivated_at as number,
      unregisteredAt: row.unregistered_at as number,
    }),
  };
}
