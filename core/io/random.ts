import type { Random } from "./ports.ts";

/** What `crypto.getRandomValues` gives at most at a time. */
const LARGEST_DRAW_BYTES = 65_536;

/** The machine's source of unpredictable bytes. */
export const systemRandom: Random = {
  bytes(count) {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += LARGEST_DRAW_BYTES) {
      crypto.getRandomValues(bytes.subarray(at, at + LARGEST_DRAW_BYTES));
    }
    return bytes;
  },
};
