import { FlowerArray } from "./array.ts";
import { shown } from "./entry.ts";
import { checkKey, type Items, pairsOf } from "./kinded_record.ts";
import type { NDArray } from "./ndarray.ts";

/**
 * Named arrays in order, for instance the parameters of a model.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, NDArray } from "corolla";
 *
 * const model = ArrayRecord.from({
 *   weights: new NDArray(new Float32Array(6), [2, 3]),
 *   bias: new NDArray(Float32Array.of(1, 2, 3)),
 * });
 * assertEquals([...model.keys()], ["weights", "bias"]);
 * // A copy to compute with: the record's own bytes stay as they are.
 * const bias = model.toNamedArrays().get("bias")!.as("float32").copy();
 * bias.data[0] = 9;
 * assertEquals([...model.toArrays()[1].toNumbers()], [1, 2, 3]);
 * ```
 */
export class ArrayRecord {
  /** Tells records of the three kinds apart. */
  readonly recordType = "ArrayRecord";
  readonly #arrays = new Map<string, FlowerArray>();

  /**
   * A record of arrays that are serialised already.
   * @throws {TypeError} when a value is no serialised array; {@link ArrayRecord.from} takes NDArrays
   */
  constructor(items: Items<FlowerArray> = {}) {
    for (const [key, array] of pairsOf(items)) this.set(key, array);
  }

  /**
   * A record of arrays: a list gets the keys "0", "1", …, named arrays keep their names. The arrays are copied
   * unless `keepInput` is false: then their memory becomes the record's, and nobody may write to it any more.
   */
  static from(
    arrays: readonly NDArray[] | Items<NDArray>,
    options: { keepInput?: boolean } = {},
  ): ArrayRecord {
    // An array of pairs is an array too.
    const pairs = Array.isArray(arrays) && !Array.isArray(arrays[0])
      ? (arrays as readonly NDArray[]).map((array, index) => [String(index), array] as const)
      : pairsOf(arrays as Items<NDArray>);
    const record = new ArrayRecord();
    for (const [key, array] of pairs) record.set(key, FlowerArray.from(array, options));
    return record;
  }

  /** How many arrays there are. */
  get size(): number {
    return this.#arrays.size;
  }

  /** Whether there is an array of this name. */
  has(key: string): boolean {
    return this.#arrays.has(key);
  }

  /** The serialised array of this name. */
  get(key: string): FlowerArray | undefined {
    return this.#arrays.get(key);
  }

  /** Stores an array under its name; a name that is there keeps its place. @throws {TypeError} when it is none */
  set(key: string, array: FlowerArray): this {
    checkKey(key, "ArrayRecord");
    if (!(array instanceof FlowerArray)) {
      throw new TypeError(
        `Cannot store "${key}" in ArrayRecord as it must be a serialised array, which FlowerArray.from makes of an ` +
          `NDArray: current value is ${shown(array)}`,
      );
    }
    this.#arrays.set(key, array);
    return this;
  }

  /** Takes an array out. @returns whether it was there */
  delete(key: string): boolean {
    return this.#arrays.delete(key);
  }

  /** Takes every array out. */
  clear(): void {
    this.#arrays.clear();
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    return this.#arrays.keys();
  }

  /** Names and serialised arrays, in order. */
  entries(): IterableIterator<[string, FlowerArray]> {
    return this.#arrays.entries();
  }

  /** Names and serialised arrays, in order. */
  [Symbol.iterator](): IterableIterator<[string, FlowerArray]> {
    return this.#arrays.entries();
  }

  /** The arrays in order; see {@link FlowerArray.toNDArray} on whose memory they are. */
  toArrays(): NDArray[] {
    return [...this.#arrays.values()].map((array) => array.toNDArray());
  }

  /** The arrays by their names, in order; see {@link FlowerArray.toNDArray} on whose memory they are. */
  toNamedArrays(): Map<string, NDArray> {
    return new Map([...this.#arrays].map(([key, array]) => [key, array.toNDArray()]));
  }

  /** A record of its own with the same arrays, which are shared. */
  copy(): ArrayRecord {
    return new ArrayRecord(this.#arrays);
  }

  /** How many bytes the record counts for: those of its arrays' data and the characters of its keys. */
  countBytes(): number {
    let sum = 0;
    for (const [key, array] of this.#arrays) sum += [...key].length + array.countBytes();
    return sum;
  }
}
