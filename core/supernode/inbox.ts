import { StorageFullError } from "../io/ports.ts";
import type { ObjectId, TaskId } from "../model/ids.ts";
import { type Envelope, ErrorCode, type MessageError } from "../model/message.ts";
import type { Task } from "../model/task.ts";
import { asOurs, isOurs } from "../rpc/peer.ts";
import { RpcError } from "../rpc/status.ts";
import { errorReply } from "../wire/error_message.ts";
import { FabError } from "../wire/fab/error.ts";
import { envelopeFromProto, treeFromProto } from "../wire/message.ts";
import { fleet as methods } from "../wire/methods.ts";
import type { KnownRun } from "./known_runs.ts";
import { news, type NodeState } from "./node_state.ts";
import { runEnds } from "./run_watch.ts";
import { expectObjects, ReceiveError, receiveObjects } from "./receive.ts";
import { isStatus } from "./refusal.ts";
import { type Outgoing, sendReply } from "./send.ts";
import { createTask, happen, untilTaskEnds } from "./tasks.ts";
import { type Announced, Work } from "./work.ts";

/** The pause after a poll that the SuperLink answered at once with nothing: official ones do. Milliseconds. */
const PAUSE_MS = 3_000;
/** A poll that took longer than this was held by the SuperLink, so no pause is needed. Milliseconds. */
const HELD_MS = 1_000;
/** A poll is held for less than this; a connection that died unnoticed is found out by it. Milliseconds. */
const POLL_TIMEOUT_MS = 60_000;
/** How long a ClientApp may go on after its reply before the next message is begun without it. Milliseconds. */
const LINGER_MS = 60_000;

/** A message from the SuperLink. */
interface Received extends Announced {
  /**
   * Whether it comes from a SuperLink of ours. That takes a reply for a confirmation, and until then keeps the message
   * for a node that is started anew.
   */
  readonly isKept: boolean;
}

/** Gets messages from the SuperLink one after the other, has each worked on, and sends the reply. */
export class Inbox {
  /** The task of the last message: it may still be handing in its state when its reply is sent already. */
  #last: { readonly taskId: TaskId; readonly over: Promise<unknown> } | undefined;

  constructor(readonly state: NodeState) {}

