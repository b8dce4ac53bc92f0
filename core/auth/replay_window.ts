/** How far behind the highest number one may be that was not seen yet. */
const WIDTH = 4_096;

/** Which numbers of a session were used. Takes the same memory however many there are. */
export class ReplayWindow {
  /** A bit for each of the last numbers, at the number's remainder. */
  readonly #seen = new Uint32Array(WIDTH / 32);
  #highest = -1;

  /** Takes a number; false when it was taken before, or is so old that nobody can tell. */
  take(number: number): boolean {
    if (number > this.#highest) this.#moveTo(number);
    else if (number <= this.#highest - WIDTH) return false;
    const [word, bit] = placeOf(number);
    if (this.#seen[word] & bit) return false;
    this.#seen[word] |= bit;
    return true;
  }

  #moveTo(number: number): void {
    if (number - this.#highest >= WIDTH) this.#seen.fill(0);
    else {
      for (let passed = this.#highest + 1; passed <= number; passed++) {
        const [word, bit] = placeOf(passed);
        this.#seen[word] &= ~bit;
      }
    }
    this.#highest = number;
  }
}

function placeOf(number: number): [word: number, bit: number] {
  const place = number % WIDTH;
  return [place >>> 5, 1 << (place & 31)];
}
