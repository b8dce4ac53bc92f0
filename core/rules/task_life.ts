import type { RunId, TaskId } from "../model/ids.ts";
import type { SubStatus, Task, TaskType } from "../model/task.ts";
import { CLAIM_LEASE_MS, hasLapsed, RUN_LEASE_MS } from "./lease.ts";

/** How a task can end. */
export type Ending = Exclude<SubStatus, "">;

/**
 * What can happen to a task.
 *
 * - `claim`: a SuperExec takes it; from now on the holder of the token speaks for it.
 * - `start`: its app process asks for its input. That works once, and again when the first answer may be lost.
 * - `heartbeat`: its app process says that it is alive.
 * - `end`: its app process reports how it ended.
 * - `stop`: somebody wants it to end, whatever it does.
 */
export type TaskEvent =
  | { readonly kind: "claim"; readonly tokenHash: string }
  | { readonly kind: "start"; readonly mayBeLost?: boolean }
  | { readonly kind: "heartbeat" }
  | { readonly kind: "end"; readonly subStatus: Ending; readonly details: string }
  | { readonly kind: "stop"; readonly details?: string };

/** Why an event left a task as it was. */
export type TaskRefusal = "notPending" | "notStarting" | "notRunning" | "notClaimed" | "finished";

/** What became of a task. `task` is its state afterwards, time's own doing included. */
export type TaskChange =
  | { readonly outcome: "changed"; readonly task: Task }
  | { readonly outcome: "refused"; readonly reason: TaskRefusal; readonly task: Task };

/** The details of a task whose app process fell silent. */
export const NO_HEARTBEAT = "No heartbeat received from the task";

/** A new task, waiting for a SuperExec. */
export function newTask(
  ids: { taskId: TaskId; runId: RunId; type: TaskType },
  options: { nowMs: number } & Pick<Task, "fabHash" | "modelRef" | "connectorRef">,
): Task {
  const { nowMs, ...references } = options;
  return { ...ids, ...references, status: "pending", subStatus: "", details: "", pendingAt: nowMs };
}

/**
 * The task as it is at `nowMs`, when nothing but time passes.
 *
 * A `starting` task whose lease lapsed is `pending` again: its app process never got its input, so nothing
 * is lost by starting another. A `running` one is over, at the instant its lease ended.
 */
export function settleTask(task: Task, nowMs: number): Task {
  if (task.status === "finished" || !hasLapsed(task.leaseUntil, nowMs)) return task;
  if (task.status === "running") {
    return endTask(task, { subStatus: "failed", details: NO_HEARTBEAT, atMs: task.leaseUntil! });
  }
  return unclaimed(task);
}

/** The task waiting for a SuperExec again, its token worthless. */
export function unclaimed(task: Task): Task {
  const { startingAt: _, tokenHash: __, leaseUntil: ___, ...rest } = task;
  return { ...rest, status: "pending" };
}

/** The task ended; its token is worthless from here on. */
export function endTask(
  task: Task,
  how: { subStatus: Ending; details: string; atMs: number },
): Task {
  const { tokenHash: _, leaseUntil: __, ...rest } = task;
  return {
    ...rest,
    status: "finished",
    subStatus: how.subStatus,
    details: how.details,
    finishedAt: how.atMs,
  };
}

/** What an event does to a task at `nowMs`. Lapsed leases take effect first. */
export function changeTask(before: Task, event: TaskEvent, nowMs: number): TaskChange {
  const task = settleTask(before, nowMs);
  const refused = (reason: TaskRefusal): TaskChange => ({ outcome: "refused", reason, task });
  const changed = (next: Task): TaskChange => ({ outcome: "changed", task: next });
  if (task.status === "finished") return refused("finished");
  switch (event.kind) {
    case "claim":
      if (task.status !== "pending") return refused("notPending");
      return changed({
        ...task,
        status: "starting",
        startingAt: nowMs,
        tokenHash: event.tokenHash,
        leaseUntil: nowMs + CLAIM_LEASE_MS,
      });
    case "start":
      if (task.status === "running" && event.mayBeLost) {
        return changed({ ...task, leaseUntil: nowMs + RUN_LEASE_MS });
      }
      if (task.status !== "starting") return refused("notStarting");
      return changed({ ...task, status: "running", runningAt: nowMs, leaseUntil: nowMs + RUN_LEASE_MS });
    case "heartbeat":
      if (task.status === "pending") return refused("notClaimed");
      return changed({ ...task, leaseUntil: nowMs + RUN_LEASE_MS });
    case "end":
      if (event.subStatus === "completed" && task.status !== "running") return refused("notRunning");
      return changed(endTask(task, { subStatus: event.subStatus, details: event.details, atMs: nowMs }));
    case "stop":
      return changed(endTask(task, { subStatus: "stopped", details: event.details ?? "", atMs: nowMs }));
  }
}

/** Reads how an app process says it ended; undefined for a word that means nothing. */
export function asEnding(text: string): Ending | undefined {
  return text === "completed" || text === "failed" || text === "stopped" ? text : undefined;
}
