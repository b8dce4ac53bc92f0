import type { ConfigValue, Entry, Integer, Kind } from "../model/record/entry.ts";
import { readable } from "../model/record/entry.ts";

/** An entry of a record in JSON that keeps its kind and every bit of it. */
export type EntryJson = readonly [key: string, kind: Kind, value: unknown];

/** The entries of a record, in order, as JSON can hold them. */
export function entriesToJson(record: { entries(): Iterable<[string, Entry]> }): EntryJson[] {
  return Array.from(record.entries(), ([key, { kind, value }]) => {
    const item = (each: ConfigValue) => itemToJson(kind, each);
    return [key, kind, isList(kind) ? (value as readonly ConfigValue[]).map(item) : item(value)];
  });
}

/** The entries that were written. */
export function* entriesFromJson(entries: readonly EntryJson[]): Generator<[string, Entry]> {
  for (const [key, kind, value] of entries) {
    const item = (each: unknown) => itemFromJson(kind, each);
    yield [key, {
      kind,
      value: (isList(kind) ? (value as unknown[]).map(item) : item(value)) as ConfigValue,
    }];
  }
}

const isList = (kind: Kind) => kind.endsWith("_list");

function itemToJson(kind: Kind, value: ConfigValue): unknown {
  // JSON has no NaN, no minus zero, and no integers beyond 2^53.
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  return kind.startsWith("bytes") ? (value as Uint8Array).toHex() : value;
}

function itemFromJson(kind: Kind, value: unknown): ConfigValue {
  if (kind.startsWith("bytes")) return Uint8Array.fromHex(value as string);
  if (kind.startsWith("string") || kind.startsWith("bool")) return value as string | boolean;
  if (kind.startsWith("double")) return Number(value);
  return readable(BigInt(value as string | number)) as Integer;
}
