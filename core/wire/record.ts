/**
 * Metric and config records as protobuf: the form of their objects' bodies, and of the records inside a Context.
 *
 * @module
 */
import type {
  ConfigRecord as ConfigProto,
  ConfigRecordValue,
  Init,
  MetricRecord as MetricProto,
} from "../../proto/mod.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { type ConfigValue, type Entry, type Kind, readable } from "../model/record/entry.ts";
import type { KindedRecord } from "../model/record/kinded_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";

/** A config record on the wire, or a metric record, which is the same with fewer kinds. */
export function recordToProto(record: MetricRecord | ConfigRecord): Init<ConfigProto> & Init<MetricProto> {
  return { items: Array.from(record.entries(), ([key, entry]) => ({ key, value: valueToProto(entry) })) };
}

function valueToProto({ kind, value }: Entry): Record<string, unknown> {
  return { [kind]: kind.endsWith("_list") ? { vals: value } : value };
}

/** The metric record of a message or body. @throws {TypeError} for an entry whose value is unset */
export function metricRecordFromProto(proto: MetricProto): MetricRecord {
  return filled(new MetricRecord(), proto);
}

/** The config record of a message or body. @throws {TypeError} for an entry whose value is unset */
export function configRecordFromProto(proto: ConfigProto): ConfigRecord {
  return filled(new ConfigRecord(), proto);
}

// deno-lint-ignore no-explicit-any -- both records, whatever they read and write
function filled<R extends KindedRecord<any, any>>(record: R, proto: MetricProto | ConfigProto): R {
  for (const { key, value } of proto.items) record.setEntry(key, entryFromProto(key, value));
  return record;
}

function entryFromProto(key: string, value: ConfigRecordValue | null): Entry {
  const kind: Kind | undefined = value?.value;
  if (!value || !kind) throw new TypeError(`Cannot read "${key}" as a value of a record must be set`);
  const held = value[kind]!;
  const isInteger = /^[su]int/.test(kind);
  if (typeof held !== "object" || !("vals" in held)) return { kind, value: readableItem(held, isInteger) };
  const items = (held.vals as Item[]).map((item) => readableItem(item, isInteger));
  return { kind, value: Object.freeze(items) as ConfigValue };
}

type Item = number | string | boolean | Uint8Array;

/** Integers arrive as decimal text; bytes as views, which would keep the whole message in memory. */
function readableItem(item: Item, isInteger: boolean): Exclude<ConfigValue, readonly unknown[]> {
  if (isInteger) return readable(BigInt(item as string));
  return item instanceof Uint8Array ? new Uint8Array(item) : item;
}
