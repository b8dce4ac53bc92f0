/** How much of a request is there, and since when it has been coming. Times are milliseconds of one clock. */
export interface Arrival {
  /** When its call began. */
  readonly beganAtMs: number;
  /** When the room for it was granted; absent for a small one, and while it waits for its turn. */
  readonly grantedAtMs?: number;
  /** Whether it is held back on this side until there is room. */
  readonly isHeldBack: boolean;
  readonly lastDataAtMs: number;
  readonly receivedBytes: number;
  /** Its size; `Infinity` before it is known. */
  readonly expectedBytes: number;
}

/** A small request that is not whole after so long, and a large one of which nothing comes for so long, is given up. */
const STALL_MS = 60_000;

/** While others wait for its room, a large request is left alone for so long, then must keep the pace. */
const HEAD_START_MS = 30_000;

/** The slowest pace at which a request may hold room that others wait for. Bytes per millisecond: 16 KiB/s. */
const SLOWEST = 16 * 1024 / 1_000;

/** No request may take longer than this for its room, however large it is, while others wait for it. */
const LONGEST_MS = 10 * 60_000;

/**
 * Why a request that is not whole yet is given up; undefined while it may go on. As long as nobody waits for its room
 * it may come as slowly as it likes, if it does come.
 * @param now.othersWait whether others wait for the room that requests like this one hold
 */
export function givenUp(arrival: Arrival, now: { ms: number; othersWait: boolean }): string | undefined {
  if (arrival.isHeldBack) return undefined;
  const { beganAtMs, grantedAtMs, lastDataAtMs, receivedBytes, expectedBytes } = arrival;
  const since = grantedAtMs === undefined ? beganAtMs : lastDataAtMs;
  if (now.ms - since >= STALL_MS) return `The request stalled: it did not come within ${STALL_MS / 1_000} s`;
  if (grantedAtMs === undefined || !now.othersWait) return undefined;
  const pace = Math.max(SLOWEST, expectedBytes / LONGEST_MS);
  const owed = pace * (now.ms - grantedAtMs - HEAD_START_MS);
  if (receivedBytes >= owed) return undefined;
  const rate = `${Math.ceil(pace * 1_000 / 1_024)} KiB/s`;
  return `The request comes too slowly: others wait for its room, so it must come at ${rate}`;
}

/** A reply that is not taken for so long, plus its size at 16 KiB/s, is given up even if nobody wants its room. */
const REPLY_PATIENCE_MS = 60_000;

/**
 * Whether a large reply has held its room for too long: as long as a request may while others wait, and longer while
 * nobody does.
 */
export function replyGivenUp(
  reply: { readonly bytes: number; readonly sinceMs: number },
  now: { ms: number; othersWait: boolean },
): boolean {
  const { bytes, sinceMs } = reply;
  const patience = now.othersWait ? longestHoldMs(bytes) : REPLY_PATIENCE_MS + bytes / SLOWEST;
  return now.ms - sinceMs >= patience;
}

/** What of a request is in memory without a room of its own. */
export function looseBytes({ grantedAtMs, receivedBytes }: Arrival): number {
  return grantedAtMs === undefined ? receivedBytes : 0;
}

/** The longest time for which a request may hold room that others wait for, once it was granted. Milliseconds. */
export function longestHoldMs(bytes: number): number {
  return HEAD_START_MS + Math.min(bytes / SLOWEST, LONGEST_MS);
}
