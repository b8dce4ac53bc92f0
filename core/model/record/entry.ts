/**
 * An integer as records give it: a number where that is exact, else a bigint.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Integer, MetricRecord } from "corolla";
 *
 * const steps: Integer[] = [3, 2n ** 60n];
 * assertEquals(new MetricRecord({ steps }).getInts("steps"), [3, 1152921504606846976n]);
 * ```
 */
export type Integer = number | bigint;

/**
 * How one entry of a record stands on the wire; the names are those of the wire's fields.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, type Kind, MetricRecord } from "corolla";
 *
 * const record = new MetricRecord({ rounds: 3, loss: 0.5, whole: float(2), many: [1, 2] });
 * const kinds: (Kind | undefined)[] = [...record.keys()].map((key) => record.kind(key));
 * assertEquals(kinds, ["sint64", "double", "double", "sint_list"]);
 * ```
 */
export type Kind =
  | "double"
  | "sint64"
  | "uint64"
  | "bool"
  | "string"
  | "bytes"
  | "double_list"
  | "sint_list"
  | "uint_list"
  | "bool_list"
  | "string_list"
  | "bytes_list";

/**
 * What a {@link MetricRecord}'s entry reads as.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MetricRecord, type MetricValue } from "corolla";
 *
 * const loss: MetricValue | undefined = new MetricRecord({ loss: [0.5, 0.25] }).get("loss");
 * assertEquals(loss, [0.5, 0.25]);
 * ```
 */
export type MetricValue = number | bigint | readonly Integer[];

/**
 * What a {@link ConfigRecord}'s entry reads as.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, type ConfigValue } from "corolla";
 *
 * const name: ConfigValue | undefined = new ConfigRecord({ name: "adam" }).get("name");
 * assertEquals(name, "adam");
 * ```
 */
export type ConfigValue =
  | MetricValue
  | boolean
  | string
  | Uint8Array
  | readonly boolean[]
  | readonly string[]
  | readonly Uint8Array[];

/**
 * One value and its kind. The kind is kept because JavaScript does not tell 1.0 from 1, while the receiver may, and
 * because the id of an object covers it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Entry, MetricRecord } from "corolla";
 *
 * const entries: [string, Entry][] = [...new MetricRecord({ loss: 0.5 }).entries()];
 * assertEquals(entries, [["loss", { kind: "double", value: 0.5 }]]);
 * ```
 */
export interface Entry {
  /** How it stands on the wire. */
  readonly kind: Kind;
  /** What it reads as. */
  readonly value: ConfigValue;
}

/**
 * A value whose kind its author chose. Made by {@link float} and {@link int}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, type Forced, MetricRecord } from "corolla";
 *
 * const half: Forced = float(8);
 * assertEquals(new MetricRecord({ half }).kind("half"), "double");
 * ```
 */
export class Forced {
  /**
   * A value that stands on the wire as this entry says.
   * @param entry the kind and value to store
   */
  constructor(readonly entry: Entry) {}
}

const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;
const MOST_UINT64 = 2n ** 64n - 1n;

/**
 * Stores a number, or a list of numbers, as floating point even when it is whole: `float(8)` arrives as `8.0`.
 * @throws {TypeError} when a value is no number
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, MetricRecord } from "corolla";
 *
 * const metrics = new MetricRecord({ loss: float(8), losses: float([1, 2.5]), rounds: 8 });
 * assertEquals(metrics.kind("loss"), "double");
 * assertEquals(metrics.kind("losses"), "double_list");
 * assertEquals(metrics.kind("rounds"), "sint64");
 * ```
 */
export function float(value: number | readonly number[]): Forced {
  if (typeof value === "number") return new Forced({ kind: "double", value });
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) {
    return new Forced({ kind: "double_list", value: Object.freeze([...value]) });
  }
  throw new TypeError(`Cannot store ${shown(value)} as a float: it must be a number or a list of numbers`);
}