  /**
   * Works until the signal is aborted.
   * @throws {RpcError} UNAUTHENTICATED when the SuperLink does not know the node any more
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const message = await this.#poll(signal);
      if (message) await this.#handle(message, signal);
    }
  }

  async #poll(signal: AbortSignal): Promise<Received | undefined> {
    const { fleet, nodeId, clock, log } = this.state;
    const since = clock.now();
    try {
      const options = { metadata: asOurs(), signal, timeoutMs: POLL_TIMEOUT_MS };
      const request = { node: { node_id: nodeId } };
      const { response, headers } = await fleet.callWithHeaders(methods.PullMessages, request, options);
      const [message] = response.messages_list;
      const [tree] = response.message_object_trees;
      if (message && tree) {
        return { envelope: envelopeFromProto(message), tree: treeFromProto(tree), isKept: isOurs(headers) };
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      if (isStatus(error, "UNAUTHENTICATED")) throw error;
      if (!isStatus(error, "DEADLINE_EXCEEDED")) log.warn(`Cannot get messages: ${textOf(error)}`);
    }
    if (clock.now() - since < HELD_MS) await clock.sleep(PAUSE_MS, signal);
    return undefined;
  }

  async #handle(message: Received, signal: AbortSignal): Promise<void> {
    const { objects, taskMessages, log } = this.state;
    const { runId, messageId } = message.envelope.metadata;
    this.#say("Receiving", message.envelope);
    let reply: Outgoing | undefined;
    try {
      reply = await this.#replyTo(message, signal);
      this.#say("Sending", reply.envelope);
      if (await sendReply(this.state, reply, signal)) log.info("Sent successfully");
      else log.warn(`The SuperLink did not take reply ${reply.envelope.metadata.messageId}`);
    } catch (error) {
      if (signal.aborted) return;
      if (isStatus(error, "UNAUTHENTICATED")) throw error;
      if (isStatus(error, "PERMISSION_DENIED")) {
        log.info(`Run ID ${runId} is not in \`RUNNING\` status. Ignoring message ${messageId}.`);
      } else log.error(`Failed to answer message ${messageId}: ${textOf(error)}`);
    }
    // When the node ends, all goes with it; its ClientApp must not stumble over what is missing first.
    if (signal.aborted) return;
    taskMessages.forget(runId);
    await objects.release(runId, messageId);
    if (reply) await objects.release(runId, reply.envelope.metadata.messageId);
  }

  /** The reply to a message, whoever makes it. @throws {RpcError} when the SuperLink refuses */
  async #replyTo(message: Received, signal: AbortSignal): Promise<Outgoing> {
    const { runId } = message.envelope.metadata;
    try {
      const run = await this.state.runs.learn(runId, { ...this.state, signal });
      return await this.#workOn(message, run, signal);
    } catch (error) {
      const fault = faultOf(error);
      if (!fault) throw error;
      this.state.log.error(fault.reason);
      return this.#errorReply(message, fault);
    }
  }

  async #workOn(message: Received, run: KnownRun, signal: AbortSignal): Promise<Outgoing> {
    await this.#lastIsOver(signal);
    const missing = await expectObjects(this.state, message);
    const work = await this.#begin(message, run);
    const over = this.#follow(work, signal);
    try {
      await this.#arrive(work, { missing, signal });
    } catch (error) {
      const details = `The message could not be received: ${textOf(error)}`;
      await happen(this.state, work.taskId, { kind: "end", subStatus: "failed", details });
      throw error;
    }
    // The ClientApp works meanwhile; should the run be over, the SuperLink will not take the reply either.
    const confirmed = message.isKept ? Promise.resolve() : this.#confirm(message, signal);
    confirmed.catch(() => {});
    const answered = new AbortController();
    const reply = await Promise.race([
      work.replied.then((reply) => ({ reply })),
      over.then((task) => ({ task })),
      this.#runEnds(work, AbortSignal.any([signal, answered.signal])),
    ]).catch(async (error) => {
      await happen(this.state, work.taskId, { kind: "stop", details: textOf(error) });
      throw error;
    }).finally(() => answered.abort());
    signal.throwIfAborted();
    await confirmed;
    return "reply" in reply ? this.#outgoing(reply.reply, work) : await this.#crashed(work, reply.task);
  }

  /** @throws {RpcError} PERMISSION_DENIED when the run of the work is over; never resolves */
  async #runEnds({ instruction }: Work, signal: AbortSignal): Promise<never> {
    const ended = await runEnds(this.state, instruction.envelope.metadata.runId, signal);
    if (ended) throw new RpcError("PERMISSION_DENIED", "The run is over");
    return await new Promise(() => {});
  }

  async #arrive(work: Work, how: { missing: readonly ObjectId[]; signal: AbortSignal }): Promise<void> {
    await receiveObjects(this.state, work.instruction, how);
    how.signal.throwIfAborted();
    this.state.log.info("Received successfully");
    work.arrived = true;
    this.state.wakeups.notify(news.input(work.taskId));
  }

  /** The app process is started while the objects are still on their way: that saves the time of its start. */
  async #begin(message: Announced, run: KnownRun): Promise<Work> {
    const { store, works, wakeups } = this.state;
    const { runId, fabHash } = run.info;
    const taskId = await store.transaction((tx) =>
      createTask(this.state, tx, { runId, type: "flwr-clientapp", fabHash })
    );
    const work = new Work(message, taskId);
    works.set(taskId, work);
    wakeups.notify(news.tasks);
    return work;
  }

  #follow({ taskId }: Work, signal: AbortSignal): Promise<Task | undefined> {
    const over = untilTaskEnds(this.state, taskId, signal).finally(() => this.state.works.delete(taskId));
    this.#last = { taskId, over };
    return over;
  }

  /** What the last ClientApp leaves behind is what the next one of its series finds. */
  async #lastIsOver(signal: AbortSignal): Promise<void> {
    if (!this.#last) return;
    const { taskId, over } = this.#last;
    const enough = new AbortController();
    const patience = this.state.clock.sleep(LINGER_MS, AbortSignal.any([signal, enough.signal]));
    await Promise.race([over, patience]);
    enough.abort();
    const details = "The ClientApp did not end after its reply";
    await happen(this.state, taskId, { kind: "stop", details });
    this.#last = undefined;
  }

  async #confirm({ envelope }: Announced, signal: AbortSignal): Promise<void> {
    const { runId, messageId } = envelope.metadata;
    const request = { node: { node_id: this.state.nodeId }, run_id: runId, message_object_id: messageId };
    await this.state.fleet.call(methods.ConfirmMessageReceived, request, { signal });
  }

  #outgoing({ envelope, tree }: Announced, { runtimeS }: Work): Outgoing {
    const { objects, nodeId } = this.state;
    const contentOf = async (objectId: string, into: Uint8Array) => {
      const reading = await objects.read(envelope.metadata.runId, nodeId, objectId, into);
      if (reading.kind === "content") return reading.content;
      throw new Error(`object ${objectId} of the reply is not here`);
    };
    return { envelope, tree, runtimeS, contentOf };
  }

  /** The ClientApp is gone and there is no whole reply: the ServerApp must not wait for one. */
  async #crashed(work: Work, task: Task | undefined): Promise<Outgoing> {
    const { envelope } = work.instruction;
    const { messageId, runId } = envelope.metadata;
    this.state.log.error(
      `The ClientApp ended without a reply to message ${messageId}: ${task?.details || "no reason"}`,
    );
    const part = work.announced?.envelope.metadata.messageId;
    if (part) await this.state.objects.release(runId, part);
    return this.#errorReply(work.instruction, {
      code: ErrorCode.CLIENT_APP_CRASHED,
      reason: "ClientApp stopped responding.",
    });
  }

  #errorReply({ envelope }: Announced, error: MessageError): Outgoing {
    const now = this.state.clock.now() / 1_000;
    const reply = errorReply(envelope.metadata, { ...error, now });
    return { ...reply, runtimeS: 0, contentOf: () => Promise.resolve(reply.content) };
  }

  #say(what: string, { metadata }: Envelope): void {
    const { log } = this.state;
    const { runId, groupId, messageType, messageId } = metadata;
    log.info("");
    log.info(groupId === "" ? `[RUN ${runId}]` : `[RUN ${runId}, ROUND ${groupId}]`);
    log.info(`${what}: ${messageType} message (ID: ${messageId})`);
  }
}

/** What the ServerApp is told of a failure on this node; undefined for one that is no answer to a message. */
function faultOf(error: unknown): MessageError | undefined {
  if (error instanceof FabError) return { code: ErrorCode.INVALID_FAB, reason: error.message };
  if (error instanceof ReceiveError || error instanceof StorageFullError) {
    return {
      code: ErrorCode.UNKNOWN,
      reason: `The SuperNode could not receive the message: ${error.message}`,
    };
  }
  return undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
