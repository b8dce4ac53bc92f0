/** How far the clocks of two peers may be apart, and how old a call may be. Both ends are outside. Seconds. */
export const WINDOW_S = { future: 5, past: 305 } as const;

/** Whether something said at `saidUs` (Unix microseconds) may be believed at `nowMs` (Unix milliseconds). */
export function withinWindow(saidUs: number, nowMs: number): boolean {
  const ageUs = Math.round(nowMs * 1_000) - saidUs;
  return ageUs > -WINDOW_S.future * 1_000_000 && ageUs < WINDOW_S.past * 1_000_000;
}
