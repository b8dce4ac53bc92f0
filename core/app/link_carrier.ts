import { envelopeOf, identify, Message, MessageMetadata } from "../model/app_message.ts";
import { type MessageId, type NodeId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Clock } from "../io/ports.ts";
import { Deflater } from "../wire/deflate.ts";
import { messageUnavailable } from "../wire/error_message.ts";
import { inflateMessage } from "../wire/inflate.ts";
import type { Carrier } from "./carrier.ts";
import { type AppLink, ObjectUnavailableError, type PullOptions, type TravellingMessage } from "./link.ts";
import { uploadMessages } from "./upload.ts";

/** What a {@link LinkCarrier} works with. */
export interface LinkCarrierOptions {
  readonly link: AppLink;
  readonly clock: Clock;
  readonly runId: RunId;
}

/** Takes messages apart into objects, and puts them together again. */
export class LinkCarrier implements Carrier {
  readonly #link: AppLink;
  readonly #clock: Clock;
  readonly #runId: RunId;
  /** Replies that were pulled and not yet asked for: the SuperLink gives each only once. */
  readonly #pulled = new Map<MessageId, TravellingMessage>();

  constructor({ link, clock, runId }: LinkCarrierOptions) {
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
    const messageIds = await uploadMessages({ link, messages: deflated, announce, signal });
    return messageIds.map((id) => id || null);
  }

  async next(ids: readonly MessageId[], options: PullOptions): Promise<Message | undefined> {
    if (ids.length === 0) return undefined;
    const found = this.#takePulled(ids);
    if (found) return await this.#arrived(found, options.signal);
    for (const message of await this.#link.pullMessages(ids, options)) {
      this.#pulled.set(message.envelope.metadata.replyToMessageId, message);
    }
    const fresh = this.#takePulled(ids);
    return fresh && await this.#arrived(fresh, options.signal);
  }

  #takePulled(ids: readonly MessageId[]): TravellingMessage | undefined {
    const id = ids.find((id) => this.#pulled.has(id));
    if (id === undefined) return undefined;
    const message = this.#pulled.get(id);
    this.#pulled.delete(id);
    return message;
  }

  /** The whole message, confirmed; an error in its place when its objects do not come. */
  async #arrived({ envelope, tree }: TravellingMessage, signal?: AbortSignal): Promise<Message> {
    try {
      const get = (id: string) => this.#link.pullObject(id, signal);
      const message = await inflateMessage(tree.objectId, get, { envelope });
      await this.#link.confirm(tree.objectId, signal);
      return message;
    } catch (error) {
      if (!(error instanceof ObjectUnavailableError)) throw error;
      const asked = envelope.metadata.replyToMessageId;
      const unavailable = messageUnavailable(asked, this.#clock.now() / 1000).envelope;
      return new Message(unavailable.error, new MessageMetadata(unavailable.metadata));
    }
  }
}
