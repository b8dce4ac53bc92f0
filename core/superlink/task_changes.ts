import type { RunId } from "../model/ids.ts";
import type { Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import {
  changeRun,
  type RunAnswer,
  type RunChange,
  type RunStatus,
  runStatusOf,
  settleRun,
} from "../rules/run_life.ts";
import { settleTask, type TaskEvent } from "../rules/task_life.ts";
import type { Transaction } from "../store/store.ts";
import type { Afterwards, Link } from "./link.ts";
import { news } from "./news.ts";

/** A change within a transaction: where to write, and what to do when it is written. */
export interface Changing {
  readonly tx: Transaction;
  readonly afterwards: Afterwards;
}

/** Lets something happen to a task, and all that follows from it for its run. */
export async function changeTask(
  link: Link,
  { tx, afterwards }: Changing,
  { task, event }: { task: Pick<Task, "taskId" | "runId">; event: TaskEvent },
): Promise<RunAnswer> {
  const run = await tx.run(task.runId);
  if (!run) throw new TypeError(`Cannot change task ${task.taskId} as its run ${task.runId} is unknown`);
  const tasks = await tx.tasksOfRun(run.runId);
  const answer = changeRun(
    { primaryTaskId: run.primaryTaskId, tasks },
    { ...event, taskId: task.taskId },
    link.clock.now(),
  );
  await writeChange(link, { tx, afterwards }, { run, change: answer });
  return answer;
}

/** Lets time do to a run what it does. */
export async function settleRunNow(link: Link, changing: Changing, run: Run): Promise<void> {
  const tasks = await changing.tx.tasksOfRun(run.runId);
  const settled = settleRun({ primaryTaskId: run.primaryTaskId, tasks }, link.clock.now());
  await writeChange(link, changing, { run, change: settled });
}

/** Writes what became of a run's tasks and, when the run is over, lets go all that it held. */
export async function writeChange(
  link: Link,
  changing: Changing,
  { run, change }: { run: Run; change: RunChange },
): Promise<void> {
  const { tx, afterwards } = changing;
  for (const task of change.changed) {
    await tx.putTask(task);
    if (task.status === "pending") afterwards(() => link.wakeups.notify(news.tasks));
    if (task.leaseUntil !== undefined) afterwards(() => link.lapses.expect(task.leaseUntil!));
    if (task.status !== "running") afterwards(() => link.inputs.forget(task.taskId));
  }
  if (!change.ended) return;
  await letGo(link, changing, run.runId);
  await letAppGo(tx, run);
}

/** The app's archive goes with the last run that needs it. */
async function letAppGo(tx: Transaction, { fabHash }: Run): Promise<void> {
  const unfinished = [...await tx.pendingTasks(), ...await tx.leasedTasks()];
  for (const runId of new Set(unfinished.map((task) => task.runId))) {
    if ((await tx.run(runId))?.fabHash === fabHash) return;
  }
  await tx.deleteFab(fabHash);
}

async function letGo(link: Link, { tx, afterwards }: Changing, run: RunId): Promise<void> {
  await link.traffic.settle(tx, run, { afterwards });
  for (const message of await tx.messagesOfRun(run)) await tx.deleteMessage(run, message.metadata.messageId);
  afterwards(() => {
    link.taskMessages.forget(run);
    link.withoutRoom.delete(run);
    link.unaskedHolds.forget(run);
    link.wakeups.notify(news.runOver(run));
  });
  afterwards(() => link.objects.releaseRun(run));
}

/** A run, its primary task as it is now, and the status that follows. */
export interface RunState {
  readonly run: Run;
  readonly primaryTask: Task;
  readonly status: RunStatus;
}

/** The state of a run at this moment; undefined when there is no such run. */
export async function stateOfRun(link: Link, tx: Transaction, runId: RunId): Promise<RunState | undefined> {
  const run = await tx.run(runId);
  const task = run && await tx.task(run.primaryTaskId);
  if (!run || !task) return undefined;
  const primaryTask = settleTask(task, link.clock.now());
  return { run, primaryTask, status: runStatusOf(primaryTask) };
}
