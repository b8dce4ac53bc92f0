import type { RunId, SeriesId, TaskId } from "../../model/ids.ts";
import type { Run, RunSeries } from "../../model/run.ts";
import type { Task } from "../../model/task.ts";
import type { RunRows, StoredFab } from "../store.ts";
import { type Journal, Table } from "./journal.ts";

/** {@link RunRows} in memory. */
export function runRows(journal: Journal): RunRows {
  const runs = new Table<RunId, Run>(journal);
  const tasks = taskRows(journal);
  const pendingAt = (run: Run) => tasks.get(run.primaryTaskId)?.pendingAt ?? 0;
  return {
    ...tasks.rows,
    ...seriesRows(journal),
    run: (id) => Promise.resolve(runs.get(id)),
    runs: ({ ownerId, seriesId, limit } = {}) => {
      const wanted = [...runs.values()].reverse()
        .filter((run) => ownerId === undefined || run.ownerId === ownerId)
        .filter((run) => seriesId === undefined || run.seriesId === seriesId)
        .sort((a, b) => pendingAt(b) - pendingAt(a));
      return Promise.resolve(wanted.slice(0, limit));
    },
    putRun: (run) => Promise.resolve(runs.set(run.runId, run)),
  };
}

type TaskRows = Pick<
  RunRows,
  "task" | "taskByToken" | "tasksOfRun" | "pendingTasks" | "leasedTasks" | "putTask"
>;

function taskRows(journal: Journal): { rows: TaskRows; get(id: TaskId): Task | undefined } {
  const tasks = new Table<TaskId, Task>(journal);
  const all = (wanted: (task: Task) => boolean) => [...tasks.values()].filter(wanted);
  const byToken = new Table<string, TaskId>(journal);
  const rows: TaskRows = {
    task: (id) => Promise.resolve(tasks.get(id)),
    taskByToken: (tokenHash) => {
      const id = byToken.get(tokenHash);
      return Promise.resolve(id === undefined ? undefined : tasks.get(id));
    },
    tasksOfRun: (id) => Promise.resolve(all((task) => task.runId === id)),
    pendingTasks: () =>
      Promise.resolve(all(({ status }) => status === "pending").sort((a, b) => a.pendingAt - b.pendingAt)),
    leasedTasks: () =>
      Promise.resolve(
        all(({ leaseUntil }) => leaseUntil !== undefined).sort((a, b) => a.leaseUntil! - b.leaseUntil!),
      ),
    putTask: (task) => {
      const before = tasks.get(task.taskId)?.tokenHash;
      if (before !== undefined) byToken.delete(before);
      tasks.set(task.taskId, task);
      if (task.tokenHash !== undefined) byToken.set(task.tokenHash, task.taskId);
      return Promise.resolve();
    },
  };
  return { rows, get: (id) => tasks.get(id) };
}

type SeriesRows = Pick<
  RunRows,
  "series" | "listSeries" | "putSeries" | "context" | "putContext" | "fab" | "putFab" | "deleteFab"
>;

function seriesRows(journal: Journal): SeriesRows {
  const series = new Table<SeriesId, RunSeries>(journal);
  const contexts = new Table<SeriesId, Uint8Array>(journal);
  const fabs = new Table<string, StoredFab>(journal);
  return {
    series: (id) => Promise.resolve(series.get(id)),
    listSeries: () =>
      Promise.resolve([...series.values()].reverse().sort((a, b) => b.updatedAt - a.updatedAt)),
    putSeries: (one) => Promise.resolve(series.set(one.seriesId, one)),
    context: (id) => Promise.resolve(contexts.get(id)),
    putContext: (id, context) => Promise.resolve(contexts.set(id, context)),
    fab: (hash) => Promise.resolve(fabs.get(hash)),
    putFab: (fab) => Promise.resolve(fabs.set(fab.hash, fab)),
    deleteFab: (hash) => {
      fabs.delete(hash);
      return Promise.resolve();
    },
  };
}
