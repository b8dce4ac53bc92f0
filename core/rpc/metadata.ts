/** Headers or trailers of a call. Names are lower case; those that end in `-bin` carry bytes. */
export class Metadata {
  readonly #entries: [string, string | Uint8Array][] = [];

  /** @param entries pairs of name and value, kept in order; a name may stand more than once */
  constructor(entries: Iterable<readonly [string, string | Uint8Array]> = []) {
    for (const [name, value] of entries) this.append(name, value);
  }

  /** Adds one value. @throws {TypeError} when the value's kind does not fit the name's ending. */
  append(name: string, value: string | Uint8Array): this {
    const key = name.toLowerCase();
    if (key.endsWith("-bin") !== (typeof value !== "string")) {
      throw new TypeError(`Cannot add header "${key}": names that end in "-bin" carry bytes, others text`);
    }
    this.#entries.push([key, value]);
    return this;
  }

  /** Every value of a text header, in order. */
  texts(name: string): string[] {
    return this.#entries.filter(([key]) => key === name).map(([, value]) => value as string);
  }

  /** Every value of a `-bin` header, in order. */
  binaries(name: string): Uint8Array[] {
    return this.#entries.filter(([key]) => key === name).map(([, value]) => value as Uint8Array);
  }

  /** The first value of a text header. */
  text(name: string): string | undefined {
    return this.texts(name)[0];
  }

  [Symbol.iterator](): Iterator<[string, string | Uint8Array]> {
    return this.#entries[Symbol.iterator]();
  }
}
