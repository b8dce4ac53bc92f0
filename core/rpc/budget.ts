/** Gives back what was taken. Calling it again does nothing. */
export type Release = () => void;

interface Waiter {
  readonly bytes: number;
  grant(release: Release): void;
}

/**
 * Room in memory that everybody shares. Whoever needs some waits in line for it; nobody is refused.
 *
 * The line is strict: a small wish behind a large one waits too, so a large one is never starved. A wish larger
 * than the whole budget is granted when nothing else is taken. Whoever holds something already must use
 * {@link charge} for more, because those in front may be waiting for what it holds.
 */
export class ByteBudget {
  readonly totalBytes: number;
  #taken = 0;
  readonly #line = new Set<Waiter>();

  /** @param totalBytes the room there is */
  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
  }

  /** How much is taken. More than the total only through {@link charge} or one large wish. */
  get takenBytes(): number {
    return this.#taken;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.size;
  }

  /** Waits for room. @throws {Error} the signal's reason when it is aborted first */
  acquire(bytes: number, signal: AbortSignal): Promise<Release> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#line.size === 0 && this.#fits(bytes)) return Promise.resolve(this.charge(bytes));
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#line.delete(waiter);
        reject(signal.reason);
        this.#serve();
      };
      const waiter: Waiter = {
        bytes,
        grant: (release) => {
          signal.removeEventListener("abort", leave);
          resolve(release);
        },
      };
      this.#line.add(waiter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Takes room without waiting, even past the total: for bytes that are in memory already. */
  charge(bytes: number): Release {
    this.#taken += bytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken -= bytes;
      this.#serve();
    };
  }

  #fits(bytes: number): boolean {
    return this.#taken + bytes <= this.totalBytes || this.#taken === 0;
  }

  #serve(): void {
    for (const waiter of this.#line) {
      if (!this.#fits(waiter.bytes)) return;
      this.#line.delete(waiter);
      waiter.grant(this.charge(waiter.bytes));
    }
  }
}
