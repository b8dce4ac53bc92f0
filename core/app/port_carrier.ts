import { identify, type Message } from "../model/app_message.ts";
import { type MessageId, type NodeId, type RunId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Carrier, NextOptions } from "./carrier.ts";
import { connectDistant } from "./distant_array.ts";
import {
  buffersOf,
  copiesOf,
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
    pull: { ids: readonly MessageId[]; holdMs: number; distant?: boolean },
    signal: AbortSignal,
  ): Promise<Handover<PlainMessage | undefined>>;
  piece(ticket: number): Promise<Handover<Uint8Array | undefined>>;
};

/** Lets the other side of a port use `carrier`. Replies are moved across. */
export function serveCarrier(carrier: Carrier): CarrierCalls {
  return {
    nodeIds: (_, signal) => carrier.nodeIds(signal),
    push: (messages, signal) => carrier.push(fromPlainMessages(messages), signal),
    async next({ ids, holdMs, distant }, signal) {
      const reply = await carrier.next(ids, { holdMs, distant, signal });
      if (!reply) return new Handover(undefined, []);
      const plain = toPlainMessage(reply);
      return new Handover(plain, buffersOf(plain));
    },
    async piece(ticket) {
      const piece = await carrier.piece?.(ticket);
      return new Handover(piece, piece?.buffer instanceof ArrayBuffer ? [piece.buffer] : []);
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
    // Posting a copy would hold it twice more while it is written down and read again.
    const copies = copiesOf(toPlainMessages(messages));
    const ids = await this.#peer.call("push", copies, { signal, transfer: buffersOf(...copies) });
    ids.forEach((messageId, i) => {
      if (messageId === null) return;
      identify(messages[i], { runId: this.#runId, srcNodeId: SUPERLINK_NODE_ID, messageId });
    });
    return ids;
  }

  async next(
    ids: readonly MessageId[],
    { holdMs, signal, distant }: NextOptions,
  ): Promise<Message | undefined> {
    const plain = await this.#peer.call("next", { ids, holdMs, distant }, { signal });
    if (!plain) return undefined;
    const message = fromPlainMessage(plain);
    if (distant) connectDistant(message, this.piece);
    return message;
  }

  readonly piece = (ticket: number) => this.#peer.call("piece", ticket);
}
