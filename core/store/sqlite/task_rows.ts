import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { Status, SubStatus, Task, TaskType } from "../../model/task.ts";
import type { RunRows } from "../store.ts";
import { idIn, idOut, present, textIn, textOut, upsert } from "./column.ts";

const COLUMNS = [
  "task_id",
  "run_id",
  "type",
  "status",
  "sub_status",
  "details",
  "pending_at",
  "starting_at",
  "running_at",
  "finished_at",
  "token_hash",
  "lease_until",
  "fab_hash",
  "model_ref",
  "connector_ref",
];

type TaskRows = Pick<
  RunRows,
  "task" | "taskByToken" | "tasksOfRun" | "pendingTasks" | "leasedTasks" | "putTask"
>;

/** The tasks among {@link RunRows} in SQLite. */
export function taskRows(database: SqlDatabase): TaskRows {
  const byId = database.prepare("SELECT * FROM task WHERE task_id = ?");
  const byToken = database.prepare("SELECT * FROM task WHERE token_hash = ?");
  const ofRun = database.prepare("SELECT * FROM task WHERE run_id = ? ORDER BY seq");
  const pending = database.prepare("SELECT * FROM task WHERE status = 'pending' ORDER BY pending_at, seq");
  const leased = database.prepare(
    "SELECT * FROM task WHERE lease_until IS NOT NULL ORDER BY lease_until, seq",
  );
  const put = database.prepare(upsert("task", "task_id", COLUMNS));
  return {
    task: (id) => Promise.resolve(optionalTask(byId.get(idIn(id)))),
    taskByToken: (tokenHash) => Promise.resolve(optionalTask(byToken.get(tokenHash))),
    tasksOfRun: (id) => Promise.resolve(ofRun.all(idIn(id)).map(taskOf)),
    pendingTasks: () => Promise.resolve(pending.all().map(taskOf)),
    leasedTasks: () => Promise.resolve(leased.all().map(taskOf)),
    putTask: (task) => {
      put.run(
        idIn(task.taskId),
        idIn(task.runId),
        task.type,
        task.status,
        task.subStatus,
        textIn(task.details),
        task.pendingAt,
        task.startingAt ?? null,
        task.runningAt ?? null,
        task.finishedAt ?? null,
        task.tokenHash ?? null,
        task.leaseUntil ?? null,
        task.fabHash ?? null,
        task.modelRef === undefined ? null : textIn(task.modelRef),
        task.connectorRef === undefined ? null : textIn(task.connectorRef),
      );
      return Promise.resolve();
    },
  };
}

function optionalTask(row: SqlRow | undefined): Task | undefined {
  return row && taskOf(row);
}

function taskOf(row: SqlRow): Task {
  return {
    taskId: idOut(row.task_id),
    runId: idOut(row.run_id),
    type: row.type as TaskType,
    status: row.status as Status,
    subStatus: row.sub_status as SubStatus,
    details: textOut(row.details),
    pendingAt: row.pending_at as number,
    ...present({
      startingAt: row.starting_at as number,
      runningAt: row.running_at as number,
      finishedAt: row.finished_at as number,
      tokenHash: row.token_hash as string,
      leaseUntil: row.lease_until as number,
      fabHash: row.fab_hash as string,
      modelRef: textOut(row.model_ref),
      connectorRef: textOut(row.connector_ref),
    }),
  };
}
