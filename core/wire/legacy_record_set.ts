/**
 * Records as Flower 1.14.0 sends them: everything of a message in one piece, found by kind and name.
 *
 * @module
 */
import type { ConfigsRecord, MetricsRecord, ParametersRecord, RecordSet } from "../../proto/flwr_1_14.ts";
import type { Init } from "../../proto/init.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { configRecordFromProto, metricRecordFromProto, recordToProto } from "./record.ts";

/** Records in the form of 1.14.0. The order of metrics, of settings and of the records themselves is lost. */
export function recordSetToProto(dict: RecordDict): Init<RecordSet> {
  const parameters: Record<string, Init<ParametersRecord>> = {};
  const metrics: Record<string, Init<MetricsRecord>> = {};
  const configs: Record<string, Init<ConfigsRecord>> = {};
  for (const [name, record] of dict) {
    if (record instanceof ArrayRecord) parameters[name] = parametersOf(record);
    else if (record instanceof MetricRecord) metrics[name] = { data: dataOf(record) };
    else configs[name] = { data: dataOf(record) };
  }
  return { parameters, metrics, configs };
}

function parametersOf(record: ArrayRecord): Init<ParametersRecord> {
  const arrays = [...record];
  return {
    data_keys: arrays.map(([key]) => key),
    data_values: arrays.map(([, { dtype, shape, stype, data }]) => ({ dtype, shape, stype, data })),
  };
}

type Data = Init<MetricsRecord["data"]> & Init<ConfigsRecord["data"]>;

/** A metric has none of the kinds that only settings may have. */
function dataOf(record: MetricRecord | ConfigRecord): Data {
  const { items = [] } = recordToProto(record);
  return Object.fromEntries(items!.map(({ key, value }) => [key, value])) as Data;
}

/**
 * Records as 1.14.0 sent them.
 * @throws {TypeError} when two records of different kinds have one name, which they may not have today, when a value is
 * unset, or when there are not as many names of arrays as arrays
 */
export function recordSetFromProto({ parameters, metrics, configs }: RecordSet): RecordDict {
  const dict = new RecordDict();
  const add = (name: string, record: ArrayRecord | MetricRecord | ConfigRecord) => {
    if (dict.has(name)) {
      throw new TypeError(
        `Cannot read the records as each must have a name of its own: "${name}" stands twice`,
      );
    }
    dict.set(name, record);
  };
  for (const [name, record] of Object.entries(parameters)) add(name, arrayRecordOf(name, record));
  for (const [name, { data }] of Object.entries(metrics)) add(name, metricRecordFromProto(itemsOf(data)));
  for (const [name, { data }] of Object.entries(configs)) add(name, configRecordFromProto(itemsOf(data)));
  return dict;
}

function arrayRecordOf(
  name: string,
  { data_keys: keys, data_values: values }: ParametersRecord,
): ArrayRecord {
  if (keys.length !== values.length) {
    throw new TypeError(
      `Cannot read "${name}" as it must have as many keys as arrays: ${keys.length}, ${values.length}`,
    );
  }
  // Data of its own: a view would keep the whole request in memory.
  const array = (at: number) => new FlowerArray({ ...values[at], data: new Uint8Array(values[at].data) });
  return new ArrayRecord(keys.map((key, at) => [key, array(at)] as const));
}

function itemsOf<Value>(data: Record<string, Value>): { items: { key: string; value: Value }[] } {
  return { items: Object.entries(data).map(([key, value]) => ({ key, value })) };
}
