import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { Run } from "../../model/run.ts";
import type { TaskType } from "../../model/task.ts";
import type { RunRows } from "../store.ts";
import { idIn, idOut, optionalIdIn, textIn, textOut, upsert } from "./column.ts";
import { configIn, configOut } from "./config_text.ts";
import { seriesRows } from "./series_rows.ts";
import { taskRows } from "./task_rows.ts";

const COLUMNS = [
  "run_id",
  "series_id",
  "fab_id",
  "fab_version",
  "fab_hash",
  "override_config",
  "federation",
  "owner_id",
  "owner_name",
  "primary_task_id",
  "primary_task_type",
  "bytes_sent",
  "bytes_received",
  "client_app_runtime_s",
  "simulation",
];

/** {@link RunRows} in SQLite. */
export function runRows(database: SqlDatabase): RunRows {
  const byId = database.prepare("SELECT * FROM run WHERE run_id = ?");
  const some = database.prepare(`
    SELECT run.* FROM run LEFT JOIN task ON task.task_id = run.primary_task_id
    WHERE (?1 IS NULL OR run.owner_id = ?1) AND (?2 IS NULL OR run.series_id = ?2)
    ORDER BY coalesce(task.pending_at, 0) DESC, run.seq DESC LIMIT ?3
  `);
  const put = database.prepare(upsert("run", "run_id", COLUMNS));
  return {
    ...taskRows(database),
    ...seriesRows(database),
    run: (id) => {
      const row = byId.get(idIn(id));
      return Promise.resolve(row && runOf(row));
    },
    runs: ({ ownerId, seriesId, limit } = {}) =>
      Promise.resolve(
        some.all(ownerId ?? null, optionalIdIn(seriesId), BigInt(limit ?? -1)).map(runOf),
      ),
    putRun: (run) => {
      put.run(
        idIn(run.runId),
        idIn(run.seriesId),
        textIn(run.fabId),
        textIn(run.fabVersion),
        run.fabHash,
        configIn(run.overrideConfig),
        textIn(run.federation),
        run.ownerId,
        textIn(run.ownerName),
        idIn(run.primaryTaskId),
        run.primaryTaskType,
        run.bytesSent,
        run.bytesReceived,
        run.clientAppRuntimeS,
        run.simulation ? JSON.stringify(run.simulation) : null,
      );
      return Promise.resolve();
    },
  };
}

function runOf(row: SqlRow): Run {
  return {
    runId: idOut(row.run_id),
    seriesId: idOut(row.series_id),
    fabId: textOut(row.fab_id),
    fabVersion: textOut(row.fab_version),
    fabHash: row.fab_hash as string,
    overrideConfig: configOut(row.override_config as string),
    federation: textOut(row.federation),
    ownerId: row.owner_id as string,
    ownerName: textOut(row.owner_name),
    primaryTaskId: idOut(row.primary_task_id),
    primaryTaskType: row.primary_task_type as TaskType,
    bytesSent: row.bytes_sent as number,
    bytesReceived: row.bytes_received as number,
    clientAppRuntimeS: row.client_app_runtime_s as number,
    ...row.simulation === null ? {} : { simulation: JSON.parse(row.simulation as string) },
  };
}
