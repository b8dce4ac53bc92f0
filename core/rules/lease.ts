/** A claimed task must ask for its input within this time, or it can be claimed again. Milliseconds. */
export const CLAIM_LEASE_MS = 30_000;

/** A running task counts as alive for this long after its last heartbeat. Milliseconds. */
export const RUN_LEASE_MS = 60_000;

/** A node is online for so many of its own heartbeat intervals after a heartbeat. */
export const NODE_PATIENCE = 2;

/** The heartbeat intervals a node may choose, in seconds. */
export const HEARTBEAT_INTERVAL_S = { least: 10, most: 1_800 } as const;

/** The interval of a node that was registered for its owner and has not said its own yet, in seconds. */
export const DEFAULT_HEARTBEAT_INTERVAL_S = 30;

/** Whether something that holds until `untilMs` has ended at `nowMs`. The last instant does not count. */
export function hasLapsed(untilMs: number | undefined, nowMs: number): boolean {
  return untilMs !== undefined && untilMs <= nowMs;
}

/** Until when a node counts as online after a sign of life. Unix milliseconds. */
export function onlineUntil(nowMs: number, heartbeatIntervalS: number): number {
  return nowMs + NODE_PATIENCE * heartbeatIntervalS * 1_000;
}

/** Whether a node may choose this interval. */
export function isHeartbeatInterval(seconds: number): boolean {
  return seconds >= HEARTBEAT_INTERVAL_S.least && seconds <= HEARTBEAT_INTERVAL_S.most;
}
