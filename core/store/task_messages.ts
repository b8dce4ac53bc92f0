import type { RunId } from "../model/ids.ts";
import type { Metadata } from "../model/message.ts";
import type { Task } from "../model/task.ts";

/** A message between two tasks of a run; its content is inside. */
export interface TaskMessage<Message> {
  readonly metadata: Metadata;
  readonly message: Message;
}

/** Which messages a task takes. */
export interface Taking {
  readonly limit: number;
  /** What has expired goes unread. */
  isExpired(metadata: Metadata): boolean;
}

/**
 * Messages that tasks of a run send each other. They are kept in memory only: they are questions and answers of
 * processes that live at the same time, and whoever asked asks again when one is lost.
 */
export class TaskMessages<Message> {
  readonly #byRun = new Map<RunId, TaskMessage<Message>[]>();

  /** Keeps a message; false when one with its id waits in the run. */
  add(message: TaskMessage<Message>): boolean {
    const { runId, messageId } = message.metadata;
    const messages = this.#byRun.get(runId) ?? [];
    if (messages.some((other) => other.metadata.messageId === messageId)) return false;
    this.#byRun.set(runId, [...messages, message]);
    return true;
  }

  /** Takes out what a task was sent, oldest first. */
  take({ runId, taskId }: Pick<Task, "runId" | "taskId">, { limit, isExpired }: Taking): Message[] {
    const alive = (this.#byRun.get(runId) ?? []).filter(({ metadata }) => !isExpired(metadata));
    const taken = alive
      .filter(({ metadata }) => metadata.dstTaskId === taskId)
      .sort((a, b) => a.metadata.createdAt - b.metadata.createdAt)
      .slice(0, limit);
    const left = alive.filter((message) => !taken.includes(message));
    if (left.length > 0) this.#byRun.set(runId, left);
    else this.#byRun.delete(runId);
    return taken.map(({ message }) => message);
  }

  /** Forgets the messages of a run: it is over, or nobody works for it here any more. */
  forget(run: RunId): void {
    this.#byRun.delete(run);
  }
}
