/** Runs pieces of work one after the other, in the order they came. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `work` does; the next piece starts after that, either way. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when all that was asked for so far is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
