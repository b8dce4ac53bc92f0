/** Unix seconds: as fine as the clocks of those who read logs. */
const STEP_S = 1e-6;

/** `at`, or the next instant after `last` when that is later: times of a run's logs rise strictly. */
export function laterThan(last: number | undefined, at: number): number {
  if (last === undefined || at > last) return at;
  return last + Math.max(STEP_S, Math.abs(last) * Number.EPSILON);
}
