import type { ClaimTaskRequest, GetRunRequest } from "../../proto/mod.ts";
import type { Caller } from "../auth/caller.ts";
import { hashToken } from "../auth/task_token.ts";
import type { Task } from "../model/task.ts";
import { hold } from "../rpc/hold.ts";
import { holdMs, isOurs } from "../rpc/peer.ts";
import { type Route, route } from "../rpc/router.ts";
import type { Transaction } from "../store/store.ts";
import { serverAppIo } from "../wire/methods.ts";
import { runToProto, taskToProto } from "../wire/run.ts";
import type { Context } from "./callers.ts";
import { change, type Link } from "./link.ts";
import { news } from "./news.ts";
import { simulatedComponent } from "./simulation.ts";
import { changeTask, stateOfRun } from "./task_changes.ts";

/** A token is as long as those of official servers. Bytes, written as twice as many hex digits. */
const TOKEN_BYTES = 128;

/** How a SuperExec learns of work and takes it. */
export function taskQueue(link: Link): Route<Caller>[] {
  return [
    route(serverAppIo.PullPendingTasks, (_, context: Context) => pullPendingTasks(link, context)),
    route(serverAppIo.ClaimTask, (request, context: Context) => claimTask(link, request, context)),
    route(serverAppIo.GetRun, (request, _: Context) => getRun(link, request)),
  ];
}

/** Holds the call until there is a task to do. */
async function pullPendingTasks(link: Link, context: Context) {
  const { wakeups, clock } = link;
  const tasks = await hold(
    async () => {
      const pending = await link.store.transaction((tx) => tx.pendingTasks());
      return pending.length > 0 ? pending : undefined;
    },
    { wakeups, keys: [news.tasks], maxMs: holdMs(context.metadata), clock, signal: context.signal },
  );
  return { tasks: (tasks ?? []).map(taskToProto) };
}

/** Gives the task to the first who asks. Without a token: somebody else was first, or there is no such task. */
async function claimTask(link: Link, request: ClaimTaskRequest, context: Context) {
  const token = link.random.bytes(TOKEN_BYTES).toHex();
  const claimed = await change(link, async (tx, afterwards) => {
    const task = await tx.task(BigInt(request.task_id));
    if (!task) return undefined;
    const event = { kind: "claim", tokenHash: hashToken(token) } as const;
    const answer = await changeTask(link, { tx, afterwards }, { task, event });
    return answer.outcome === "changed" ? await componentOf(tx, answer.task) ?? "" : undefined;
  });
  if (claimed === undefined) return {};
  // Official peers know from the command line which program to start; ours learn it here.
  if (claimed && isOurs(context.metadata)) context.setHeader("corolla-app-component", claimed);
  return { token };
}

/** The reference of the app that a task runs, as its FAB names it. */
async function componentOf(tx: Transaction, task: Task): Promise<string | undefined> {
  const hash = task.fabHash ?? (await tx.run(task.runId))?.fabHash;
  const components = hash === undefined ? undefined : (await tx.fab(hash))?.components;
  switch (task.type) {
    case "flwr-serverapp":
      return components?.serverapp;
    case "flwr-simulation":
      return simulatedComponent(components);
    case "flwr-clientapp":
      return components?.clientapp;
    case "flwr-agentapp":
      return components?.agentapp;
    default:
      return undefined;
  }
}

function getRun(link: Link, request: GetRunRequest) {
  return link.store.transaction(async (tx) => {
    const state = await stateOfRun(link, tx, BigInt(request.run_id));
    return state ? { run: runToProto(state.run, state.primaryTask) } : {};
  });
}
