import type { StreamLogsRequest, StreamRunEventsRequest } from "../../proto/mod.ts";
import type { Caller } from "../auth/caller.ts";
import type { RunId } from "../model/ids.ts";
import type { Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { TaskEvent, Transaction } from "../store/store.ts";
import { control } from "../wire/methods.ts";
import { isoTime } from "../wire/time.ts";
import type { Context } from "./callers.ts";
import { controlRoute } from "./control_route.ts";
import type { Link } from "./link.ts";
import { news } from "./news.ts";
import { stateOfRun } from "./task_changes.ts";

/** Without news we look again after this time, so that a stream never depends on one wake. Milliseconds. */
const LOOK_AGAIN_MS = 60_000;

/** What people follow of a run while it goes on. */
export function controlStreams(link: Link): Route<Caller>[] {
  return [
    controlRoute(link, control.StreamLogs, (request, context) => streamLogs(link, request, context)),
    controlRoute(
      link,
      control.StreamRunEvents,
      (request, context) => streamRunEvents(link, request, context),
    ),
  ];
}

async function* streamLogs(link: Link, request: StreamLogsRequest, { signal }: Context) {
  const runId = BigInt(request.run_id);
  let after = request.after_timestamp;
  const follow = following(link, {
    runId,
    key: news.logs(runId),
    signal,
    look: (tx) => tx.logs(runId, after),
  });
  for await (const entries of follow) {
    after = entries.at(-1)!.at;
    yield { log_output: entries.map(({ text }) => text).join(""), latest_timestamp: after };
  }
  if (!signal.aborted) link.log.info(`All logs for run ID \`${runId}\` returned`);
}

async function* streamRunEvents(link: Link, request: StreamRunEventsRequest, { signal }: Context) {
  const runId = BigInt(request.run_id);
  let after = Number(request.after_task_event_id ?? 0);
  const follow = following(link, {
    runId,
    key: news.events(runId),
    signal,
    look: (tx) => tx.events(runId, after),
  });
  for await (const events of follow) {
    after = events.at(-1)!.id;
    for (const event of events) yield { task_event: eventToProto(event) };
  }
  if (!signal.aborted) link.log.info(`All events for run ID \`${runId}\` returned`);
}

function eventToProto({ id, at, runId, taskId, event, data }: TaskEvent) {
  return { id, timestamp: isoTime(at), run_id: runId, task_id: taskId, event, data };
}

/**
 * Whatever `look` finds, as soon as it is there, until the run is over and all of it was given.
 * What is found and whether the run is over are seen at one instant, so nothing that came last is missed.
 */
async function* following<T>(
  link: Link,
  what: {
    runId: RunId;
    key: string;
    signal: AbortSignal;
    look: (tx: Transaction) => Promise<readonly T[]>;
  },
): AsyncGenerator<readonly T[]> {
  const { runId, key, signal, look } = what;
  const watch = link.wakeups.watch([key, news.runOver(runId)]);
  try {
    while (!signal.aborted) {
      const { found, over } = await link.store.transaction(async (tx) => {
        const state = await stateOfRun(link, tx, runId);
        if (!state) throw new RpcError("NOT_FOUND", "Run ID not found");
        return { found: await look(tx), over: state.status.status === "finished" };
      });
      if (found.length > 0) yield found;
      if (over) return;
      await watch.next({ ms: LOOK_AGAIN_MS, clock: link.clock, signal });
    }
  } finally {
    watch.end();
  }
}
