import type { MessageId, NodeId, ObjectId } from "../model/ids.ts";
import type { Envelope } from "../model/message.ts";
import type { ObjectTree } from "../model/object_tree.ts";

/** A message on its way: what is said about it, and which objects it is made of. */
export interface TravellingMessage {
  readonly envelope: Envelope;
  readonly tree: ObjectTree;
  /** Whether all its objects are known to be there: a SuperLink of ours gives no other messages. */
  readonly isWhole?: boolean;
}

/** What became of pushed messages. */
export interface PushedMessages {
  /** One for each message, empty for one that was refused. */
  readonly messageIds: readonly MessageId[];
  /** Objects whose contents the receiver lacks, in no order. */
  readonly objectsToPush: readonly ObjectId[];
}

/** How long a pull may take. */
export interface PullOptions {
  /** The receiver of the call may wait that long, in milliseconds, for something to give. */
  readonly holdMs: number;
  readonly signal?: AbortSignal;
}

/** An object will not come: it is unknown, or its sender never uploaded it. */
export class ObjectUnavailableError extends Error {
  override name = "ObjectUnavailableError";
}

/**
 * The calls by which an app's messages travel, as its task may make them. Implemented over AppIo by `RpcLink`, and
 * over a port by `PortLink` for code that runs in a Worker and has no connection of its own.
 *
 * Every method throws an `RpcError`; UNAUTHENTICATED says that the task is over.
 */
export interface AppLink {
  /** The nodes that are online now. */
  nodeIds(signal?: AbortSignal): Promise<NodeId[]>;
  pushMessages(messages: readonly TravellingMessage[], signal?: AbortSignal): Promise<PushedMessages>;
  /** Uploads an announced object. Takes `content` over: the caller does not use it any more. */
  pushObject(id: ObjectId, content: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** The replies to the instructions `ids` that are there; for a ClientApp, which names none, its instruction. */
  pullMessages(ids: readonly MessageId[], options: PullOptions): Promise<TravellingMessage[]>;
  /**
   * The content of an object of a pulled message, in memory of its own. Waits until it is uploaded.
   * @throws {ObjectUnavailableError}
   */
  pullObject(id: ObjectId, signal?: AbortSignal): Promise<Uint8Array>;
  /** Says that all objects of a pulled message arrived. */
  confirm(id: MessageId, signal?: AbortSignal): Promise<void>;
}
