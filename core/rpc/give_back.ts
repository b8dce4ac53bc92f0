import { discard } from "./discard.ts";

/** Smaller pieces may share their memory with others. */
export const LARGE_BYTES = 65_536;

/** Gives back the memory of large bytes that only the caller holds. Nobody may look at them again. */
export function giveBack(bytes: Uint8Array): void {
  if (bytes.length >= LARGE_BYTES) discard(bytes, { whole: true });
}
