/**
 * Replies that cannot be put together: they hold different records, or lack what weighs them.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { FedAvg, type Grid, InconsistentMessageReplies, Message, RecordDict } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const empty = new Message(new RecordDict(), { dstNodeId: 1n, messageType: "train" });
 * await assertRejects(() => new FedAvg().aggregateTrain(1, [empty], grid), InconsistentMessageReplies);
 * ```
 */
export class InconsistentMessageReplies extends Error {
  /** The class's name. */
  override name = "InconsistentMessageReplies";
}

/**
 * Replies that are alike but cannot be aggregated.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import * as corolla from "corolla";
 * import { AggregationError, ArrayRecord, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * // With half of the replies left out at each end, none is left.
 * const strategy = new corolla.FedTrimmedAvg({ beta: 0.5 });
 * await assertRejects(() => strategy.aggregateTrain(1, [reply(1), reply(2)], grid), AggregationError, "beta");
 * ```
 */
export class AggregationError extends Error {
  /** The class's name. */
  override name = "AggregationError";
}
