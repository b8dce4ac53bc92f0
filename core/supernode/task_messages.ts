import type { Init, Message } from "../../proto/mod.ts";
import type { TaskId } from "../model/ids.ts";
import type { Metadata } from "../model/message.ts";
import { isExpired } from "../rules/message_life.ts";

/** A message between two tasks of a run; its content is inside. */
export interface TaskMessage {
  readonly metadata: Metadata;
  readonly message: Init<Message>;
}

/** Questions and answers of tasks that live at the same time. They wait here, in memory, to be fetched. */
export class TaskMessages {
  #waiting: TaskMessage[] = [];

  /** Keeps a message; false when one with its id waits already. */
  add(message: TaskMessage): boolean {
    const { messageId } = message.metadata;
    if (this.#waiting.some((other) => other.metadata.messageId === messageId)) return false;
    this.#waiting.push(message);
    return true;
  }

  /** Takes out what a task was sent, oldest first, at most `limit`. What has expired goes unread. */
  take(task: TaskId, options: { limit: number; nowMs: number }): Init<Message>[] {
    const alive = this.#waiting.filter(({ metadata }) => !isExpired(metadata, options.nowMs));
    const taken = alive
      .filter(({ metadata }) => metadata.dstTaskId === task)
      .sort((a, b) => a.metadata.createdAt - b.metadata.createdAt)
      .slice(0, options.limit);
    this.#waiting = alive.filter((message) => !taken.includes(message));
    return taken.map(({ message }) => message);
  }
}
