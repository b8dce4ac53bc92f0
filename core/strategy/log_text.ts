import type { ConfigRecord } from "../model/record/config_record.ts";
import type { ConfigValue, Entry, Integer } from "../model/record/entry.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { bytesText, dictText, floatText, quoted } from "./python_text.ts";

/** A MetricRecord as it stands in the log. */
export function metricsText(metrics: MetricRecord): string {
  return dictText(Array.from(metrics.entries(), ([key, entry]) => [quoted(key), entryText(entry)]));
}

/** A ConfigRecord as it stands in the log. Bytes are not shown. */
export function configText(config: ConfigRecord): string {
  if (config.size === 0) return "(empty!)";
  return dictText(Array.from(config.entries(), ([key, entry]) => [quoted(key), settingText(entry)]));
}

function settingText(entry: Entry): string {
  if (entry.kind === "bytes") return "<bytes>";
  return entry.kind === "string" ? entry.value as string : entryText(entry);
}

function entryText({ kind, value }: Entry): string {
  if (!kind.endsWith("_list")) return scalarText(kind, value);
  const item = kind.slice(0, -"_list".length);
  return `[${(value as readonly ConfigValue[]).map((each) => scalarText(item, each)).join(", ")}]`;
}

function scalarText(kind: string, value: ConfigValue): string {
  if (kind === "double") return floatText(Number(value as Integer));
  if (kind === "bool") return value ? "True" : "False";
  if (kind === "string") return quoted(value as string);
  return kind === "bytes" ? bytesText(value as Uint8Array) : String(value);
}
