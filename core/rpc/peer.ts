import { Metadata } from "./metadata.ts";

/** What one of ours sets towards any peer. What goes beyond Flower's wire is only said to a peer that sent it. */
export const PEER_HEADER = "corolla-peer";
/** For how many milliseconds a poll wishes to be held. */
const HOLD_HEADER = "corolla-hold-ms";
/** A poll is never held longer than this: more is too much for some peers and proxies. Milliseconds. */
const LONGEST_HOLD_MS = 25_000;

/** Headers that say that one of ours is calling. */
export function asOurs(): Metadata {
  return new Metadata([[PEER_HEADER, "1"]]);
}

/** Headers with which one of ours wishes that its call be held for so many milliseconds. */
export function wishHold(ms: number): Metadata {
  return new Metadata([[PEER_HEADER, "1"], [HOLD_HEADER, String(Math.ceil(ms))]]);
}

/** Whether headers come from one of ours. */
export function isOurs(metadata: Metadata): boolean {
  return metadata.text(PEER_HEADER) === "1";
}

/** Whether a poll says how long it wishes to be held. Only ours do. */
export function namesHold(metadata: Metadata): boolean {
  return metadata.text(HOLD_HEADER) !== undefined;
}

/** How long to hold a poll: what its headers ask for, else `usualMs`, and never too long. */
export function holdMs(metadata: Metadata, usualMs = LONGEST_HOLD_MS): number {
  const wish = metadata.text(HOLD_HEADER);
  if (wish === undefined || !/^\d{1,9}$/.test(wish)) return usualMs;
  return Math.min(Number(wish), LONGEST_HOLD_MS);
}
