import type { Connection } from "../io/ports.ts";
import type { TaskId } from "../model/ids.ts";

/**
 * Which app processes have the input of their tasks. A process asks for it once, and again when its connection broke
 * before the answer was there; then, and only then, it is given again. Kept in memory: after a restart of the
 * SuperLink every answer may have been lost.
 */
export class Inputs {
  readonly #over = new Map<TaskId, Connection | "used">();

  /** The input went out over this connection. */
  given(task: TaskId, connection: Connection): void {
    this.#over.set(task, connection);
  }

  /** The process has done something that it cannot do without its input. */
  used(task: TaskId): void {
    this.#over.set(task, "used");
  }

  /** Whether the process of a task that was given its input cannot be known to have it. */
  mayBeLost(task: TaskId): boolean {
    const over = this.#over.get(task);
    return over === undefined || (over !== "used" && over.closed.aborted);
  }

  /** The task is over. */
  forget(task: TaskId): void {
    this.#over.delete(task);
  }
}
