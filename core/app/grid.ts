import type { Message } from "../model/app_message.ts";
import type { MessageId, NodeId } from "../model/ids.ts";
import type { AppHost } from "./host.ts";

/**
 * How long to wait for replies.
 *
 * @example
 * ```ts
 * import { type Grid, Message, RecordDict, type ReplyOptions } from "corolla";
 *
 * // Asks all nodes; who has not answered after ten seconds is left out.
 * export async function askAll(grid: Grid): Promise<Message[]> {
 *   const patience: ReplyOptions = { timeout: 10, signal: AbortSignal.timeout(60_000) };
 *   const nodeIds = await grid.getNodeIds();
 *   const questions = nodeIds.map((dstNodeId) => new Message(new RecordDict(), { dstNodeId, messageType: "query" }));
 *   return await grid.sendAndReceive(questions, patience);
 * }
 * ```
 */
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
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, type ClientApp, Context, FedAvg, type Message, MetricRecord, RecordDict } from "corolla";
 *
 * // A grid for tests: its nodes run an app in this very process.
 * class NodesHere implements corolla.Grid {
 *   readonly host: corolla.AppHost = {
 *     clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
 *     random: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
 *     log: console,
 *   };
 *   constructor(readonly app: ClientApp, readonly nodeIds: bigint[]) {}
 *   getNodeIds() {
 *     return Promise.resolve([...this.nodeIds]);
 *   }
 *   async *sendAndStream(messages: Iterable<Message>) {
 *     for (const message of messages) {
 *       const nodeId = message.metadata.dstNodeId;
 *       const data = { runId: 1n, nodeId, seriesId: 1n, nodeConfig: new Map(), runConfig: new Map() };
 *       yield await this.app.handle(message, new Context({ ...data, state: new RecordDict() }, { host: this.host }));
 *     }
 *   }
 *   async sendAndReceive(messages: Iterable<Message>) {
 *     return await Array.fromAsync(this.sendAndStream(messages));
 *   }
 *   pushMessages = () => Promise.reject(new Error("not here"));
 *   pullMessages = () => Promise.reject(new Error("not here"));
 * }
 *
 * // Each node adds its own id to the one weight there is.
 * const app = new corolla.ClientApp().train((message, { nodeId }) => {
 *   const [weight] = message.content.arrays("arrays").toArrays()[0].toNumbers();
 *   const arrays = ArrayRecord.from({ w: new corolla.NDArray(Float64Array.of(weight + Number(nodeId))) });
 *   return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
 * });
 * const model = ArrayRecord.from({ w: corolla.NDArray.zeros([1], "float64") });
 * const strategy = new FedAvg({ fractionEvaluate: 0 });
 * const { arrays } = await strategy.start(new NodesHere(app, [2n, 4n]), model, { numRounds: 3 });
 * assertEquals([...arrays.toArrays()[0].toNumbers()], [9]);
 * ```
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
