import {
  type ConfigValue,
  type Entry,
  entryOf,
  type Forced,
  type Integer,
  type Kind,
  shown,
} from "./entry.ts";

/**
 * What the constructor of a record takes: an object, a Map, or pairs; the order is kept.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Items, type MetricInput, MetricRecord } from "corolla";
 *
 * const forms: Items<MetricInput>[] = [{ loss: 0.5 }, new Map([["loss", 0.5]]), [["loss", 0.5]]];
 * assertEquals(forms.map((items) => new MetricRecord(items).getFloat("loss")), [0.5, 0.5, 0.5]);
 * ```
 */
export type Items<Value> = Readonly<Record<string, Value>> | Iterable<readonly [string, Value]>;

/** The pairs of an object, a Map or another iterable. */
export function pairsOf<Value>(items: Items<Value>): Iterable<readonly [string, Value]> {
  return Symbol.iterator in items ? items as Iterable<readonly [string, Value]> : Object.entries(items);
}

/** Lets a key pass. @throws {TypeError} when it is no string */
export function checkKey(key: unknown, record: string): asserts key is string {
  if (typeof key !== "string") {
    throw new TypeError(`Cannot use ${shown(key)} as a key of ${record}: it must be a string`);
  }
}

/**
 * What metric and config records share: named values in order, each with its kind on the wire.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, MetricRecord } from "corolla";
 *
 * // What both have.
 * for (const record of [new MetricRecord({ epochs: 3 }), new ConfigRecord({ epochs: 3 })]) {
 *   assertEquals([record.getInt("epochs"), record.has("lr"), [...record]], [3, false, [["epochs", 3]]]);
 * }
 * ```
 */
export abstract class KindedRecord<Read extends ConfigValue, Write> {
  /** The class's name, for errors. */
  abstract readonly recordType: "MetricRecord" | "ConfigRecord";
  /** The kinds that may be stored. */
  protected abstract readonly kinds: ReadonlySet<Kind>;
  /** The kind of an empty list whose items nobody saw. */
  protected abstract readonly emptyListKind: Kind;
  readonly #entries = new Map<string, Entry>();

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is an entry of this name. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The value; integers are numbers where that is exact, else bigints. */
  get(key: string): Read | undefined {
    return this.#entries.get(key)?.value as Read | undefined;
  }

  /** How the value stands on the wire. */
  kind(key: string): Kind | undefined {
    return this.#entries.get(key)?.kind;
  }

  /**
   * Stores a value under its name; a name that is there keeps its place.
   * @throws {TypeError} when a record of this type cannot hold it
   * @throws {RangeError} when an integer needs more than 64 bits
   */
  set(key: string, value: Write | Forced): this {
    const empty = Array.isArray(value) && value.length === 0;
    const entry = empty ? { kind: this.emptyListKind, value: Object.freeze([]) } : entryOf(value);
    if (!entry) throw this.#refusal(key, shown(value));
    return this.setEntry(key, entry);
  }

  /**
   * Stores a value with the kind it has on the wire. For whoever decodes records; others use {@link set}.
   * @throws {TypeError} when a record of this type has no such kind
   */
  setEntry(key: string, entry: Entry): this {
    checkKey(key, this.recordType);
    if (!this.kinds.has(entry.kind)) throw this.#refusal(key, entry.kind);
    this.#entries.set(key, entry);
    return this;
  }

  /** Takes an entry out. @returns whether it was there */
  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Values with their kinds, in order. */
  entries(): IterableIterator<[string, Entry]> {
    return this.#entries.entries();
  }

  /** Names and values, in order. */
  *[Symbol.iterator](): IterableIterator<[string, Read]> {
    for (const [key, entry] of this.#entries) yield [key, entry.value as Read];
  }

  /**
   * A number, whether it came as floating point or as an integer.
   * @throws {TypeError} when there is none of this name
   */
  getFloat(key: string): number {
    return Number(this.ofKind(key, ["double", "sint64", "uint64"], "a number"));
  }

  /**
   * An integer as a number.
   * @throws {TypeError} when there is none of this name, or it is too large for a number: then use `getBigInt`
   */
  getInt(key: string): number {
    const value = this.ofKind(key, ["sint64", "uint64"], "an integer");
    if (typeof value === "number") return value;
    throw new TypeError(`Cannot read "${key}" as a number: ${value} is too large for one, use getBigInt`);
  }

  /** An integer of any size. @throws {TypeError} when there is none of this name */
  getBigInt(key: string): bigint {
    return BigInt(this.ofKind(key, ["sint64", "uint64"], "an integer") as Integer);
  }

  /** A list of numbers. @throws {TypeError} when there is none of this name */
  getFloats(key: string): number[] {
    const list = this.ofKind(key, ["double_list", "sint_list", "uint_list"], "a list of numbers");
    return (list as readonly Integer[]).map(Number);
  }

  /** A list of integers, each a number where that is exact. @throws {TypeError} when there is none of this name */
  getInts(key: string): Integer[] {
    return [...this.ofKind(key, ["sint_list", "uint_list"], "a list of integers") as readonly Integer[]];
  }

  /** The value if it is of one of these kinds. @throws {TypeError} naming what is there instead */
  protected ofKind(key: string, kinds: readonly Kind[], wanted: string): ConfigValue {
    const entry = this.#entries.get(key);
    if (entry && kinds.includes(entry.kind)) return entry.value;
    const current = entry
      ? `is of kind ${entry.kind}`
      : `there are ${[...this.#entries.keys()].join(", ") || "no entries"}`;
    throw new TypeError(`Cannot read "${key}" of ${this.recordType} as it must be ${wanted}: ${current}`);
  }

  #refusal(key: string, current: string): TypeError {
    const scalars = [...this.kinds].filter((kind) => !kind.endsWith("_list")).map(nameOf);
    const allowed = [...new Set(scalars)].join(", ");
    return new TypeError(
      `Cannot store "${key}" in ${this.recordType} as it must be ${allowed}, or a list of one of these: ` +
        `current value is ${current}`,
    );
  }
}

/** How a person calls a kind. */
function nameOf(kind: Kind): string {
  return kind === "double" || kind === "sint64" || kind === "uint64"
    ? "a number"
    : kind === "bytes"
    ? kind
    : `a ${kind}`;
}
