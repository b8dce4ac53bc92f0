import { identify, type Message } from "../model/app_message.ts";
import { type MessageId, type NodeId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Carrier } from "./carrier.ts";
import type { PullOptions } from "./link.ts";
import {
  buffersOf,
  fromPlainMessage,
  fromPlainMessages,
  type PlainMessage,
  toPlainMessage,
  toPlainMessages,
} from "./plain_message.ts";
import { Handover, type PortPeer } from "./port_peer.ts";

/** The calls of a {@link Carrier} as they cross a port. */
export type CarrierCalls = {
  nodeIds(argument: null, signal: AbortSignal): Promise<NodeId[]>;
  push(messages: readonly PlainMessage[], signal: AbortSignal): Promise<(MessageId | null)[]>;
  next(
    pull: { ids: readonly MessageId[]; holdMs: number },
    signal: AbortSignal,
  ): Promise<Handover<PlainMessage | undefined>>;
};

/** Lets the other side of a port use `carrier`. Replies are moved across. */
export function serveCarrier(carrier: Carrier): CarrierCalls {
  return {
    nodeIds: (_, signal) => carrier.nodeIds(signal),
    push: (messages, signal) => carrier.push(fromPlainMessages(messages), signal),
    async next({ ids, holdMs }, signal) {
      const reply = await carrier.next(ids, { holdMs, signal });
      if (!reply) return new Handover(undefined, []);
      const plain = toPlainMessage(reply);
      return new Handover(plain, buffersOf(plain));
    },
  };
}

/** A carrier that lies on the other side of a port. What is pushed is copied: the app may go on with it. */
export class PortCarrier implements Carrier {
  readonly #peer: PortPeer<CarrierCalls>;
  readonly #runId: RunId;

  constructor(peer: PortPeer<CarrierCalls>, runId: RunId) {
    this.#peer = peer;
    this.#runId = runId;
  }

  nodeIds(signal?: AbortSignal): Promise<NodeId[]> {
    return this.#peer.call("nodeIds", null, { signal });
  }

  async push(messages: readonly Message[], signal?: AbortSignal): Promise<(MessageId | null)[]> {
    const ids = await this.#peer.call("push", toPlainMessages(messages), { signal });
    ids.forEach((messageId, i) => {
      if (messageId === null) return;
      identify(messages[i], { runId: this.#runId, srcNodeId: SUPERLINK_NODE_ID, messageId });
    });
    return ids;
  }

  async next(ids: readonly MessageId[], { holdMs, signal }: PullOptions): Promise<Message | undefined> {
    const plain = await this.#peer.call("next", { ids, holdMs }, { signal });
    return plain && fromPlainMessage(plain);
  }
}
