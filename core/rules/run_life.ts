import type { TaskId } from "../model/ids.ts";
import type { Status, SubStatus, Task } from "../model/task.ts";
import {
  changeTask,
  endTask,
  NO_HEARTBEAT,
  settleTask,
  type TaskEvent,
  type TaskRefusal,
} from "./task_life.ts";

/** How far a run is. */
export interface RunStatus {
  readonly status: Status;
  readonly subStatus: SubStatus;
  readonly details: string;
}

/** Every task of one run, and which of them decides over it. */
export interface TasksOfRun {
  readonly primaryTaskId: TaskId;
  readonly tasks: readonly Task[];
}

/** What became of the tasks of a run. */
export interface RunChange {
  /** Every task afterwards, in the order given. */
  readonly tasks: readonly Task[];
  /** Those that are not what they were. */
  readonly changed: readonly Task[];
  /** Whether the run is over now and was not before. */
  readonly ended: boolean;
}

/** The same, when something was asked of one task. */
export interface RunAnswer extends RunChange {
  readonly outcome: "changed" | "refused";
  /** Why, when refused. */
  readonly reason?: TaskRefusal;
  /** The task that was asked, afterwards. */
  readonly task: Task;
}

/** A run's status is that of its primary task. */
export function runStatusOf(primary: Task): RunStatus {
  return { status: primary.status, subStatus: primary.subStatus, details: primary.details };
}

/** The tasks of a run as they are at `nowMs`, when nothing but time passes. */
export function settleRun(run: TasksOfRun, nowMs: number): RunChange {
  return concluded(run, run.tasks.map((task) => settleTask(task, nowMs)));
}

/**
 * What an event for one task does to all tasks of its run.
 *
 * When the primary task ends, however it ends, the run is over: every other task ends with it.
 * @throws {TypeError} when the run has no such task
 */
export function changeRun(run: TasksOfRun, event: TaskEvent & { taskId: TaskId }, nowMs: number): RunAnswer {
  const settled = settleRun(run, nowMs);
  const index = settled.tasks.findIndex((task) => task.taskId === event.taskId);
  if (index < 0) throw new TypeError(`Cannot change task ${event.taskId} as its run has no such task`);
  const change = changeTask(settled.tasks[index], event, nowMs);
  const after = concluded(run, settled.tasks.with(index, change.task));
  const task = after.tasks[index];
  return change.outcome === "changed"
    ? { ...after, outcome: "changed", task }
    : { ...after, outcome: "refused", reason: change.reason, task };
}

/** Lets the end of the primary task reach the others, and says what is different from before. */
export function concluded(run: TasksOfRun, tasks: readonly Task[]): RunChange {
  const primary = tasks.find((task) => task.taskId === run.primaryTaskId);
  const over = primary?.status === "finished";
  const after = over
    ? tasks.map((task) => task.status === "finished" ? task : endedWith(primary, task))
    : tasks;
  const wasOver = run.tasks.find((task) => task.taskId === run.primaryTaskId)?.status === "finished";
  return {
    tasks: after,
    changed: after.filter((task, index) => task !== run.tasks[index]),
    ended: over && !wasOver,
  };
}

function endedWith(primary: Task, task: Task): Task {
  const atMs = primary.finishedAt!;
  if (primary.subStatus === "stopped") {
    return endTask(task, {
      subStatus: "stopped",
      details: "Task stopped because the run was stopped",
      atMs,
    });
  }
  const why = primary.subStatus === "failed" && primary.details === NO_HEARTBEAT ? "expired" : "finished";
  return endTask(task, { subStatus: "failed", details: `Task failed because the run ${why}`, atMs });
}
