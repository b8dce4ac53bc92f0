import type { PushLogsRequest, PushTaskEventsRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { Task } from "../model/task.ts";
import { type Route, route } from "../rpc/router.ts";
import { serverAppIo } from "../wire/methods.ts";
import type { Context } from "./callers.ts";
import { change, type Link } from "./link.ts";
import { liveTask } from "./live_task.ts";
import { news } from "./news.ts";

/** What an app process tells about its work. */
export function taskReports(link: Link): Route<Caller>[] {
  return [
    route(
      serverAppIo.PushLogs,
      (request, { caller }: Context) => pushLogs(link, request, callingTask(caller)),
    ),
    route(
      serverAppIo.PushTaskEvents,
      (request, { caller }: Context) => pushTaskEvents(link, request, callingTask(caller)),
    ),
  ];
}

/** The time of a log is ours: clocks of app processes may differ, and readers ask for what is later. */
async function pushLogs(link: Link, request: PushLogsRequest, caller: Task) {
  const text = request.logs.join("");
  await change(link, async (tx, afterwards) => {
    const task = await liveTask(link, tx, caller);
    const run = await tx.run(task.runId);
    // Readers of a run's log follow its primary task; what others print would mix into its lines.
    if (text === "" || run?.primaryTaskId !== task.taskId) return;
    await tx.appendLog(task.runId, link.clock.now() / 1_000, text);
    afterwards(() => link.wakeups.notify(news.logs(task.runId)));
  });
  return {};
}

/** Stores all events or, when the data of one is no JSON object, none; the reporter is not told. */
async function pushTaskEvents(link: Link, { events }: PushTaskEventsRequest, caller: Task) {
  const { taskId, runId } = caller;
  if (!events.every(({ data }) => isJsonObject(data))) {
    link.log.error(`Task events could not be stored for task ${taskId} of run ${runId}.`);
    return {};
  }
  await change(link, async (tx, afterwards) => {
    await liveTask(link, tx, caller);
    const at = link.clock.now();
    for (const { event, data } of events) await tx.appendEvent({ id: 0, runId, taskId, at, event, data });
    afterwards(() => link.wakeups.notify(news.events(runId)));
  });
  return {};
}

function isJsonObject(text: string): boolean {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
