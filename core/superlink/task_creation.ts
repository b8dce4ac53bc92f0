import type { CreateTaskRequest } from "../../proto/mod.ts";
import { type Caller, callingTask } from "../auth/caller.ts";
import type { Task } from "../model/task.ts";
import { newTask } from "../rules/task_life.ts";
import { judgeTaskRequest } from "../rules/task_request.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { serverAppIo } from "../wire/methods.ts";
import type { Context } from "./callers.ts";
import { change, type Link } from "./link.ts";
import { liveTask } from "./live_task.ts";
import { news } from "./news.ts";
import { randomId } from "../store/random_id.ts";

/** How a task asks for another one of its run. */
export function taskCreation(link: Link): Route<Caller>[] {
  return [
    route(
      serverAppIo.CreateTask,
      (request, { caller }: Context) => createTask(link, request, callingTask(caller)),
    ),
  ];
}

async function createTask(link: Link, request: CreateTaskRequest, caller: Task) {
  const verdict = judgeTaskRequest(request);
  if (verdict.outcome === "refused") throw new RpcError("FAILED_PRECONDITION", verdict.text);
  const { type } = verdict;
  const taskId = randomId(link.random);
  await change(link, async (tx, afterwards) => {
    const { runId } = await liveTask(link, tx, caller);
    const { fab_hash: fabHash, model_ref: modelRef, connector_ref: connectorRef } = request;
    const options = { nowMs: link.clock.now(), fabHash, modelRef, connectorRef };
    await tx.putTask(newTask({ taskId, runId, type }, options));
    afterwards(() => link.wakeups.notify(news.tasks));
  });
  return { task_id: taskId };
}
