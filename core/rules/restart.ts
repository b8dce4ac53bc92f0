import type { Node } from "../model/node.ts";
import type { Task } from "../model/task.ts";
import { CLAIM_LEASE_MS, RUN_LEASE_MS } from "./lease.ts";
import { concluded, type RunChange, type TasksOfRun } from "./run_life.ts";
import { endTask, unclaimed } from "./task_life.ts";

/** Who starts the app processes: the daemon itself (they die with it) or a SuperExec of its own (they live on). */
export type Isolation = "subprocess" | "process";

/** The details of a run that a restart ended. */
export const RESTARTED = "the SuperLink was restarted";

/**
 * The tasks of a run after the program that kept them was started again at `nowMs`.
 *
 * - `subprocess`: the app processes ended with the program. A `running` task has lost its work and fails;
 *   a `starting` one had not been given its input, so it can be claimed again as if nothing had happened.
 * - `process`: the app processes are alive and try to reach us. None may lose its lease because we were
 *   away, so each gets the time that its claim or a heartbeat would have given it.
 */
export function tasksAfterRestart(run: TasksOfRun, isolation: Isolation, nowMs: number): RunChange {
  const after = isolation === "subprocess"
    ? (task: Task) => orphaned(task, nowMs)
    : (task: Task) => spared(task, nowMs);
  return concluded(run, run.tasks.map(after));
}

function orphaned(task: Task, nowMs: number): Task {
  if (task.status === "starting") return unclaimed(task);
  if (task.status !== "running") return task;
  return endTask(task, { subStatus: "failed", details: RESTARTED, atMs: nowMs });
}

function spared(task: Task, nowMs: number): Task {
  if (task.leaseUntil === undefined || task.status === "finished") return task;
  const leaseUntil = nowMs + (task.status === "starting" ? CLAIM_LEASE_MS : RUN_LEASE_MS);
  return task.leaseUntil < leaseUntil ? { ...task, leaseUntil } : task;
}

/**
 * A node after the SuperLink was started again at `nowMs`: who was online when it went away gets one
 * heartbeat interval to report, since silence towards a program that was not there says nothing.
 */
export function nodeAfterRestart(node: Node, nowMs: number): Node {
  if (node.status !== "online") return node;
  const onlineUntil = nowMs + node.heartbeatIntervalS * 1_000;
  return node.onlineUntil < onlineUntil ? { ...node, onlineUntil } : node;
}
