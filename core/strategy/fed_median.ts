import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { byColumns, medianOf } from "./columns.ts";
import { FedAvg } from "./fed_avg.ts";

/**
 * The median of the replies, element by element (Yin et al., 2018), so that a few nodes cannot drag the model away.
 * Replies are not weighed, and all of them are held until the last one is there.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and shapes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, FedMedian, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * // One node is far off.
 * const { arrays } = await new FedMedian().aggregateTrain(1, [reply(1), reply(2), reply(900)], grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [2]);
 * ```
 */
export class FedMedian extends FedAvg {
  /** How the arrays of a round's replies are put together. */
  protected override openFold({ round }: FoldScene): ArrayFold {
    const options = { ...this.settings, matching: "key", round } as const;
    return new HeldReplies((replies) => ({ arrays: byColumns(replies, { rule: medianOf, options }) }));
  }
}
