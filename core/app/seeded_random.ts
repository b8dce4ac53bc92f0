import type { Random } from "../io/ports.ts";

/** Four numbers from 0 to 2^32-1 that a {@link SeededRandom} starts from. */
export type Seed = readonly [number, number, number, number];

/** Repeatable random numbers (sfc32): for simulations, never for secrets. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #count: number;

  constructor([a, b, c, count]: Seed) {
    [this.#a, this.#b, this.#c, this.#count] = [a | 0, b | 0, c | 0, count | 0];
    // The first numbers still look like the seed.
    for (let i = 0; i < 15; i++) this.#next();
  }

  bytes(count: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(count / 4));
    for (let i = 0; i < words.length; i++) words[i] = this.#next();
    return new Uint8Array(words.buffer, 0, count);
  }

  /** From 0 up to, but never, 1; as fine as a number can tell. */
  fraction(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  #next(): number {
    const next = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + next) | 0;
    return next >>> 0;
  }
}
