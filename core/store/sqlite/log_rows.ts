import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import { laterThan } from "../log_time.ts";
import type { LogRows, TaskEvent } from "../store.ts";
import { idIn, idOut, textIn, textOut } from "./column.ts";

/** {@link LogRows} in SQLite. */
export function logRows(database: SqlDatabase): LogRows {
  const last = database.prepare("SELECT max(at) AS at FROM log WHERE run_id = ?");
  const append = database.prepare("INSERT INTO log (run_id, at, text) VALUES (?, ?, ?)");
  const later = database.prepare("SELECT at, text FROM log WHERE run_id = ? AND at > ? ORDER BY at");
  const appendEvent = database.prepare(
    "INSERT INTO event (id, run_id, task_id, at, event, data) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const laterEvents = database.prepare("SELECT * FROM event WHERE run_id = ? AND id > ? ORDER BY id");
  return {
    appendLog: (run, at, text) => {
      const before = (last.get(idIn(run))?.at ?? undefined) as number | undefined;
      append.run(idIn(run), laterThan(before, at), textIn(text));
      return Promise.resolve();
    },
    logs: (run, after) =>
      Promise.resolve(
        later.all(idIn(run), after).map((row) => ({ at: row.at as number, text: textOut(row.text) })),
      ),
    appendEvent: ({ id, runId, taskId, at, event, data }) => {
      const idOrNext = id === 0 ? null : BigInt(id);
      appendEvent.run(idOrNext, idIn(runId), idIn(taskId), at, textIn(event), textIn(data));
      return Promise.resolve();
    },
    events: (run, after) => Promise.resolve(laterEvents.all(idIn(run), after).map(eventOf)),
  };
}

function eventOf(row: SqlRow): TaskEvent {
  return {
    id: Number(row.id),
    runId: idOut(row.run_id),
    taskId: idOut(row.task_id),
    at: row.at as number,
    event: textOut(row.event),
    data: textOut(row.data),
  };
}
