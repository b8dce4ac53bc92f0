import { float, type Integer } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import { factorsOf } from "./weights.ts";

/**
 * Makes one MetricRecord of those of all replies.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, float, MetricRecord, type MetricsAggregator, RecordDict } from "corolla";
 *
 * const worst: MetricsAggregator = (replies) => {
 *   const losses = replies.map((reply) => reply.metrics("metrics").getFloat("loss"));
 *   return new MetricRecord({ "worst-loss": float(Math.max(...losses)) });
 * };
 * export const strategy = new FedAvg({ evaluateMetricsAggrFn: worst });
 * const replies = [0.2, 0.9].map((loss) => new RecordDict({ metrics: new MetricRecord({ loss }) }));
 * assertEquals(worst(replies, "num-examples").getFloat("worst-loss"), 0.9);
 * ```
 */
export type MetricsAggregator = (replies: readonly RecordDict[], weightedByKey: string) => MetricRecord;

/**
 * The weighted mean of every metric but the weight itself; lists are averaged place by place. The results are
 * floating point.
 * @param replies of the same names and keys; none make an empty record
 * @throws {RangeError} when the weights add up to 0, or lists differ in length
 * @throws {TypeError} when a metric is a number here and a list there
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { meanOfMetrics, MetricRecord, RecordDict } from "corolla";
 *
 * const reply = (accuracy: number, examples: number) =>
 *   new RecordDict({ metrics: new MetricRecord({ accuracy, "num-examples": examples }) });
 * const mean = meanOfMetrics([reply(0.5, 10), reply(0.75, 30)], "num-examples");
 * assertEquals(mean.getFloat("accuracy"), 0.6875);
 * ```
 */
export function meanOfMetrics(replies: readonly RecordDict[], weightedByKey: string): MetricRecord {
  if (replies.length === 0) return new MetricRecord();
  const factors = factorsOf(replies, weightedByKey);
  const records = replies.map((reply) => [...reply.metricRecords()][0][1]);
  const result = new MetricRecord();
  for (const key of records[0].keys()) {
    if (key === weightedByKey) continue;
    const columns = records.map((record) => record.get(key)!);
    const isList = typeof columns[0] === "object";
    if (columns.some((value) => (typeof value === "object") !== isList)) {
      throw new TypeError(
        `Cannot average metric "${key}" as it is a number in one reply and a list in another`,
      );
    }
    const lists = columns.map((value) => isList ? value as readonly Integer[] : [value as Integer]);
    const means = meansOf(lists, { factors, key });
    result.set(key, float(isList ? means : means[0]));
  }
  return result;
}

function meansOf(
  lists: readonly (readonly Integer[])[],
  { factors, key }: { factors: readonly number[]; key: string },
): number[] {
  const [first] = lists;
  if (lists.some((list) => list.length !== first.length)) {
    throw new RangeError(`Cannot average metric "${key}" as its lists differ in length`);
  }
  return first.map((_, place) =>
    lists.reduce((sum, list, reply) => sum + Number(list[place]) * factors[reply], 0)
  );
}
