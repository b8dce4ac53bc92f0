import type { Connection } from "../io/ports.ts";
import type { TaskId } from "../model/ids.ts";
import type { Envelope } from "../model/message.ts";
import type { ObjectTree } from "../model/object_tree.ts";

/** A message with the objects it is made of. */
export interface Announced {
  readonly envelope: Envelope;
  readonly tree: ObjectTree;
}

/** One instruction on its way through this node, from the first word of it to the reply. */
export class Work {
  /** Whether all objects of the instruction are here. */
  arrived = false;
  /** Resolves with the reply once every object of it is here. */
  readonly replied: Promise<Announced>;
  readonly #replied = Promise.withResolvers<Announced>();
  #announced: Announced | undefined;
  #inputOver: Connection | undefined;
  /** Unix milliseconds at which the ClientApp got the instruction and announced its reply. */
  #takenAt: number | undefined;
  #answeredAt: number | undefined;

  /** @param taskId the task that was made for it */
  constructor(readonly instruction: Announced, readonly taskId: TaskId) {
    this.replied = this.#replied.promise;
  }

  /** The ClientApp gets its input over this connection. */
  giveInput(connection: Connection): void {
    this.#inputOver = connection;
  }

  /** Whether the ClientApp's connection broke before it showed that it has its input. */
  get isInputLost(): boolean {
    return !this.isTaken && this.#inputOver?.closed.aborted === true;
  }

  /** Whether the ClientApp has been given the instruction. */
  get isTaken(): boolean {
    return this.#takenAt !== undefined;
  }

  /** How long the ClientApp had the instruction before it replied, in seconds. */
  get runtimeS(): number {
    if (this.#takenAt === undefined || this.#answeredAt === undefined) return 0;
    return (this.#answeredAt - this.#takenAt) / 1_000;
  }

  /** The ClientApp gets the instruction. */
  take(nowMs: number): void {
    this.#takenAt = nowMs;
  }

  /** The ClientApp says what its reply will be. Only the first one counts; false for another. */
  announce(reply: Announced, nowMs: number): boolean {
    const { messageId } = reply.envelope.metadata;
    if (this.#announced) return this.#announced.envelope.metadata.messageId === messageId;
    this.#announced = reply;
    this.#answeredAt = nowMs;
    return true;
  }

  /** The reply that was announced, whole or not. */
  get announced(): Announced | undefined {
    return this.#announced;
  }

  /** Every object of the announced reply is here. */
  completeReply(): void {
    if (this.#announced) this.#replied.resolve(this.#announced);
  }
}
