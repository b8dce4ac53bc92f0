import { NDArray } from "./ndarray.ts";
import { decodeNpy, npyElements, npyHeader } from "./npy.ts";
import { concatenated } from "./pieces.ts";

/** The serialisation of arrays that every app can read. */
export const NUMPY_STYPE = "numpy.ndarray";

/**
 * The fields of an array as it is serialised.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ArrayFields, encodeNpy, FlowerArray, NDArray } from "corolla";
 *
 * const data = encodeNpy(new NDArray(Float32Array.of(1, 2)));
 * const fields: ArrayFields = { dtype: "float32", shape: [2], stype: "numpy.ndarray", data };
 * assertEquals([...new FlowerArray(fields).toNDArray().toNumbers()], [1, 2]);
 * ```
 */
export interface ArrayFields {
  /** The element type in NumPy's words; empty when old code made the array. */
  readonly dtype: string;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** How `data` is serialised. */
  readonly stype: string;
  /** The serialised bytes. */
  readonly data: Uint8Array;
}

/**
 * A serialised array, as records hold it (Flower's `Array`). One made elsewhere keeps its bytes, so that it travels
 * on unchanged; what they mean is read when asked for.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FlowerArray, NDArray } from "corolla";
 *
 * const array = FlowerArray.from(new NDArray(Float32Array.of(1, 2, 3, 4), [2, 2]));
 * assertEquals([array.dtype, array.shape, array.stype], ["float32", [2, 2], "numpy.ndarray"]);
 * // A .npy file: a header of 128 bytes, and four elements of four bytes.
 * assertEquals(array.sizeBytes, 128 + 4 * 4);
 * assertEquals([...array.toNDArray().toNumbers()], [1, 2, 3, 4]);
 * ```
 */
export class FlowerArray implements ArrayFields {
  /** The element type in NumPy's words; empty when old code made the array. */
  readonly dtype: string;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** How {@link data} is serialised; `numpy.ndarray` for a `.npy` file. */
  readonly stype: string;
  #pieces: readonly Uint8Array[];
  #decoded?: NDArray;

  /**
   * An array that is serialised already; {@link FlowerArray.from} makes one of an NDArray.
   * @throws {TypeError} when a field is of the wrong kind. `data` is not copied.
   */
  constructor({ dtype, shape, stype, data }: ArrayFields) {
    requireKind("dtype", dtype, { kind: "a string", holds: typeof dtype === "string" });
    requireKind("shape", shape, { kind: "a list of axis lengths", holds: isShape(shape) });
    requireKind("stype", stype, { kind: "a string", holds: typeof stype === "string" });
    requireKind("data", data, { kind: "a Uint8Array", holds: data instanceof Uint8Array });
    this.dtype = dtype;
    this.shape = Object.freeze([...shape]);
    this.stype = stype;
    this.#pieces = [data];
  }

  /**
   * Serialises an array as a `.npy` file. The array is copied, so that later changes to it do not matter, unless
   * `keepInput` is false: then its memory becomes the record's, and nobody may write to it any more.
   */
  static from(array: NDArray, { keepInput = true }: { keepInput?: boolean } = {}): FlowerArray {
    if (!(array instanceof NDArray)) {
      throw new TypeError(`Cannot serialise ${kindOf(array)} as an array must be an NDArray`);
    }
    const source = keepInput ? array.copy() : array;
    const header = npyHeader(source);
    const made = new FlowerArray({
      dtype: source.dtype,
      shape: source.shape,
      stype: NUMPY_STYPE,
      data: header,
    });
    made.#pieces = [header, npyElements(source)];
    made.#decoded = source;
    return made;
  }

  /** The serialised bytes in one piece. */
  get data(): Uint8Array {
    if (this.#pieces.length > 1) {
      this.#pieces = [concatenated(this.#pieces)];
      // The elements now stand a second time; reading the array again makes it a view of these.
      this.#decoded = undefined;
    }
    return this.#pieces[0];
  }

  /** The serialised bytes as consecutive pieces, without putting them together first. */
  get pieces(): readonly Uint8Array[] {
    return this.#pieces;
  }

  /** The length of {@link data}. */
  get sizeBytes(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  /**
   * The array. Where order and alignment allow it, its elements are the very bytes of this object: whoever writes
   * to them changes what is sent. `copy()` of the result gives elements of one's own.
   * @throws {TypeError} when the array is not serialised as a `.npy` file of numbers
   */
  toNDArray(): NDArray {
    if (this.stype !== NUMPY_STYPE) {
      throw new TypeError(
        `Cannot read an array serialised as "${this.stype}": only "${NUMPY_STYPE}" can be read here`,
      );
    }
    return this.#decoded ??= decodeNpy(this.#pieces[0]);
  }

  /** How many bytes the array counts for: those of its data. */
  countBytes(): number {
    return this.sizeBytes;
  }
}

function isShape(shape: unknown): boolean {
  return Array.isArray(shape) && shape.every((length) => Number.isInteger(length));
}

function requireKind(field: string, value: unknown, { kind, holds }: { kind: string; holds: boolean }): void {
  if (!holds) {
    throw new TypeError(
      `Cannot make an array as its ${field} must be ${kind}: current value is ${kindOf(value)}`,
    );
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  return typeof value === "object" ? value.constructor?.name ?? "an object" : `a ${typeof value}`;
}
