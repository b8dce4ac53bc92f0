import type { DType } from "../record/dtype.ts";
import { NDArray } from "../record/ndarray.ts";
import { asType, plus } from "./arithmetic.ts";

/** Where randomness comes from: so many unpredictable bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** Bytes that are drawn at a time. */
const BATCH_BYTES = 65_536;
const BYTES_PER_NUMBER = 8;

/**
 * Numbers from the normal distribution with mean 0 and standard deviation 1, made of uniform ones by Marsaglia's
 * polar method. They are as unpredictable as the bytes they are made of.
 */
export class NormalNumbers {
  readonly #bytes: RandomBytes;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #spare: number | undefined;

  constructor(bytes: RandomBytes) {
    this.#bytes = bytes;
  }

  /** The next one. */
  next(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt(-2 * Math.log(square) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  /** A number from 0 up to, not including, 1, all multiples of 2^-53 equally likely. */
  uniform(): number {
    if (this.#at + BYTES_PER_NUMBER > this.#view.byteLength) {
      const { buffer, byteOffset, byteLength } = this.#bytes(BATCH_BYTES);
      this.#view = new DataView(buffer, byteOffset, byteLength);
      this.#at = 0;
    }
    const high = this.#view.getUint32(this.#at, true) >>> 5;
    const low = this.#view.getUint32(this.#at + 4, true) >>> 6;
    this.#at += BYTES_PER_NUMBER;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }
}

/**
 * An array with normal noise of a standard deviation added to each element; the noise is rounded to the element
 * type first, as NumPy's users do. Integers become floating point.
 * @throws {TypeError} for complex numbers
 */
export function withNoise(
  array: NDArray,
  { stddev, numbers }: { stddev: number; numbers: NormalNumbers },
): NDArray {
  const noise = new Float64Array(array.size);
  for (let i = 0; i < noise.length; i++) noise[i] = stddev * numbers.next();
  return plus(array, asType(new NDArray(noise, array.shape), noiseType(array.dtype)));
}

function noiseType(dtype: DType): DType {
  return dtype === "float16" || dtype === "float32" ? dtype : "float64";
}
