/** @internal */
declare const kind: unique symbol;

/**
 * A uint64 that names something on the wire. The brand keeps a run's id from being passed as a node's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { NodeId } from "corolla";
 *
 * // Any bigint will do where an id is asked for; what is known to be a run's is no node's.
 * const nodeId: NodeId = 7n;
 * assertEquals(String(nodeId), "7");
 * ```
 */
export type Id<Name extends string> = bigint & { readonly [kind]?: Name };

/**
 * Names a run. Random uint64, chosen by the SuperLink.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { RunId } from "corolla";
 *
 * const folderOf = (runId: RunId) => `runs/${runId}`;
 * assertEquals(folderOf(14382962787808312081n), "runs/14382962787808312081");
 * ```
 */
export type RunId = Id<"run">;
/**
 * Names a node. Random uint64, never 0; the SuperLink and its ServerApps are {@link SUPERLINK_NODE_ID}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type NodeId, RecordDict } from "corolla";
 *
 * const everyone: NodeId[] = [2n, 3n];
 * const messages = everyone.map((dstNodeId) => new Message(new RecordDict(), { dstNodeId, messageType: "query" }));
 * assertEquals(messages.map(({ metadata }) => metadata.dstNodeId), everyone);
 * ```
 */
export type NodeId = Id<"node">;
/**
 * Names a task. Random uint64.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, RecordDict, type TaskId } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const from: TaskId | undefined = metadata.srcTaskId;
 * assertEquals(from, undefined);
 * ```
 */
export type TaskId = Id<"task">;
/**
 * Names a series of runs that share their ServerApp's and ClientApps' state.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Context, RecordDict, type SeriesId } from "corolla";
 *
 * const seriesId: SeriesId = 3n;
 * const maps = { nodeConfig: new Map(), runConfig: new Map() };
 * const context = new Context({ runId: 1n, nodeId: 7n, seriesId, ...maps, state: new RecordDict() });
 * assertEquals(context.seriesId, 3n);
 * ```
 */
export type SeriesId = Id<"series">;

/**
 * Lower-case hex SHA-256 of an object's content.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { ObjectId } from "corolla";
 *
 * const isObjectId = (text: string): text is ObjectId => /^[0-9a-f]{64}$/.test(text);
 * assertEquals([isObjectId("a".repeat(64)), isObjectId("7")], [true, false]);
 * ```
 */
export type ObjectId = string;
/**
 * The object id of a message's head object.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type MessageId, RecordDict } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const unsent: MessageId = metadata.messageId;
 * assertEquals(unsent, "");
 * ```
 */
export type MessageId = ObjectId;

/** The node id under which a SuperLink and the ServerApps behind it send and receive. */
export const SUPERLINK_NODE_ID: NodeId = 1n as NodeId;
