/**
 * Lets a few work at a time and the others wait in order. What computes on other threads needs it: each thread costs
 * memory, and all of them together take the processor from the one that everything else goes through.
 */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count how many work at a time */
  constructor(count: number) {
    this.#free = count;
  }

  /** The result of the work, done as soon as it is its turn. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
