import type { Clock } from "../../core/io/ports.ts";
import { cryptoRests } from "./crypto_under_way.ts";

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  /** Every duration that was ever asked of {@link sleep}, in milliseconds, oldest first. */
  readonly sleeps: number[] = [];
  #now: number;
  #sleepers: Sleeper[] = [];

  /** @param startMs Unix time at the start; a fixed day in 2026 unless told */
  constructor(startMs = Date.UTC(2026, 10, 23, 12)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** How many sleeps are under way. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", wake);
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper: Sleeper = { wakesAt: this.#now + Math.max(0, ms), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Moves time on; whoever's sleep ends on the way wakes in order, and may sleep again within the span. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.wakesAt);
      next.wake();
      await settled();
    }
    this.#now = end;
  }

  /** Moves time without waking anybody: a machine that was suspended, or a clock that was set. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #next(end: number): Sleeper | undefined {
    const due = this.#sleepers.filter((sleeper) => sleeper.wakesAt <= end);
    return due.sort((a, b) => a.wakesAt - b.wakesAt)[0];
  }
}

/**
 * Resolves when everything that could run without time passing has run, as far as one can tell: several turns of the
 * event loop, and in each a trip to the threads that compute hashes and read files, behind what waits there already.
 */
export async function settled(): Promise<void> {
  const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  for (let turn = 0; turn < 4; turn++) {
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    do await nextTurn(); while (!cryptoRests());
  }
}
