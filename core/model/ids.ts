declare const kind: unique symbol;

/** A uint64 that names something on the wire. The brand keeps a run's id from being passed as a node's. */
type Id<Name extends string> = bigint & { readonly [kind]?: Name };

/** Names a run. Random uint64, chosen by the SuperLink. */
export type RunId = Id<"run">;
/** Names a node. Random uint64, never 0; the SuperLink and its ServerApps are {@link SUPERLINK_NODE_ID}. */
export type NodeId = Id<"node">;
/** Names a task. Random uint64. */
export type TaskId = Id<"task">;
/** Names a series of runs that share their ServerApp's and ClientApps' state. */
export type SeriesId = Id<"series">;

/** Lower-case hex SHA-256 of an object's content. */
export type ObjectId = string;
/** The object id of a message's head object. */
export type MessageId = ObjectId;

/** The node id under which a SuperLink and the ServerApps behind it send and receive. */
export const SUPERLINK_NODE_ID: NodeId = 1n as NodeId;
