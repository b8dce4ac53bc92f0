import type { Task } from "../model/task.ts";
import { settleTask } from "../rules/task_life.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import type { Link } from "./link.ts";

/**
 * The caller's task as it is now. A call may have waited while its task ended.
 * @throws {RpcError} UNAUTHENTICATED when its token counts no more: that is how app processes learn of a stop
 */
export async function liveTask(link: Link, tx: Transaction, caller: Task): Promise<Task> {
  const stored = await tx.task(caller.taskId);
  const task = stored && settleTask(stored, link.clock.now());
  if (!task?.tokenHash || task.tokenHash !== caller.tokenHash) {
    throw new RpcError("UNAUTHENTICATED", "Authentication failed.");
  }
  return task;
}
