import { MersenneTwister } from "./mersenne_twister.ts";

/**
 * The numbers that hide a vector. Both ends of a pair make the same ones of their shared seed.
 *
 * Only 32 bits of the seed matter: whoever can try 2^32 seeds can take a mask off again. That is how the protocol is
 * defined; a longer seed would fit no other implementation.
 */
export class MaskNumbers {
  readonly #source: MersenneTwister;
  readonly #most: number;
  readonly #bits: number;

  /** @param range numbers go from 0 up to `range - 2`; a power of two up to 2^32 */
  constructor(seed: Uint8Array, range: number) {
    this.#source = new MersenneTwister(seedOf(seed));
    this.#most = range - 2;
    this.#bits = 2 ** (32 - Math.clz32(this.#most)) - 1;
  }

  /** The next number. */
  next(): number {
    for (;;) {
      const value = (this.#source.next() & this.#bits) >>> 0;
      if (value <= this.#most) return value;
    }
  }
}

/** All words of a seed, each of four bytes with the lowest first, laid over each other. */
function seedOf(seed: Uint8Array): number {
  let folded = 0;
  for (let at = 0; at < seed.length; at += 4) {
    for (let byte = 0; byte < 4 && at + byte < seed.length; byte++) folded ^= seed[at + byte] << (8 * byte);
  }
  return folded >>> 0;
}
