import type { Message } from "../model/app_message.ts";
import type { MessageId, NodeId } from "../model/ids.ts";
import type { NextPiece } from "./distant_array.ts";
import type { PullOptions } from "./link.ts";

/**
 * Carries a ServerApp's messages. Implemented by `LinkCarrier`, which takes them apart and sends the parts, and by
 * `PortCarrier` for code in a Worker, which has the process do so.
 *
 * Every method throws an `RpcError`; UNAUTHENTICATED says that the run is over.
 */
export interface Carrier {
  /** The nodes that are online now. */
  nodeIds(signal?: AbortSignal): Promise<NodeId[]>;
  /** Sends instructions. Gives the id of each, null for one that was refused. */
  push(messages: readonly Message[], signal?: AbortSignal): Promise<(MessageId | null)[]>;
  /** One reply to any of these instructions, undefined when none is there in time. */
  next(ids: readonly MessageId[], options: NextOptions): Promise<Message | undefined>;
  /** The next piece of an array that {@link next} left distant, in memory of its own; undefined after the last. */
  readonly piece?: NextPiece;
}

/** How a reply is taken. */
export interface NextOptions extends PullOptions {
  /**
   * Leave large arrays distant where their bytes are sure to come: they are read with `piecesOf`, once, before the
   * next reply is asked for.
   */
  readonly distant?: boolean;
}
