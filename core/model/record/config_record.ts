import type { ConfigValue, Forced, Integer, Kind } from "./entry.ts";
import { type Items, KindedRecord, pairsOf } from "./kinded_record.ts";

/**
 * What can be written into a {@link ConfigRecord}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ConfigInput, ConfigRecord, float } from "corolla";
 *
 * const settings: Record<string, ConfigInput> = { lr: float(1), name: "adam", seeds: [1, 2], key: Uint8Array.of(7) };
 * assertEquals(new ConfigRecord(settings).size, 4);
 * ```
 */
export type ConfigInput =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | readonly Integer[]
  | readonly boolean[]
  | readonly string[]
  | readonly Uint8Array[]
  | Forced;

const kinds: ReadonlySet<Kind> = new Set([
  "double",
  "sint64",
  "uint64",
  "bool",
  "string",
  "bytes",
  "double_list",
  "sint_list",
  "uint_list",
  "bool_list",
  "string_list",
  "bytes_list",
]);

/**
 * Named settings in order: what a MetricRecord may hold, and also truth values, text and bytes, alone or in lists of
 * one kind. Bytes are not copied.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ConfigRecord, float } from "corolla";
 *
 * const config = new ConfigRecord({ lr: float(1), optimizer: "adam", augment: true, layers: [64, 10] });
 * assertEquals(config.getFloat("lr"), 1);
 * assertEquals(config.getString("optimizer"), "adam");
 * assertEquals(config.getInts("layers"), [64, 10]);
 * assertEquals(config.kind("lr"), "double");
 * assertThrows(() => config.getBool("lr"), TypeError, 'Cannot read "lr" of ConfigRecord');
 * ```
 */
export class ConfigRecord extends KindedRecord<ConfigValue, ConfigInput> {
  /** Tells records of the three kinds apart. */
  readonly recordType = "ConfigRecord";
  /** The kinds that may be stored. */
  protected readonly kinds: ReadonlySet<Kind> = kinds;
  /** The kind of an empty list whose items nobody saw. */
  protected readonly emptyListKind = "bool_list";

  /**
   * A record of these settings, in their order.
   * @throws {TypeError} when a value is of no kind that a config may hold
   */
  constructor(items: Items<ConfigInput> = {}) {
    super();
    for (const [key, value] of pairsOf(items)) this.set(key, value);
  }

  /** A truth value. @throws {TypeError} when there is none of this name */
  getBool(key: string): boolean {
    return this.ofKind(key, ["bool"], "a truth value") as boolean;
  }

  /** A text. @throws {TypeError} when there is none of this name */
  getString(key: string): string {
    return this.ofKind(key, ["string"], "a string") as string;
  }

  /** Bytes, not copied. @throws {TypeError} when there are none of this name */
  getBytes(key: string): Uint8Array {
    return this.ofKind(key, ["bytes"], "bytes") as Uint8Array;
  }

  /** A record of its own with the same entries. */
  copy(): ConfigRecord {
    const copy = new ConfigRecord();
    for (const [key, entry] of this.entries()) copy.setEntry(key, entry);
    return copy;
  }

  /** How many bytes the record counts for: 8 a number, 1 a truth value, its length for a text, and its keys. */
  countBytes(): number {
    let sum = 0;
    for (const [key, value] of this) sum += [...key].length + sizeOf(value);
    return sum;
  }
}

function sizeOf(value: ConfigValue): number {
  if (typeof value === "boolean") return 1;
  if (typeof value === "string") return [...value].length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object") return 8;
  return (value as readonly ConfigValue[]).reduce<number>((sum, item) => sum + sizeOf(item), 0);
}
