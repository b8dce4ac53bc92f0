import type { Clock, Log } from "../io/ports.ts";

/** Without anything that lapses we look again after this time. Timers cannot wait for ever. Milliseconds. */
const IDLE_MS = 3_600_000;
/** A look that failed is repeated after this time. Milliseconds. */
const RETRY_MS = 5_000;
/** A look at thousands of nodes takes a while; when they lapse one after the other it must not be all we do. */
const MOST_OF_THE_TIME = 1 / 10;
/** Nor does anybody hear of a lapse later than this because of that. Milliseconds. */
const LONGEST_REST_MS = 1_000;

/** What {@link Lapses} is made of. */
interface LapsesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Lets happen what time has brought about; gives the instant (Unix ms) of the next such thing, if any. */
  settle(): Promise<number | undefined>;
}

/** Wakes up at the instant at which a lease or a node's time ends, so that nobody has to ask. */
export class Lapses {
  readonly #options: LapsesOptions;
  readonly #stopped = new AbortController();
  #nextMs = Infinity;
  #asleep: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(options: LapsesOptions) {
    this.#options = options;
  }

  /** Begins to watch the time. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Something lapses at this instant (Unix ms) unless it is renewed. */
  expect(atMs: number): void {
    if (atMs >= this.#nextMs) return;
    this.#nextMs = atMs;
    this.#asleep?.abort();
  }

  /** Resolves when nothing will happen by itself any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#asleep?.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const since = this.#options.clock.now();
      await this.#settle();
      const now = this.#options.clock.now();
      await this.#sleep(now + Math.min((now - since) / MOST_OF_THE_TIME, LONGEST_REST_MS));
    }
  }

  async #settle(): Promise<void> {
    const { clock, log, settle } = this.#options;
    this.#nextMs = clock.now() + IDLE_MS;
    try {
      this.expect(await settle() ?? Infinity);
    } catch (error) {
      log.error(`Cannot end what has lapsed, trying again in ${RETRY_MS / 1_000} s: ${error}`);
      this.expect(clock.now() + RETRY_MS);
    }
  }

  /** Until something lapses, and not only until before `earliestMs`. */
  async #sleep(earliestMs: number): Promise<void> {
    const { clock } = this.#options;
    const rest = () => Math.max(this.#nextMs, earliestMs) - clock.now();
    for (let ms = rest(); ms > 0; ms = rest()) {
      if (this.#stopped.signal.aborted) return;
      this.#asleep = new AbortController();
      await clock.sleep(ms, this.#asleep.signal);
    }
    this.#asleep = undefined;
  }
}
