import type { Clock } from "../io/ports.ts";

/** How long somebody waits, and for what. */
interface WaitOptions {
  /** Milliseconds at most. */
  readonly ms: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Wakes those who wait for news about a key, and nobody else. */
export class Wakeups {
  readonly #watches = new Map<string, Set<Watch>>();

  /** There is news about these keys. */
  notify(...keys: string[]): void {
    for (const key of keys) {
      for (const watch of this.#watches.get(key) ?? []) watch.wake();
    }
  }

  /** Waits for news about any of the keys, the end of the time, or the signal. Never rejects. */
  async wait(keys: readonly string[], options: WaitOptions): Promise<void> {
    const watch = this.watch(keys);
    try {
      await watch.next(options);
    } finally {
      watch.end();
    }
  }

  /** Listens from now on until `end` is called: news that comes between two looks is not lost. */
  watch(keys: readonly string[]): Watch {
    const watch = new Watch(() => this.#forget(keys, watch));
    for (const key of keys) {
      const watches = this.#watches.get(key) ?? new Set();
      this.#watches.set(key, watches.add(watch));
    }
    return watch;
  }

  /** How many keys are waited for. */
  get size(): number {
    return this.#watches.size;
  }

  #forget(keys: readonly string[], watch: Watch): void {
    for (const key of keys) {
      const watches = this.#watches.get(key);
      watches?.delete(watch);
      if (watches?.size === 0) this.#watches.delete(key);
    }
  }
}

/** One listener of {@link Wakeups}. */
export class Watch {
  #news = false;
  #wake: (() => void) | undefined;

  /** @param end stops listening; the owner of the watch calls it */
  constructor(readonly end: () => void) {}

  /** There is news. */
  wake(): void {
    this.#news = true;
    this.#wake?.();
  }

  /** Resolves at news since the last look, after the time, or at the signal. */
  async next(options: WaitOptions): Promise<void> {
    const { ms, clock, signal } = options;
    if (!this.#news && !signal.aborted && ms > 0) await this.#newsOrTime({ ms, clock, signal });
    this.#news = false;
  }

  async #newsOrTime({ ms, clock, signal }: WaitOptions): Promise<void> {
    const enough = new AbortController();
    const stop = () => enough.abort();
    this.#wake = stop;
    signal.addEventListener("abort", stop);
    await clock.sleep(ms, enough.signal);
    signal.removeEventListener("abort", stop);
    this.#wake = undefined;
  }
}

/** How a poll is held. */
export interface HoldOptions {
  readonly wakeups: Wakeups;
  /** News about these may change what an attempt finds. */
  readonly keys: readonly string[];
  /** Milliseconds after which the poll is answered with nothing. */
  readonly maxMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Answers a poll when there is something to say: attempts now and at all news, until an attempt gives a value.
 * Undefined when the time is over or the caller is gone. Listens before it first looks, so no news is lost.
 */
export async function hold<T>(
  attempt: () => Promise<T | undefined>,
  options: HoldOptions,
): Promise<T | undefined> {
  const { wakeups, keys, maxMs, clock, signal } = options;
  const end = clock.now() + maxMs;
  const watch = wakeups.watch(keys);
  try {
    while (true) {
      const found = await attempt();
      const ms = end - clock.now();
      if (found !== undefined || signal.aborted || ms <= 0) return found;
      await watch.next({ ms, clock, signal });
      if (signal.aborted) return undefined;
    }
  } finally {
    watch.end();
  }
}
