import type { MessageId, NodeId, ObjectId } from "../model/ids.ts";
import type { AppLink, PullOptions, PushedMessages, TravellingMessage } from "./link.ts";
import { Handover, type PortCalls, type PortPeer } from "./port_peer.ts";

/** The calls of an {@link AppLink} as they cross a port. */
export type LinkCalls = {
  nodeIds(argument: null, signal: AbortSignal): Promise<NodeId[]>;
  pushMessages(messages: readonly TravellingMessage[], signal: AbortSignal): Promise<PushedMessages>;
  pushObject(object: { id: ObjectId; content: Uint8Array }, signal: AbortSignal): Promise<void>;
  pullMessages(
    pull: { ids: readonly MessageId[]; holdMs: number },
    signal: AbortSignal,
  ): Promise<TravellingMessage[]>;
  pullObject(id: ObjectId, signal: AbortSignal): Promise<Handover<Uint8Array>>;
  confirm(id: MessageId, signal: AbortSignal): Promise<void>;
};

/** Lets the other side of a port use `link`. Contents are moved across. */
export function serveLink(link: AppLink): LinkCalls {
  return {
    nodeIds: (_, signal) => link.nodeIds(signal),
    pushMessages: (messages, signal) => link.pushMessages(messages, signal),
    pushObject: ({ id, content }, signal) => link.pushObject(id, content, signal),
    pullMessages: ({ ids, holdMs }, signal) => link.pullMessages(ids, { holdMs, signal }),
    async pullObject(id, signal) {
      const content = await link.pullObject(id, signal);
      return new Handover(content, [content.buffer as ArrayBuffer]);
    },
    confirm: (id, signal) => link.confirm(id, signal),
  };
}

/** A link that lies on the other side of a port. */
export class PortLink implements AppLink {
  readonly #peer: PortPeer<LinkCalls>;

  constructor(peer: PortPeer<LinkCalls & PortCalls>) {
    this.#peer = peer as unknown as PortPeer<LinkCalls>;
  }

  nodeIds(signal?: AbortSignal): Promise<NodeId[]> {
    return this.#peer.call("nodeIds", null, { signal });
  }

  pushMessages(messages: readonly TravellingMessage[], signal?: AbortSignal): Promise<PushedMessages> {
    return this.#peer.call("pushMessages", messages, { signal });
  }

  pushObject(id: ObjectId, content: Uint8Array, signal?: AbortSignal): Promise<void> {
    const whole = content.byteLength === content.buffer.byteLength ? content : content.slice();
    return this.#peer.call("pushObject", { id, content: whole }, {
      signal,
      transfer: [whole.buffer as ArrayBuffer],
    });
  }

  pullMessages(ids: readonly MessageId[], { holdMs, signal }: PullOptions): Promise<TravellingMessage[]> {
    return this.#peer.call("pullMessages", { ids, holdMs }, { signal });
  }

  pullObject(id: ObjectId, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#peer.call("pullObject", id, { signal });
  }

  confirm(id: MessageId, signal?: AbortSignal): Promise<void> {
    return this.#peer.call("confirm", id, { signal });
  }
}
