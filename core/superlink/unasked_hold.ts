import type { RunId } from "../model/ids.ts";

/**
 * For so long in all is an app held that did not ask for it, from one push to the next. Official apps pause for 3 s
 * between two looks, so they notice nothing but that answers come sooner; and one that looks without wanting to wait
 * is never late by more.
 */
const UNASKED_HOLD_MS = 2_900;

/** Answers take this much longer than the last time, now and then. */
const SPREAD_MS = 400;

/** What an app waits for since its last push. */
interface Phase {
  readonly messageType: string;
  readonly pushedAtMs: number;
  heldMs: number;
  /** When the last answer so far had come. Unix milliseconds. */
  answeredAtMs?: number;
}

/**
 * For how long to hold the looks of apps that did not ask for it. There is little of it, so it is spent where it is of
 * use: when the answers to messages of a type took 7 s the last time, the looks after 0 and 3 s are answered at once and
 * the one after 6 s is held.
 */
export class UnaskedHolds {
  readonly #phases = new Map<RunId, Phase>();
  /** How long all answers took to come the last time, by type of the message. Milliseconds. */
  readonly #took = new Map<RunId, Map<string, number>>();

  /** An app has sent messages of this type. */
  pushed(run: RunId, messageType: string, nowMs: number): void {
    const last = this.#phases.get(run);
    if (last?.answeredAtMs !== undefined) {
      const took = this.#took.get(run) ?? new Map<string, number>();
      this.#took.set(run, took.set(last.messageType, last.answeredAtMs - last.pushedAtMs));
    }
    this.#phases.set(run, { messageType, pushedAtMs: nowMs, heldMs: 0 });
  }

  /** An answer has come. */
  answered(run: RunId, nowMs: number): void {
    const phase = this.#phases.get(run);
    if (phase) phase.answeredAtMs = nowMs;
  }

  /** For how long a look that comes now may be held. Milliseconds. */
  mayHoldMs(run: RunId, nowMs: number): number {
    const phase = this.#phases.get(run);
    if (!phase) return UNASKED_HOLD_MS;
    const left = Math.max(0, UNASKED_HOLD_MS - phase.heldMs);
    const took = this.#took.get(run)?.get(phase.messageType) ?? 0;
    const isTooEarly = phase.pushedAtMs + took + SPREAD_MS > nowMs + left;
    return took > 0 && isTooEarly ? 0 : left;
  }

  /** A look was held for so long. */
  held(run: RunId, ms: number, nowMs: number): void {
    const phase = this.#phases.get(run) ?? { messageType: "", pushedAtMs: nowMs, heldMs: 0 };
    phase.heldMs += ms;
    this.#phases.set(run, phase);
  }

  /** The run is over. */
  forget(run: RunId): void {
    this.#phases.delete(run);
    this.#took.delete(run);
  }
}
