import type { RunId, TaskId } from "../model/ids.ts";
import type { Task, TaskType } from "../model/task.ts";
import { randomId } from "../store/random_id.ts";
import { changeTask, newTask, settleTask, type TaskChange, type TaskEvent } from "../rules/task_life.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { news, type NodeState } from "./node_state.ts";

/** A task that holds no lease is looked at again after this time; whatever changes it wakes sooner. Milliseconds. */
const UNLEASED_LOOK_MS = 3_600_000;

/** What a new task is about. */
export type TaskWish =
  & { readonly runId: RunId; readonly type: TaskType }
  & Pick<
    Task,
    "fabHash" | "modelRef" | "connectorRef"
  >;

/** Makes a task and lets the SuperExec know. */
export async function createTask(state: NodeState, tx: Transaction, wish: TaskWish): Promise<TaskId> {
  const { runId, type, ...references } = wish;
  const taskId = randomId(state.random);
  await tx.putTask(newTask({ taskId, runId, type }, { ...references, nowMs: state.clock.now() }));
  return taskId;
}

/** Lets something happen to a task; undefined when there is no such task. */
export async function happen(
  state: NodeState,
  taskId: TaskId,
  event: TaskEvent,
): Promise<TaskChange | undefined> {
  const change = await state.store.transaction(async (tx) => {
    const task = await tx.task(taskId);
    if (!task) return undefined;
    const change = changeTask(task, event, state.clock.now());
    if (change.task !== task) await tx.putTask(change.task);
    return change;
  });
  if (change) state.wakeups.notify(news.task(taskId));
  return change;
}

/** Follows a task to its end. Leases that lapse on the way take effect. Undefined when the signal is aborted. */
export async function untilTaskEnds(
  state: NodeState,
  taskId: TaskId,
  signal: AbortSignal,
): Promise<Task | undefined> {
  const { clock, wakeups } = state;
  const watch = wakeups.watch([news.task(taskId)]);
  try {
    while (!signal.aborted) {
      const task = await settle(state, taskId);
      if (!task || task.status === "finished") return task;
      const ms = task.leaseUntil === undefined ? UNLEASED_LOOK_MS : task.leaseUntil - clock.now();
      await watch.next({ ms: Math.max(1, ms), clock, signal });
    }
    return undefined;
  } finally {
    watch.end();
  }
}

async function settle(state: NodeState, taskId: TaskId): Promise<Task | undefined> {
  const { task, waits } = await state.store.transaction(async (tx) => {
    const before = await tx.task(taskId);
    const task = before && settleTask(before, state.clock.now());
    if (task && task !== before) await tx.putTask(task);
    return { task, waits: task !== before && task?.status === "pending" };
  });
  // Its app process never asked for its input, so another one may be started.
  if (waits) state.wakeups.notify(news.tasks);
  return task;
}

/**
 * The caller's task as it is now. A call may have waited while its task ended.
 * @throws {RpcError} UNAUTHENTICATED when its token counts no more: that is how app processes learn of a stop
 */
export async function liveTask(state: NodeState, tx: Transaction, caller: Task): Promise<Task> {
  const stored = await tx.task(caller.taskId);
  const task = stored && settleTask(stored, state.clock.now());
  if (!task?.tokenHash || task.tokenHash !== caller.tokenHash) {
    throw new RpcError("UNAUTHENTICATED", "Authentication failed.");
  }
  return task;
}
