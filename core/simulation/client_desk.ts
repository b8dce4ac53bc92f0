import { codeOf, replyTo } from "../app/client_task.ts";
import { failureOf, reasonOf } from "../app/failure.ts";
import { logLine } from "../app/log_line.ts";
import type { PlainContext, PlainMessage } from "../app/plain_message.ts";
import type { Seed } from "../app/seeded_random.ts";
import { ThreadFailedError } from "../app/thread_peer.ts";
import type { AppFailure, AppOutcome, ClientAppOrder } from "../app/worker_protocol.ts";
import type { Clock } from "../io/ports.ts";
import type { Message } from "../model/app_message.ts";
import { ErrorCode } from "../model/message.ts";
import type { VirtualNode } from "./virtual_nodes.ts";

/** An instruction for a virtual node. */
export interface Assignment {
  readonly node: VirtualNode;
  /** The instruction; its arrays may be shared with other threads. */
  readonly message: PlainMessage;
  /** The same without its content. */
  readonly instruction: Message;
  /** Aborted when the instruction expires or the run is over. */
  readonly signal: AbortSignal;
}

/** Answers one instruction at a time. Whatever goes wrong is an answer too; nothing is thrown. */
export interface Desk {
  answer(assignment: Assignment): Promise<Message>;
}

/** What a {@link ClientDesk} works with. */
export interface ClientDeskOptions {
  /** Has the ClientApp do its work, in a thread of its own. */
  readonly seat: { answer(order: ClientAppOrder, signal: AbortSignal): Promise<AppOutcome> };
  /** Where the ClientApp is found. */
  readonly app: Pick<ClientAppOrder, "moduleUrl" | "attribute">;
  /** The context of a node's ClientApp. */
  readonly contextFor: (node: VirtualNode) => PlainContext;
  /** What chance follows from at a node, where it must be the same in each run. */
  readonly seedFor?: (node: VirtualNode) => Seed;
  readonly clock: Clock;
  /** Adds lines to the run's log. */
  readonly print: (text: string) => void;
  /** Told how long each answer took, in seconds. */
  readonly worked: (seconds: number) => void;
  /** Told in words what was done; nobody wants to know unless it is given. */
  readonly answered?: (text: string) => void;
  /** Told when the app cannot be loaded: no message will ever be answered. */
  readonly unloadable: (failure: AppFailure) => void;
}

/** Answers instructions by means of the run's ClientApp. A node's state changes only when its app does well. */
export class ClientDesk implements Desk {
  readonly #options: ClientDeskOptions;

  constructor(options: ClientDeskOptions) {
    this.#options = options;
  }

  async answer(assignment: Assignment): Promise<Message> {
    const { clock, worked, answered } = this.#options;
    const begun = clock.now();
    try {
      return await this.#work(assignment);
    } catch (error) {
      const isOver = assignment.signal.aborted && !(error instanceof ThreadFailedError);
      // Nobody will read the answer, nor should anybody think that the app failed.
      if (isOver) return assignment.instruction.replyError(ErrorCode.UNKNOWN, "The run is over");
      const failure = error instanceof ThreadFailedError ? error.failure : failureOf(error);
      return this.#failed(assignment, { ...failure, stage: "run" });
    } finally {
      const seconds = (clock.now() - begun) / 1000;
      worked(seconds);
      const { node, message: { metadata } } = assignment;
      answered?.(`Partition ${node.partition} answered ${metadata.messageType} in ${seconds.toFixed(3)} s`);
    }
  }

  async #work({ node, message, instruction, signal }: Assignment): Promise<Message> {
    const { seat, app, contextFor, seedFor } = this.#options;
    const order = { ...app, message, context: contextFor(node), seed: seedFor?.(node) };
    const { failure, reply, state } = await seat.answer(order, signal);
    if (failure) return this.#failed({ node, instruction }, failure);
    if (!reply) throw new TypeError("The app's thread ended without a reply");
    const answer = replyTo(instruction, reply);
    node.state = state;
    return answer;
  }

  #failed({ node, instruction }: Pick<Assignment, "node" | "instruction">, failure: AppFailure): Message {
    const { clock, print, unloadable } = this.#options;
    const trace = failure.stack ?? `${failure.type}: ${failure.message}`;
    print(
      logLine("ERROR", `ClientApp failed on partition ${node.partition} (node ${node.nodeId}): ${trace}`),
    );
    if (failure.stage === "load") unloadable(failure);
    const createdAt = clock.now() / 1000;
    return instruction.replyError(codeOf(failure), reasonOf(failure), { createdAt });
  }
}
