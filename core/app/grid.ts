import type { Message } from "../model/app_message.ts";
import type { MessageId, NodeId } from "../model/ids.ts";
import type { AppHost } from "./host.ts";

/** How long to wait for replies. */
export interface ReplyOptions {
  /** Seconds; without it, as long as it takes. */
  readonly timeout?: number;
  /** Ends the waiting at once; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * A ServerApp's way to the nodes of its run.
 *
 * Every method throws an `RpcError` when the SuperLink refuses the call, with UNAUTHENTICATED once the run is over.
 */
export interface Grid {
  /** What the process lends to strategies and apps: time, randomness, the run's log. */
  readonly host: AppHost;

  /** The nodes that are online now and belong to the run's federation, in no order. */
  getNodeIds(): Promise<NodeId[]>;

  /**
   * Sends instructions.
   * @returns for each one, in order, the id by which its reply is asked for; null for one that was refused, for
   * instance because its node is unknown
   */
  pushMessages(messages: Iterable<Message>): Promise<(MessageId | null)[]>;

  /**
   * The replies that are there, each once. A reply that can come no more is replaced by an error: its node is gone
   * (5), it expired (4), or it is unknown, perhaps because it was pulled before (3).
   */
  pullMessages(ids: Iterable<MessageId>): Promise<Message[]>;

  /**
   * Sends instructions and waits for their replies, which come in the order in which they arrived. Those that are
   * late or refused are absent.
   */
  sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]>;

  /** Like {@link sendAndReceive}, and gives each reply as it arrives. */
  sendAndStream(messages: Iterable<Message>, options?: ReplyOptions): AsyncIterable<Message>;
}
