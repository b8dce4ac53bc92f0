import type { Clock } from "../ports.ts";
import { type Arrival, givenUp, looseBytes, replyGivenUp } from "./sender_patience.ts";

/** A request on its way in. */
export interface Incoming {
  readonly sender: string;
  /** How much of it is there. */
  readonly arrival: Arrival;
  /** Whether it was refused; who goes on sending all the same is cut off. */
  readonly isRefused: boolean;
  /** Refuses it. @param why a sentence for the sender */
  giveUp(why: string): void;
  /** Ends it, whatever the sender does. */
  cut(): void;
}

/** How often is looked who is too slow. */
const TURN_MS = 2_000;

/** What all requests together may have sent for which there is no room of their own. */
const LOOSE_LIMIT_BYTES = 256 * 1024 * 1024;

interface Outgoing {
  readonly bytes: number;
  readonly sinceMs: number;
  cut(): void;
}

/**
 * Looks after the requests of a door that are not whole yet and its large replies, and gives up those that come, or are
 * taken, too slowly.
 */
export class SlowSenders {
  readonly #incoming = new Set<Incoming>();
  readonly #outgoing = new Set<Outgoing>();
  readonly #over = new AbortController();
  #nowMs = 0;

  /** @param options.othersWait whether anybody waits for the room that large requests hold */
  constructor(readonly options: { readonly clock: Clock; othersWait(): boolean }) {
    this.#live();
  }

  /**
   * The time by which arrivals are measured, in milliseconds. It goes in steps and never faster than these: a machine
   * that slept, or a clock that was set, is no sender's fault.
   */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Looks after a request until {@link leave}. */
  watch(request: Incoming): void {
    this.#incoming.add(request);
  }

  /** The request is whole, or gone. */
  leave(request: Incoming): void {
    this.#incoming.delete(request);
  }

  /**
   * Looks after a reply that holds room.
   * @param cut ends it, when it is not taken in time
   * @returns to be called when it is gone
   */
  watchReply(bytes: number, cut: () => void): () => void {
    const reply = { bytes, sinceMs: this.#nowMs, cut };
    this.#outgoing.add(reply);
    return () => this.#outgoing.delete(reply);
  }

  stop(): void {
    this.#over.abort();
  }

  async #live(): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.#over;
    while (!signal.aborted) {
      await clock.sleep(TURN_MS, signal);
      if (signal.aborted) return;
      this.#nowMs += TURN_MS;
      this.#look();
    }
  }

  #look(): void {
    const now = { ms: this.#nowMs, othersWait: this.options.othersWait() };
    for (const request of this.#incoming) {
      // Who is refused has until the next look to take the answer.
      if (request.isRefused) {
        request.cut();
        continue;
      }
      const why = givenUp(request.arrival, now);
      if (why !== undefined) request.giveUp(why);
    }
    for (const reply of this.#outgoing) if (replyGivenUp(reply, now)) reply.cut();
    for (const request of inExcess([...this.#incoming], LOOSE_LIMIT_BYTES)) request.cut();
  }
}

/**
 * Which requests go when all together have sent more than `limitBytes` for which there is no room: of the sender that
 * has sent most of it, the latest first.
 */
export function inExcess<R extends Pick<Incoming, "sender" | "arrival">>(
  requests: readonly R[],
  limitBytes: number,
): R[] {
  const bySender = new Map<string, { bytes: number; requests: R[] }>();
  let total = 0;
  for (const request of requests) {
    const bytes = looseBytes(request.arrival);
    const own = bySender.get(request.sender) ?? { bytes: 0, requests: [] };
    bySender.set(request.sender, own);
    own.bytes += bytes;
    own.requests.push(request);
    total += bytes;
  }
  const excess: R[] = [];
  while (total > limitBytes) {
    const heaviest = [...bySender.values()].reduce((one, other) => other.bytes > one.bytes ? other : one);
    const request = heaviest.requests.pop()!;
    const bytes = looseBytes(request.arrival);
    heaviest.bytes -= bytes;
    total -= bytes;
    excess.push(request);
  }
  return excess;
}
