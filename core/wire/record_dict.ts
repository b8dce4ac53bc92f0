/**
 * Records with everything in them, arrays included, in one protobuf message: how a Context carries its state.
 * Messages carry objects instead (see `deflate.ts`).
 *
 * @module
 */
import type {
  ArrayRecord as ArrayRecordProto,
  Init,
  RecordDict as RecordDictProto,
} from "../../proto/mod.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { type FlowerRecord, RecordDict } from "../model/record/record_dict.ts";
import { configRecordFromProto, metricRecordFromProto, recordToProto } from "./record.ts";

type Item = RecordDictProto["items"][number];

/** Records inline. */
export function recordDictToProto(dict: RecordDict): Init<RecordDictProto> {
  return { items: Array.from(dict, ([key, record]) => ({ key, ...memberFor(record) })) };
}

function memberFor(record: FlowerRecord): Init<Item> {
  if (record instanceof ArrayRecord) return { array_record: arrayRecordToProto(record) };
  const proto = recordToProto(record);
  return record instanceof MetricRecord ? { metric_record: proto } : { config_record: proto };
}

function arrayRecordToProto(record: ArrayRecord): Init<ArrayRecordProto> {
  return {
    items: Array.from(record, ([key, { dtype, shape, stype, data }]) => ({
      key,
      value: { dtype, shape, stype, data },
    })),
  };
}

/** Records from their inline form; none for an absent message. @throws {TypeError} for a record that is unset */
export function recordDictFromProto(proto: RecordDictProto | null): RecordDict {
  return new RecordDict((proto?.items ?? []).map((item) => [item.key, recordOf(item)] as const));
}

function recordOf(item: Item): FlowerRecord {
  if (item.array_record) return arrayRecordFromProto(item.array_record);
  if (item.metric_record) return metricRecordFromProto(item.metric_record);
  if (item.config_record) return configRecordFromProto(item.config_record);
  throw new TypeError(`Cannot read record "${item.key}" as it must be set`);
}

function arrayRecordFromProto(proto: ArrayRecordProto): ArrayRecord {
  return new ArrayRecord(proto.items.map(({ key, value }) => {
    if (!value) throw new TypeError(`Cannot read array "${key}" as it must be set`);
    // Data of its own: a view would keep the whole message in memory, and could be read less fast.
    return [key, new FlowerArray({ ...value, data: new Uint8Array(value.data) })] as const;
  }));
}
