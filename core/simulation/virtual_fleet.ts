import type { Carrier } from "../app/carrier.ts";
import { messageLife } from "../app/client_task.ts";
import type { PullOptions } from "../app/link.ts";
import {
  buffersOf,
  fromPlainMessage,
  type PlainMessage,
  toPlainMessage,
  toPlainMessages,
} from "../app/plain_message.ts";
import type { Clock } from "../io/ports.ts";
import { identify, Message, MessageMetadata } from "../model/app_message.ts";
import { type MessageId, type NodeId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import { isExpired } from "../rules/message_life.ts";
import { messageUnavailable } from "../wire/error_message.ts";
import { Wakeups } from "../rpc/hold.ts";
import type { Desk } from "./client_desk.ts";
import { Mailbox } from "./mailbox.ts";
import { SharedRecords } from "./shared_records.ts";
import type { VirtualNode } from "./virtual_nodes.ts";

/** What a {@link VirtualFleet} works with. */
export interface VirtualFleetOptions {
  readonly runId: RunId;
  readonly nodes: ReadonlyMap<NodeId, VirtualNode>;
  readonly desks: readonly Desk[];
  /** Whether replies come in the order of their instructions, and each node always at the same desk. */
  readonly inOrder: boolean;
  readonly clock: Clock;
}

/** Replies that nobody has asked for yet may take this much memory before no more work is begun. Bytes. */
const MOST_UNCLAIMED_BYTES = 128 * 1_048_576;

/** All virtual SuperNodes of a run, as its ServerApp reaches them: in memory, with nothing on the wire. */
export class VirtualFleet implements Carrier {
  readonly #options: VirtualFleetOptions;
  readonly #mailbox: Mailbox<PlainMessage, PlainMessage>;
  readonly #shared = new SharedRecords();
  readonly #wakeups = new Wakeups();
  readonly #idle: Set<number>;
  readonly #over = new AbortController();
  #unclaimedBytes = 0;
  #count = 0;

  constructor(options: VirtualFleetOptions) {
    this.#options = options;
    this.#mailbox = new Mailbox({ inOrder: options.inOrder });
    this.#idle = new Set(options.desks.keys());
  }

  nodeIds(): Promise<NodeId[]> {
    return Promise.resolve([...this.#options.nodes.keys()]);
  }

  push(messages: readonly Message[]): Promise<(MessageId | null)[]> {
    const ids = messages.map((message) => this.#accepts(message) ? this.#nextId() : null);
    const accepted = messages.filter((_, i) => ids[i] !== null);
    messages.forEach((message, i) => {
      if (ids[i] === null) return;
      identify(message, { runId: this.#options.runId, srcNodeId: SUPERLINK_NODE_ID, messageId: ids[i] });
    });
    for (const message of this.#shared.share(toPlainMessages(accepted))) this.#mailbox.add(message);
    this.#beginMore();
    return Promise.resolve(ids);
  }

  async next(ids: readonly MessageId[], { holdMs, signal }: PullOptions): Promise<Message | undefined> {
    if (ids.length === 0) return undefined;
    const { clock } = this.#options;
    const until = clock.now() + holdMs;
    const unask = this.#mailbox.ask(ids);
    try {
      for (;;) {
        const found = this.#mailbox.take(ids);
        if (found.kind === "reply") return this.#claimed(found.reply);
        if (found.kind === "unknown") return this.#unavailable(found.id);
        const leftMs = until - clock.now();
        if (leftMs <= 0 || signal?.aborted) return undefined;
        this.#beginMore();
        await this.#wakeups.wait([REPLIES], { ms: leftMs, clock, signal: signal ?? this.#over.signal });
      }
    } finally {
      unask();
    }
  }

  /** Ends all that is being worked on. */
  stop(reason: unknown): void {
    this.#over.abort(reason);
  }

  #accepts({ metadata }: Message): boolean {
    return metadata.replyToMessageId === "" && metadata.ttl > 0 &&
      this.#options.nodes.has(metadata.dstNodeId);
  }

  /** Nobody else sees these messages: their ids need to be no hashes. */
  #nextId(): MessageId {
    return (++this.#count).toString(16).padStart(64, "0");
  }

  #beginMore(): void {
    for (const desk of this.#idle) {
      const hasRoom = this.#unclaimedBytes < MOST_UNCLAIMED_BYTES;
      const message = this.#mailbox.begin({ hasRoom, fits: (message) => this.#fits(message, desk) });
      if (message) void this.#work(message, desk);
    }
  }

  /** A node that always works in the same thread finds there what it left behind, in every repetition. */
  #fits(message: PlainMessage, desk: number): boolean {
    const { inOrder, desks } = this.#options;
    return !inOrder || this.#nodeOf(message).partition % desks.length === desk;
  }

  #nodeOf({ metadata }: PlainMessage): VirtualNode {
    return this.#options.nodes.get(metadata.dstNodeId)!;
  }

  async #work(message: PlainMessage, desk: number): Promise<void> {
    this.#idle.delete(desk);
    const reply = await this.#answer(message, desk);
    this.#shared.release(message);
    this.#idle.add(desk);
    if (this.#over.signal.aborted) return;
    this.#unclaimedBytes += sizeOf(reply);
    this.#mailbox.end(message.metadata.messageId, reply);
    this.#wakeups.notify(REPLIES);
    this.#beginMore();
  }

  async #answer(message: PlainMessage, desk: number): Promise<PlainMessage> {
    const { clock, desks } = this.#options;
    // Only its metadata is needed here; the arrays stay where they are.
    const instruction = new Message(NO_CONTENT, new MessageMetadata(message.metadata));
    if (isExpired(message.metadata, clock.now())) return this.#expired(message);
    using life = messageLife(instruction, clock);
    const signal = AbortSignal.any([this.#over.signal, life.signal]);
    const node = this.#nodeOf(message);
    return toPlainMessage(await desks[desk].answer({ node, message, instruction, signal }));
  }

  #expired({ metadata }: PlainMessage): PlainMessage {
    const { envelope } = messageUnavailable(metadata.messageId, this.#options.clock.now() / 1000);
    return { metadata: envelope.metadata, body: envelope.error };
  }

  #claimed(reply: PlainMessage): Message {
    this.#unclaimedBytes -= sizeOf(reply);
    this.#beginMore();
    return fromPlainMessage(reply);
  }

  #unavailable(id: MessageId): Message {
    const { envelope } = messageUnavailable(id, this.#options.clock.now() / 1000);
    return new Message(envelope.error, new MessageMetadata(envelope.metadata));
  }
}

const REPLIES = "replies";
const NO_CONTENT = { code: 0, reason: "" };

function sizeOf(message: PlainMessage): number {
  return buffersOf(message).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
