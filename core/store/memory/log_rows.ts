import type { RunId } from "../../model/ids.ts";
import { laterThan } from "../log_time.ts";
import type { LogEntry, LogRows, TaskEvent } from "../store.ts";
import { type Journal, Table } from "./journal.ts";

/** {@link LogRows} in memory. */
export function logRows(journal: Journal): LogRows {
  const logs = new Table<RunId, LogEntry[]>(journal);
  const events = new Table<RunId, TaskEvent[]>(journal);
  const lastEvent = new Table<"id", number>(journal);
  return {
    appendLog: (run, at, text) => {
      const entries = logs.getOrSet(run, () => []);
      append(journal, entries, { at: laterThan(entries.at(-1)?.at, at), text });
      return Promise.resolve();
    },
    logs: (run, after) => Promise.resolve((logs.get(run) ?? []).filter((entry) => entry.at > after)),
    appendEvent: (event) => {
      const last = lastEvent.get("id") ?? 0;
      const id = event.id === 0 ? last + 1 : event.id;
      lastEvent.set("id", Math.max(last, id));
      append(journal, events.getOrSet(event.runId, () => []), { ...event, id });
      return Promise.resolve();
    },
    events: (run, after) => Promise.resolve((events.get(run) ?? []).filter((event) => event.id > after)),
  };
}

function append<T>(journal: Journal, list: T[], entry: T): void {
  list.push(entry);
  journal.push(() => list.pop());
}
