import { envelopeOf, identify, Message, MessageMetadata } from "../model/app_message.ts";
import { type MessageId, type NodeId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import { Deflater } from "../wire/deflate.ts";
import { messageUnavailable } from "../wire/error_message.ts";
import { inflateMessage } from "../wire/inflate.ts";
import type { Grid, ReplyOptions } from "./grid.ts";
import type { AppHost } from "./host.ts";
import { type AppLink, ObjectUnavailableError, type TravellingMessage } from "./link.ts";
import { acceptedIds, uploadObjects } from "./upload.ts";

/** What a {@link LinkGrid} works with. */
export interface LinkGridOptions {
  readonly link: AppLink;
  readonly host: AppHost;
  readonly runId: RunId;
}

/** The longest time that one call asks the SuperLink to wait for a reply. */
const HOLD_MS = 20_000;
/** A SuperLink that answers an empty pull sooner than this does not wait; the grid pauses then in its place. */
const PROMPT_MS = 400;
const PAUSE_MS = 500;

/** A grid that takes its messages apart itself and sends the parts over a link. */
export class LinkGrid implements Grid {
  readonly host: AppHost;
  readonly #link: AppLink;
  readonly #runId: RunId;

  constructor({ link, host, runId }: LinkGridOptions) {
    this.#link = link;
    this.host = host;
    this.#runId = runId;
  }

  async getNodeIds(): Promise<NodeId[]> {
    return await this.#link.nodeIds();
  }

  async pushMessages(messages: Iterable<Message>): Promise<(MessageId | null)[]> {
    return await this.#push(messages);
  }

  async pullMessages(ids: Iterable<MessageId>): Promise<Message[]> {
    const replies: Message[] = [];
    for await (const reply of this.#pull([...ids], { holdMs: 0 })) replies.push(reply);
    return replies;
  }

  async sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]> {
    const replies: Message[] = [];
    for await (const reply of this.sendAndStream(messages, options)) replies.push(reply);
    return replies;
  }

  async *sendAndStream(
    messages: Iterable<Message>,
    { timeout, signal }: ReplyOptions = {},
  ): AsyncGenerator<Message> {
    const { clock } = this.host;
    const pushed = await this.#push(messages, signal);
    const awaited = new Set(pushed.filter((id) => id !== null));
    const deadline = timeout === undefined ? Infinity : clock.now() + timeout * 1000;
    while (awaited.size > 0 && clock.now() < deadline) {
      const asked = clock.now();
      let empty = true;
      const holdMs = Math.min(HOLD_MS, deadline - asked);
      for await (const reply of this.#pull([...awaited], { holdMs, signal })) {
        empty = false;
        awaited.delete(reply.metadata.replyToMessageId);
        yield reply;
      }
      const prompt = clock.now() - asked < Math.min(PROMPT_MS, holdMs);
      if (empty && prompt) await clock.sleep(Math.min(PAUSE_MS, deadline - clock.now()), signal);
      signal?.throwIfAborted();
    }
  }

  async #push(messages: Iterable<Message>, signal?: AbortSignal): Promise<(MessageId | null)[]> {
    const link = this.#link;
    const deflater = new Deflater();
    const list = Array.from(messages);
    if (list.length === 0) return [];
    const deflated = list.map((message) => {
      identify(message, { runId: this.#runId, srcNodeId: SUPERLINK_NODE_ID });
      const parts = deflater.deflate(message);
      identify(message, { messageId: parts.messageId });
      return parts;
    });
    const travelling = list.map((message, i) => ({ envelope: envelopeOf(message), tree: deflated[i].tree }));
    const { messageIds, objectsToPush } = await link.pushMessages(travelling, signal);
    await uploadObjects({ link, messages: deflated, wanted: objectsToPush, signal });
    return acceptedIds(messageIds);
  }

  async *#pull(
    ids: readonly MessageId[],
    options: { holdMs: number; signal?: AbortSignal },
  ): AsyncGenerator<Message> {
    if (ids.length === 0) return;
    const { signal } = options;
    for (const message of await this.#link.pullMessages(ids, options)) {
      yield await this.#arrived(message, signal);
    }
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
      const unavailable = messageUnavailable(asked, this.host.clock.now() / 1000).envelope;
      return new Message(unavailable.error, new MessageMetadata(unavailable.metadata));
    }
  }
}
