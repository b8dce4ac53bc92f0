import type { ArrayRecord } from "../model/record/array_record.ts";
import { NUMPY_STYPE } from "../model/record/array.ts";
import { writeZip } from "../wire/fab/zip_write.ts";

/**
 * The bytes of a `.npz` file, which `numpy.load` reads: an archive with each array under its name.
 * @throws {TypeError} when an array is not serialised as NumPy does it
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, encodeNpz, NDArray } from "corolla";
 *
 * const model = ArrayRecord.from({ weights: NDArray.zeros([2, 3], "float32"), bias: NDArray.zeros([3], "float32") });
 * const file = encodeNpz(model);
 * // A .npz file is a zip archive. An app writes it with Deno.writeFile(`${context.runFolder}/model.npz`, file).
 * assertEquals(new TextDecoder().decode(file.subarray(0, 2)), "PK");
 * ```
 */
export function encodeNpz(arrays: ArrayRecord): Uint8Array {
  return writeZip(Array.from(arrays, ([name, { stype, data }]): [string, Uint8Array] => {
    if (stype === NUMPY_STYPE) return [`${name}.npy`, data];
    throw new TypeError(`Cannot write "${name}" to a .npz file as it is serialised as "${stype}"`);
  }));
}
