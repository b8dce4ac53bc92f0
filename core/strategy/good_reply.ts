import type { NodeId } from "../model/ids.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";

/**
 * The content of a reply, and the node it came from.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type GoodReply, MetricRecord, RecordDict } from "corolla";
 *
 * const reply: GoodReply = { nodeId: 7n, content: new RecordDict({ metrics: new MetricRecord({ loss: 0.5 }) }) };
 * assertEquals([...reply.content.metricRecords()][0][0], "metrics");
 * ```
 */
export interface GoodReply {
  /** The node that answered. */
  readonly nodeId: NodeId;
  /** One ArrayRecord, unless it was let go, and one MetricRecord. */
  readonly content: RecordDict;
}

/** The arrays of a reply. @param reply let pass by a `ReplyCheck` for training */
export function arraysIn({ content }: GoodReply): ArrayRecord {
  const [[, arrays]] = content.arrayRecords();
  return arrays;
}

/** The metrics of a reply. @param reply let pass by a `ReplyCheck` */
export function metricsIn({ content }: GoodReply): MetricRecord {
  const [[, metrics]] = content.metricRecords();
  return metrics;
}

/** The reply with other arrays, under the name and at the place of its own. */
export function withArrays({ nodeId, content }: GoodReply, arrays: ArrayRecord): GoodReply {
  const [[name]] = content.arrayRecords();
  return { nodeId, content: content.copy().set(name, arrays) };
}

/** The reply without its arrays, which are its large part. */
export function withoutArrays({ nodeId, content }: GoodReply): GoodReply {
  return {
    nodeId,
    content: new RecordDict([...content].filter(([, { recordType }]) => recordType !== "ArrayRecord")),
  };
}
