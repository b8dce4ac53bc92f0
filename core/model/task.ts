import type { RunId, TaskId } from "./ids.ts";

/** What a task executes; the name is also that of the official executable. */
export type TaskType =
  | "flwr-serverapp"
  | "flwr-clientapp"
  | "flwr-simulation"
  | "flwr-agentapp"
  | "flwr-model"
  | "flwr-connector";

/**
 * Where a task is in its life.
 *
 * - `pending`: waits for a SuperExec to claim it.
 * - `starting`: claimed; its app process has a token and has not yet asked for its input.
 * - `running`: the app process has its input and reports heartbeats.
 * - `finished`: over, with a {@link SubStatus}; nothing changes any more.
 */
export type Status = "pending" | "starting" | "running" | "finished";

/** How a finished task or run ended; empty while it is not finished. */
export type SubStatus = "" | "completed" | "failed" | "stopped";

/** One piece of work for an app process. Times are Unix milliseconds. */
export interface Task {
  readonly taskId: TaskId;
  readonly runId: RunId;
  readonly type: TaskType;
  readonly status: Status;
  readonly subStatus: SubStatus;
  /** Why it ended, for people. */
  readonly details: string;
  readonly pendingAt: number;
  readonly startingAt?: number;
  readonly runningAt?: number;
  readonly finishedAt?: number;
  /** SHA-256 (hex) of the token its app process shows; the token itself is never stored. */
  readonly tokenHash?: string;
  /** The token lapses at this time unless a heartbeat moves it. */
  readonly leaseUntil?: number;
  readonly fabHash?: string;
  readonly modelRef?: string;
  readonly connectorRef?: string;
}
