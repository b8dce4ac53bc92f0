import type { Grid, ReplyOptions } from "../../core/app/grid.ts";
import type { AppHost } from "../../core/app/host.ts";
import type { Message } from "../../core/model/app_message.ts";
import { identify } from "../../core/model/app_message.ts";
import type { NodeId } from "../../core/model/ids.ts";
import { FakeClock } from "./clock.ts";
import { FakeLog } from "./log.ts";
import { FakeRandom } from "./random.ts";

/** How a node answers an instruction; undefined for a node that stays silent. */
export type FakeNode = (instruction: Message) => Message | undefined;

/** A grid whose nodes answer at once, by a function. */
export class FakeGrid implements Grid {
  readonly log = new FakeLog();
  readonly clock = new FakeClock();
  readonly host: AppHost = { clock: this.clock, random: new FakeRandom(), log: this.log };
  /** Every batch that was sent, with the timeout it was sent with. */
  readonly sent: { messages: Message[]; timeout?: number }[] = [];
  #count = 0;

  constructor(public nodeIds: NodeId[], readonly node: FakeNode = () => undefined) {}

  getNodeIds(): Promise<NodeId[]> {
    return Promise.resolve([...this.nodeIds]);
  }

  pushMessages(): Promise<never> {
    return Promise.reject(new Error("Cannot push by hand over this fake"));
  }

  pullMessages(): Promise<never> {
    return Promise.reject(new Error("Cannot pull by hand over this fake"));
  }

  async sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]> {
    const replies: Message[] = [];
    for await (const reply of this.sendAndStream(messages, options)) replies.push(reply);
    return replies;
  }

  async *sendAndStream(messages: Iterable<Message>, { timeout }: ReplyOptions = {}): AsyncGenerator<Message> {
    const batch = [...messages];
    this.sent.push({ messages: batch, timeout });
    for (const message of batch) {
      identify(message, { runId: 7n, srcNodeId: 1n, messageId: `message-${++this.#count}` });
      const reply = this.node(message);
      if (reply) yield reply;
    }
  }
}
