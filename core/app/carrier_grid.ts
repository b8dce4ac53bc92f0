import type { Message } from "../model/app_message.ts";
import type { MessageId, NodeId } from "../model/ids.ts";
import type { Carrier, NextOptions } from "./carrier.ts";
import type { Grid, ReplyOptions } from "./grid.ts";
import type { AppHost } from "./host.ts";

/** The longest time that one call asks the SuperLink to wait for a reply. */
const HOLD_MS = 20_000;
/** A SuperLink that answers an empty pull sooner than this does not wait; the grid pauses then in its place. */
const PROMPT_MS = 400;
const PAUSE_MS = 500;

/** A grid over a carrier: what apps see of it. */
export class CarrierGrid implements Grid {
  readonly host: AppHost;
  readonly #carrier: Carrier;

  constructor(carrier: Carrier, host: AppHost) {
    this.#carrier = carrier;
    this.host = host;
  }

  async getNodeIds(): Promise<NodeId[]> {
    return await this.#carrier.nodeIds();
  }

  async pushMessages(messages: Iterable<Message>): Promise<(MessageId | null)[]> {
    return await this.#carrier.push([...messages]);
  }

  async pullMessages(ids: Iterable<MessageId>): Promise<Message[]> {
    const asked = new Set(ids);
    const replies: Message[] = [];
    for (;;) {
      const reply = await this.#carrier.next([...asked], { holdMs: 0 });
      if (!reply) return replies;
      // Asked for twice, a reply counts as lost.
      asked.delete(reply.metadata.replyToMessageId);
      replies.push(reply);
    }
  }

  async sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]> {
    const replies: Message[] = [];
    for await (const reply of this.sendAndStream(messages, options)) replies.push(reply);
    return replies;
  }

  sendAndStream(messages: Iterable<Message>, options?: ReplyOptions): AsyncGenerator<Message> {
    return this.#stream(messages, { ...options, distant: false });
  }

  /** Like {@link sendAndStream}, and leaves large arrays distant: for strategies that read them piece by piece. */
  streamDistant(messages: Iterable<Message>, options?: ReplyOptions): AsyncGenerator<Message> {
    return this.#stream(messages, { ...options, distant: true });
  }

  async *#stream(
    messages: Iterable<Message>,
    { timeout, signal, distant }: ReplyOptions & Pick<NextOptions, "distant">,
  ): AsyncGenerator<Message> {
    const { clock } = this.host;
    signal?.throwIfAborted();
    const pushed = await this.#carrier.push([...messages], signal);
    const awaited = new Set(pushed.filter((id) => id !== null));
    const deadline = timeout === undefined ? Infinity : clock.now() + timeout * 1000;
    while (awaited.size > 0 && clock.now() < deadline) {
      const asked = clock.now();
      const holdMs = Math.min(HOLD_MS, deadline - asked);
      const reply = await this.#carrier.next([...awaited], { holdMs, signal, distant });
      signal?.throwIfAborted();
      if (reply) {
        awaited.delete(reply.metadata.replyToMessageId);
        yield reply;
      } else if (clock.now() - asked < Math.min(PROMPT_MS, holdMs)) {
        await clock.sleep(Math.min(PAUSE_MS, deadline - clock.now()), signal);
      }
    }
  }
}
