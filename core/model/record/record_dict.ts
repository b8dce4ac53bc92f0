import { ArrayRecord } from "./array_record.ts";
import { ConfigRecord } from "./config_record.ts";
import { shown } from "./entry.ts";
import { checkKey, type Items, pairsOf } from "./kinded_record.ts";
import { MetricRecord } from "./metric_record.ts";

/**
 * Any record that a message can carry.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type FlowerRecord, MetricRecord } from "corolla";
 *
 * const records: FlowerRecord[] = [new ArrayRecord(), new MetricRecord()];
 * assertEquals(records.map(({ recordType }) => recordType), ["ArrayRecord", "MetricRecord"]);
 * ```
 */
export type FlowerRecord = ArrayRecord | MetricRecord | ConfigRecord;

/**
 * The content of a message: named records in order, of three kinds.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * const content = new RecordDict({
 *   arrays: ArrayRecord.from({ weights: NDArray.zeros([2, 3], "float32") }),
 *   config: new ConfigRecord({ lr: 0.1 }),
 * });
 * content.set("metrics", new MetricRecord({ "num-examples": 10 }));
 * assertEquals(content.config("config").getFloat("lr"), 0.1);
 * assertEquals([...content.keys()], ["arrays", "config", "metrics"]);
 * assertThrows(() => content.metrics("config"), TypeError, "must be of type MetricRecord: is a ConfigRecord");
 * ```
 */
export class RecordDict {
  readonly #records = new Map<string, FlowerRecord>();

  /**
   * A dict of these records, in their order.
   * @throws {TypeError} when a value is no record
   */
  constructor(items: Items<FlowerRecord> = {}) {
    for (const [key, record] of pairsOf(items)) this.set(key, record);
  }

  /** How many records there are. */
  get size(): number {
    return this.#records.size;
  }

  /** Whether there is a record of this name. */
  has(key: string): boolean {
    return this.#records.has(key);
  }

  /** The record of this name. */
  get(key: string): FlowerRecord | undefined {
    return this.#records.get(key);
  }

  /** Stores a record under its name; a name that is there keeps its place. @throws {TypeError} when it is none */
  set(key: string, record: FlowerRecord): this {
    checkKey(key, "RecordDict");
    if (
      !(record instanceof ArrayRecord || record instanceof MetricRecord || record instanceof ConfigRecord)
    ) {
      throw new TypeError(
        `Cannot store "${key}" in RecordDict as it must be an ArrayRecord, a MetricRecord or a ConfigRecord: ` +
          `current value is ${shown(record)}`,
      );
    }
    this.#records.set(key, record);
    return this;
  }

  /** Takes a record out. @returns whether it was there */
  delete(key: string): boolean {
    return this.#records.delete(key);
  }

  /** Takes every record out. */
  clear(): void {
    this.#records.clear();
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    return this.#records.keys();
  }

  /** Names and records, in order. */
  entries(): IterableIterator<[string, FlowerRecord]> {
    return this.#records.entries();
  }

  /** Names and records, in order. */
  [Symbol.iterator](): IterableIterator<[string, FlowerRecord]> {
    return this.#records.entries();
  }

  /** The ArrayRecord of this name. @throws {TypeError} when there is none */
  arrays(key: string): ArrayRecord {
    return this.arrayRecords().require(key);
  }

  /** The MetricRecord of this name. @throws {TypeError} when there is none */
  metrics(key: string): MetricRecord {
    return this.metricRecords().require(key);
  }

  /** The ConfigRecord of this name. @throws {TypeError} when there is none */
  config(key: string): ConfigRecord {
    return this.configRecords().require(key);
  }

  /** The ArrayRecords among the records: a live view. */
  arrayRecords(): RecordsOfKind<ArrayRecord> {
    return new RecordsOfKind(this, ArrayRecord);
  }

  /** The MetricRecords among the records: a live view. */
  metricRecords(): RecordsOfKind<MetricRecord> {
    return new RecordsOfKind(this, MetricRecord);
  }

  /** The ConfigRecords among the records: a live view. */
  configRecords(): RecordsOfKind<ConfigRecord> {
    return new RecordsOfKind(this, ConfigRecord);
  }

  /** A dict of its own with the same records, which are shared. */
  copy(): RecordDict {
    return new RecordDict(this.#records);
  }

  /** How many bytes the records count for, together. */
  countBytes(): number {
    return [...this.#records.values()].reduce((sum, record) => sum + record.countBytes(), 0);
  }
}

/**
 * The records of one kind in a {@link RecordDict}. What is written here is written there, and the other way round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, MetricRecord, RecordDict } from "corolla";
 *
 * const content = new RecordDict({ arrays: new ArrayRecord(), metrics: new MetricRecord({ loss: 0.5 }) });
 * const metrics = content.metricRecords();
 * assertEquals([metrics.size, metrics.has("arrays")], [1, false]);
 * metrics.set("more", new MetricRecord({ accuracy: 0.9 }));
 * assertEquals([...content.keys()], ["arrays", "metrics", "more"]);
 * ```
 */
export class RecordsOfKind<R extends FlowerRecord> {
  readonly #dict: RecordDict;
  readonly #kind: new () => R;

  /**
   * A view of the records of one kind.
   * @param dict where the records are
   * @param kind which ones are seen
   */
  constructor(dict: RecordDict, kind: new () => R) {
    this.#dict = dict;
    this.#kind = kind;
  }

  /** How many records of this kind there are. */
  get size(): number {
    return [...this].length;
  }

  /** Whether there is a record of this kind and name. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The record of this kind and name. */
  get(key: string): R | undefined {
    const record = this.#dict.get(key);
    return record instanceof this.#kind ? record : undefined;
  }

  /** The record of this kind and name. @throws {TypeError} when there is none */
  require(key: string): R {
    const record = this.get(key);
    if (record) return record;
    const other = this.#dict.get(key);
    const current = other
      ? `is a ${other.recordType}`
      : `there are ${[...this.#dict.keys()].join(", ") || "no records"}`;
    throw new TypeError(`Cannot read record "${key}" as it must be of type ${this.#kind.name}: ${current}`);
  }

  /** Stores a record under its name. @throws {TypeError} when it is of another kind */
  set(key: string, record: R): this {
    if (!(record instanceof this.#kind)) {
      throw new TypeError(
        `Cannot store "${key}" here as it must be of type ${this.#kind.name}: current value is ${
          shown(record)
        }`,
      );
    }
    this.#dict.set(key, record);
    return this;
  }

  /** Takes a record of this kind out. @returns whether it was there */
  delete(key: string): boolean {
    return this.has(key) && this.#dict.delete(key);
  }

  /** Names and records, in the order of the dict. */
  *[Symbol.iterator](): IterableIterator<[string, R]> {
    for (const [key, record] of this.#dict) if (record instanceof this.#kind) yield [key, record];
  }
}
