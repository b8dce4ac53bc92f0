import { envelopeOf, identify, Message, MessageMetadata } from "../model/app_message.ts";
import { type MessageId, type NodeId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Clock } from "../io/ports.ts";
import type { ArrayFields, FlowerArray } from "../model/record/array.ts";
import { discard } from "../rpc/discard.ts";
import { Deflater } from "../wire/deflate.ts";
import { messageUnavailable } from "../wire/error_message.ts";
import { inflateMessage } from "../wire/inflate.ts";
import type { Carrier, NextOptions } from "./carrier.ts";
import { distantArray } from "./distant_array.ts";
import { type AppLink, ObjectUnavailableError, type TravellingMessage } from "./link.ts";
import { uploadMessages } from "./upload.ts";

/** What a {@link LinkCarrier} works with. */
export interface LinkCarrierOptions {
  readonly link: AppLink;
  readonly clock: Clock;
  readonly runId: RunId;
  /** Whether pushed messages are this carrier's own, whose arrays nobody looks at again. */
  readonly ownsPushed?: boolean;
}

/** Takes messages apart into objects, and puts them together again. */
export class LinkCarrier implements Carrier {
  readonly #link: AppLink;
  readonly #clock: Clock;
  readonly #runId: RunId;
  readonly #ownsPushed: boolean;
  /** What is still to come of distant arrays, by their tickets. */
  readonly #coming = new Map<number, AsyncGenerator<Uint8Array>>();
  #tickets = 0;
  /** Replies that were pulled and not yet asked for: the SuperLink gives each only once. */
  readonly #pulled = new Map<MessageId, TravellingMessage>();

  constructor({ link, clock, runId, ownsPushed = false }: LinkCarrierOptions) {
    this.#ownsPushed = ownsPushed;
    this.#link = link;
    this.#clock = clock;
    this.#runId = runId;
  }

  nodeIds(signal?: AbortSignal): Promise<NodeId[]> {
    return this.#link.nodeIds(signal);
  }

  async push(messages: readonly Message[], signal?: AbortSignal): Promise<(MessageId | null)[]> {
    if (messages.length === 0) return [];
    const link = this.#link;
    const deflater = new Deflater();
    const deflated = messages.map((message) => {
      identify(message, { runId: this.#runId, srcNodeId: SUPERLINK_NODE_ID });
      const parts = deflater.deflate(message);
      identify(message, { messageId: parts.messageId });
      return parts;
    });
    const travelling = messages.map((message, i) => ({
      envelope: envelopeOf(message),
      tree: deflated[i].tree,
    }));
    const announce = () => link.pushMessages(travelling, signal);
    try {
      const messageIds = await uploadMessages({ link, messages: deflated, announce, signal });
      return messageIds.map((id) => id || null);
    } finally {
      if (this.#ownsPushed) letGo(messages);
    }
  }

  async next(ids: readonly MessageId[], options: NextOptions): Promise<Message | undefined> {
    if (ids.length === 0) return undefined;
    const found = this.#takePulled(ids);
    if (found) return await this.#arrived(found, options);
    for (const message of await this.#link.pullMessages(ids, options)) {
      this.#pulled.set(message.envelope.metadata.replyToMessageId, message);
    }
    const fresh = this.#takePulled(ids);
    return fresh && await this.#arrived(fresh, options);
  }

  readonly piece = async (ticket: number): Promise<Uint8Array | undefined> => {
    const { value, done } = await this.#coming.get(ticket)?.next() ?? { done: true, value: undefined };
    if (done) this.#coming.delete(ticket);
    return value || undefined;
  };

  #takePulled(ids: readonly MessageId[]): TravellingMessage | undefined {
    const id = ids.find((id) => this.#pulled.has(id));
    if (id === undefined) return undefined;
    const message = this.#pulled.get(id);
    this.#pulled.delete(id);
    return message;
  }

  /** The message, confirmed once all of it is here; an error in its place when its objects do not come. */
  async #arrived(
    { envelope, tree, isWhole }: TravellingMessage,
    { signal, distant }: NextOptions,
  ): Promise<Message> {
    const get = (id: string) => this.#link.pullObject(id, signal);
    const confirm = () => this.#link.confirm(tree.objectId, signal);
    const arrays = new DistantArrays(confirm, (pieces) => {
      this.#coming.set(++this.#tickets, pieces);
      return this.#tickets;
    });
    try {
      const options = distant && isWhole ? { envelope, distant: arrays.make } : { envelope };
      const message = await inflateMessage(tree.objectId, get, options);
      if (arrays.count === 0) await confirm();
      return message;
    } catch (error) {
      if (!(error instanceof ObjectUnavailableError)) throw error;
      const asked = envelope.metadata.replyToMessageId;
      const unavailable = messageUnavailable(asked, this.#clock.now() / 1000).envelope;
      return new Message(unavailable.error, new MessageMetadata(unavailable.metadata));
    }
  }
}

/** The distant arrays of one message: when the last of their bytes has been read, the message has arrived. */
class DistantArrays {
  /** How many there are. */
  count = 0;
  readonly #ended: () => Promise<void>;
  readonly #keep: (pieces: AsyncGenerator<Uint8Array>) => number;
  #unread = 0;

  /** @param keep keeps what gives the pieces, and gives the ticket for it */
  constructor(ended: () => Promise<void>, keep: (pieces: AsyncGenerator<Uint8Array>) => number) {
    this.#ended = ended;
    this.#keep = keep;
  }

  readonly make = (
    fields: Omit<ArrayFields, "data">,
    pieces: AsyncGenerator<Uint8Array>,
  ): FlowerArray => {
    this.count++;
    this.#unread++;
    return distantArray(fields, this.#keep(this.#watched(pieces)));
  };

  async *#watched(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    yield* pieces;
    if (--this.#unread === 0) await this.#ended();
  }
}

/** Gives back the memory of messages' arrays at once; the collector would let several models pile up. */
function letGo(messages: readonly Message[]): void {
  const contents = messages.filter((message) => message.hasContent()).map(({ content }) => content);
  for (const content of new Set(contents)) {
    for (const [, record] of content.arrayRecords()) {
      for (const [, { pieces }] of record) for (const piece of pieces) discard(piece);
    }
  }
}
