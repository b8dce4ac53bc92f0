import type { Clock } from "./ports.ts";

/** The longest time a timer of the runtime can count. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let left = ms; left > 0 && !signal?.aborted; left -= LONGEST_TIMER_MS) {
      await timer(Math.min(left, LONGEST_TIMER_MS), signal);
    }
  },
};

function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(id);
      signal?.removeEventListener("abort", over);
      resolve();
    };
    const id = setTimeout(over, ms);
    signal?.addEventListener("abort", over);
  });
}