/**
 * Stores a whole number, or a list of them, as integers, which numbers beyond 2^53 and empty lists need.
 * @throws {TypeError} when a value is not whole
 * @throws {RangeError} when a value needs more than 64 bits
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { int, MetricRecord } from "corolla";
 *
 * const metrics = new MetricRecord({ none: int([]), most: int(2n ** 64n - 1n) });
 * assertEquals(metrics.kind("none"), "sint_list");
 * assertEquals(metrics.getBigInt("most"), 18446744073709551615n);
 * ```
 */
export function int(value: Integer | readonly Integer[]): Forced {
  const whole = (item: unknown) => typeof item === "bigint" || Number.isInteger(item);
  if (Array.isArray(value) ? value.every(whole) : whole(value)) {
    return new Forced(
      Array.isArray(value) ? integerList(value.map(BigInt)) : integer(BigInt(value as Integer)),
    );
  }
  throw new TypeError(
    `Cannot store ${shown(value)} as an integer: it must be whole, or a list of whole numbers`,
  );
}

/**
 * The entry for a value as apps hand it over: whole numbers become integers, others floating point, and every item
 * of a list has one kind.
 * @param value what to store; lists are copied, bytes are not
 * @returns undefined when no record can hold such a value
 * @throws {RangeError} when an integer needs more than 64 bits
 */
export function entryOf(value: unknown): Entry | undefined {
  if (value instanceof Forced) return value.entry;
  if (Array.isArray(value)) return listEntry(value);
  switch (typeof value) {
    case "bigint":
      return integer(value);
    case "number":
      return isWhole(value) ? { kind: "sint64", value } : { kind: "double", value };
    case "boolean":
      return { kind: "bool", value };
    case "string":
      return { kind: "string", value };
  }
  return value instanceof Uint8Array ? { kind: "bytes", value } : undefined;
}

function listEntry(list: readonly unknown[]): Entry | undefined {
  if (list.length === 0) return undefined;
  const frozen = Object.freeze([...list]);
  if (isWhole(list[0]) && list.every((item) => isWhole(item) || typeof item === "boolean")) {
    // As in Python, where a truth value is an integer too.
    return integerList(list.map((item) => BigInt(item as Integer | boolean)));
  }
  if (list.every((item) => typeof item === "number")) {
    return { kind: "double_list", value: frozen as number[] };
  }
  if (list.every((item) => typeof item === "boolean")) {
    return { kind: "bool_list", value: frozen as boolean[] };
  }
  if (list.every((item) => typeof item === "string")) {
    return { kind: "string_list", value: frozen as string[] };
  }
  if (list.every((item) => item instanceof Uint8Array)) {
    return { kind: "bytes_list", value: frozen as Uint8Array[] };
  }
  return undefined;
}

/** Minus zero is floating point: no integer can say it. */
function isWhole(value: unknown): boolean {
  return typeof value === "bigint" || (Number.isSafeInteger(value) && !Object.is(value, -0));
}

function integer(value: bigint): Entry {
  checkRange(value, LEAST_INT64);
  return { kind: value > MOST_INT64 ? "uint64" : "sint64", value: readable(value) };
}

function integerList(values: readonly bigint[]): Entry {
  const unsigned = values.some((value) => value > MOST_INT64);
  for (const value of values) checkRange(value, unsigned ? 0n : LEAST_INT64);
  return { kind: unsigned ? "uint_list" : "sint_list", value: Object.freeze(values.map(readable)) };
}

function checkRange(value: bigint, least: bigint): void {
  if (value >= least && value <= MOST_UINT64) return;
  throw new RangeError(
    `Cannot store ${value} as an integer here must lie between ${least} and ${MOST_UINT64}`,
  );
}

/** An integer as a number where that is exact, else as it is. */
export function readable(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Names a value in an error without giving its content away. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) {
    const kinds = new Set(value.map((item) => item === null ? "null" : typeof item));
    return kinds.size === 0 ? "an empty list" : `a list of ${[...kinds].join(" and ")}`;
  }
  if (value === null || value === undefined) return `${value}`;
  return typeof value === "object" ? value.constructor?.name ?? "an object" : `a ${typeof value}`;
}
