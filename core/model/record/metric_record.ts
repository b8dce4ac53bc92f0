import type { Forced, Integer, Kind, MetricValue } from "./entry.ts";
import { type Items, KindedRecord, pairsOf } from "./kinded_record.ts";

/**
 * What can be written into a {@link MetricRecord}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, type MetricInput, MetricRecord } from "corolla";
 *
 * const metrics: Record<string, MetricInput> = { accuracy: float(1), "num-examples": 10, confusion: [5, 0, 1, 4] };
 * assertEquals(new MetricRecord(metrics).getInts("confusion"), [5, 0, 1, 4]);
 * ```
 */
export type MetricInput = number | bigint | readonly Integer[] | Forced;

const kinds: ReadonlySet<Kind> = new Set([
  "double",
  "sint64",
  "uint64",
  "double_list",
  "sint_list",
  "uint_list",
]);
/** What Flower counts for a number, whatever its kind. */
const NUMBER_BYTES = 8;

/**
 * Named metrics in order: numbers and lists of numbers. Whole numbers are stored as integers and others as floating
 * point, unless `float(x)` or `int(x)` says otherwise; what came from a peer keeps the kind it came with.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { float, MetricRecord } from "corolla";
 *
 * const metrics = new MetricRecord({ loss: 0.25, accuracy: float(1), "num-examples": 60 });
 * assertEquals(metrics.getFloat("accuracy"), 1);
 * assertEquals(metrics.getInt("num-examples"), 60);
 * assertEquals([...metrics.keys()], ["loss", "accuracy", "num-examples"]);
 * assertThrows(() => metrics.getFloat("recall"), TypeError, "there are loss, accuracy, num-examples");
 * ```
 */
export class MetricRecord extends KindedRecord<MetricValue, MetricInput> {
  /** Tells records of the three kinds apart. */
  readonly recordType = "MetricRecord";
  /** The kinds that may be stored. */
  protected readonly kinds: ReadonlySet<Kind> = kinds;
  /** The kind of an empty list whose items nobody saw. */
  protected readonly emptyListKind = "double_list";

  /**
   * A record of these metrics, in their order.
   * @throws {TypeError} when a value is neither a number nor a list of numbers
   */
  constructor(items: Items<MetricInput> = {}) {
    super();
    for (const [key, value] of pairsOf(items)) this.set(key, value);
  }

  /** A record of its own with the same entries. */
  copy(): MetricRecord {
    const copy = new MetricRecord();
    for (const [key, entry] of this.entries()) copy.setEntry(key, entry);
    return copy;
  }

  /** How many bytes the record counts for: 8 a number, and the characters of its keys. */
  countBytes(): number {
    let sum = 0;
    for (const [key, value] of this) {
      sum += [...key].length + NUMBER_BYTES * (typeof value === "object" ? value.length : 1);
    }
    return sum;
  }
}
