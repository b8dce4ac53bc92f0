import type { Clock, Log, Random } from "../io/ports.ts";
import { RpcError } from "./status.ts";

/** When a client stops trying to reach a peer that is away. Without limits it never does. */
export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly maxTries?: number;
  /** Milliseconds since the first failure after which the next one is final. */
  readonly maxWaitMs?: number;
}

/** What a {@link Reconnection} works with. */
export interface ReconnectionOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
}

const FIRST_CEILING_MS = 1_000;
const LAST_CEILING_MS = 20_000;

/** Whether a later try may succeed: the peer is away, and not because the two disagree about TLS. */
export function mayRecover(error: unknown): error is RpcError {
  return error instanceof RpcError && error.code === "UNAVAILABLE" &&
    !error.details.includes("handshake failed");
}

/** The longest pause after so many failed tries, in milliseconds: 1 s, 2 s, 4 s … 20 s. */
export function pauseCeilingMs(failedTries: number): number {
  return Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** (failedTries - 1));
}

/** Between 0 and 1, evenly. */
export function fraction(random: Random): number {
  const bytes = random.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}

/** One time that the peer is away. */
interface Outage {
  readonly since: number;
  failedTries: number;
  /** The reason that was logged last. */
  reason?: string;
  pause?: Pause;
}

/** A sleep that many calls share; it ends early when none of them waits any more. */
interface Pause {
  readonly over: Promise<void>;
  readonly cancel: AbortController;
  waiting: number;
}

/**
 * What one client knows about the reachability of its peer. Calls that fail at the same time share one series of
 * pauses, so that an outage is logged once and a returning peer is not met by a crowd.
 */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #outage: Outage | undefined;

  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /**
   * Says that a try failed and waits until the next one is due.
   * @throws {RpcError} the failure itself when there is no sense in another try or the policy's limit is reached,
   * CANCELLED when the signal is aborted meanwhile
   */
  async pause(failure: unknown, signal?: AbortSignal): Promise<void> {
    if (!mayRecover(failure)) throw failure;
    if (signal?.aborted) throw cancelled();
    const outage = this.#outage ??= { since: this.#options.clock.now(), failedTries: 0 };
    outage.pause ??= this.#begin(outage, failure);
    await share(outage.pause, signal);
    if (signal?.aborted) throw cancelled();
  }

  /** Says that a try reached the peer. */
  reached(): void {
    const outage = this.#outage;
    if (!outage) return;
    this.#outage = undefined;
    const tries = outage.failedTries + 1;
    this.#options.log?.info(
      `Connection successful after ${this.#elapsed(outage)} seconds and ${tries} tries.`,
    );
  }

  #begin(outage: Outage, failure: RpcError): Pause {
    const { policy, clock, random, log } = this.#options;
    const elapsedMs = clock.now() - outage.since;
    const leftMs = (policy.maxWaitMs ?? Infinity) - elapsedMs;
    outage.failedTries++;
    if (outage.failedTries >= (policy.maxTries ?? Infinity) || leftMs <= 0) {
      this.#outage = undefined;
      if (outage.failedTries > 1) {
        log?.warn(
          `Giving up reconnection after ${this.#elapsed(outage)} seconds and ${outage.failedTries} tries.`,
        );
      }
      throw failure;
    }
    const ms = Math.min(leftMs, fraction(random) * pauseCeilingMs(outage.failedTries));
    // Said once, not at every try: it seldom changes.
    const reason = failure.details === outage.reason ? "" : `: ${failure.details}`;
    outage.reason = failure.details;
    log?.warn(`Connection attempt failed, retrying in ${(ms / 1000).toFixed(2)} seconds${reason}`);
    const cancel = new AbortController();
    const over = clock.sleep(ms, cancel.signal).then(() => {
      outage.pause = undefined;
    });
    return { over, cancel, waiting: 0 };
  }

  #elapsed(outage: Outage): string {
    return ((this.#options.clock.now() - outage.since) / 1000).toFixed(2);
  }
}

async function share(pause: Pause, signal?: AbortSignal): Promise<void> {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const aborted = () => leave();
  signal?.addEventListener("abort", aborted);
  pause.waiting++;
  await Promise.race([pause.over, left]);
  signal?.removeEventListener("abort", aborted);
  if (--pause.waiting === 0) pause.cancel.abort();
}

function cancelled(): RpcError {
  return new RpcError("CANCELLED", "The call was cancelled while waiting for the connection");
}
