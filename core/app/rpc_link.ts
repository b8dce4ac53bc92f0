import type { MessageId, NodeId, ObjectId, RunId } from "../model/ids.ts";
import type { Clock, Random } from "../io/ports.ts";
import type { RpcClient } from "../rpc/client.ts";
import { giveBack, LARGE_BYTES } from "../rpc/give_back.ts";
import { isOurs, wishHold } from "../rpc/peer.ts";
import { fraction } from "../rpc/retry.ts";
import { RpcError } from "../rpc/status.ts";
import { envelopeFromProto, envelopeToProto, treeFromProto, treeToProto } from "../wire/message.ts";
import type { clientAppIo, serverAppIo } from "../wire/methods.ts";
import {
  type AppLink,
  ObjectUnavailableError,
  type PullOptions,
  type PushedMessages,
  type TravellingMessage,
} from "./link.ts";

/** The methods of an AppIo service; a SuperLink's and a SuperNode's are alike. */
export type AppIoMethods = typeof serverAppIo | typeof clientAppIo;

/** What a {@link RpcLink} works with. */
export interface RpcLinkOptions {
  readonly client: RpcClient;
  readonly methods: AppIoMethods;
  readonly clock: Clock;
  readonly random: Random;
  /** Whose messages these are; a SuperLink wants to be told 1. */
  readonly node: NodeId;
  readonly runId: RunId;
}

/** How long an announced object may stay away, in milliseconds, and after how many tries it is given up. */
const PATIENCE_MS = 7_200_000;
const MOST_TRIES = 500;

/** Messages and objects over an AppIo service. */
export class RpcLink implements AppLink {
  readonly #options: RpcLinkOptions;

  constructor(options: RpcLinkOptions) {
    this.#options = options;
  }

  async nodeIds(signal?: AbortSignal): Promise<NodeId[]> {
    const { client, methods } = this.#options;
    const { nodes } = await client.call(methods.GetNodes, {}, { signal });
    return nodes.map((node) => BigInt(node.node_id));
  }

  async pushMessages(messages: readonly TravellingMessage[], signal?: AbortSignal): Promise<PushedMessages> {
    const { client, methods } = this.#options;
    const reply = await client.call(methods.PushMessages, {
      messages_list: messages.map(({ envelope }) => envelopeToProto(envelope)),
      message_object_trees: messages.map(({ tree }) => treeToProto(tree)),
    }, { signal });
    return { messageIds: reply.message_ids, objectsToPush: reply.objects_to_push };
  }

  async pushObject(id: ObjectId, content: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { client, methods } = this.#options;
    const request = { ...this.#named(id), object_content: content };
    let encoded: Uint8Array = new Uint8Array();
    const encodeRequest = (init: typeof request) => {
      encoded = methods.PushObject.encodeRequest(init);
      giveBack(content);
      return encoded;
    };
    const { stored } = await client.call({ ...methods.PushObject, encodeRequest }, request, { signal })
      .finally(() => giveBack(encoded));
    if (!stored) {
      throw new ObjectUnavailableError(`Cannot upload object ${id} as the receiver does not expect it`);
    }
  }

  async pullMessages(
    ids: readonly MessageId[],
    { holdMs, signal }: PullOptions,
  ): Promise<TravellingMessage[]> {
    const { client, methods } = this.#options;
    const request = { message_ids: [...ids] };
    const options = { metadata: wishHold(holdMs), signal };
    const { response, headers } = await client.callWithHeaders(methods.PullMessages, request, options);
    return response.messages_list.map((message, i) => ({
      envelope: envelopeFromProto(message),
      tree: treeFromProto(response.message_object_trees[i]),
      isWhole: isOurs(headers),
    }));
  }

  async pullObject(id: ObjectId, signal?: AbortSignal): Promise<Uint8Array> {
    const { client, methods, clock } = this.#options;
    const start = clock.now();
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const reply = await client.call(methods.PullObject, this.#named(id), { signal });
      if (reply.object_available) return own(reply.object_content);
      if (!reply.object_found) throw new ObjectUnavailableError(`Cannot pull object ${id} as it is unknown`);
      if (clock.now() - start > PATIENCE_MS) break;
      await clock.sleep(this.#pauseMs(tries), signal);
      if (signal?.aborted) throw new RpcError("CANCELLED", "The pull was cancelled");
    }
    throw new ObjectUnavailableError(`Cannot pull object ${id} as its sender has not uploaded it in time`);
  }

  async confirm(id: MessageId, signal?: AbortSignal): Promise<void> {
    const { client, methods, node, runId } = this.#options;
    const request = { node: { node_id: node }, run_id: runId, message_object_id: id };
    await client.call(methods.ConfirmMessageReceived, request, { signal });
  }

  #named(id: ObjectId) {
    const { node, runId } = this.#options;
    return { node: { node_id: node }, run_id: runId, object_id: id };
  }

  /** 1, 2, 4, 8, 10, 10 … seconds, each up to a fifth shorter or longer. */
  #pauseMs(tries: number): number {
    return Math.min(10_000, 1_000 * 2 ** (tries - 1)) * (0.8 + 0.4 * fraction(this.#options.random));
  }
}

/** The bytes are a view into the reply, and the caller may hand their memory to another thread: that of a large one. */
function own(content: Uint8Array): Uint8Array {
  const isAlone = content.length >= LARGE_BYTES && content.buffer.byteLength < 2 * content.length;
  return isAlone
    ? new Uint8Array(content.buffer, content.byteOffset, content.length)
    : new Uint8Array(content);
}
