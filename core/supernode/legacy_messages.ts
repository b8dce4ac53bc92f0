import type { TaskIns, TaskRes } from "../../proto/flwr_1_14.ts";
import type { Init } from "../../proto/init.ts";
import type { Clock, Log } from "../io/ports.ts";
import { envelopeOf, type Message } from "../model/app_message.ts";
import type { MessageId, ObjectId } from "../model/ids.ts";
import { type Envelope, ErrorCode, type MessageError } from "../model/message.ts";
import { postOrder } from "../model/object_tree.ts";
import { type Route, route } from "../rpc/router.ts";
import type { RpcClient } from "../rpc/client.ts";
import { type DeflatedMessage, deflateMessage } from "../wire/deflate.ts";
import { inflateMessage } from "../wire/inflate.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { instructionOf, taskResOf } from "../wire/legacy_task.ts";
import { envelopeFromProto, envelopeToProto, treeFromProto, treeToProto } from "../wire/message.ts";
import { fleet } from "../wire/methods.ts";
import { ObjectFormatError } from "../wire/object.ts";
import { LegacyPull } from "./legacy_pull.ts";

/** What stands in the results for an answer that was not taken. */
const NOT_TAKEN = "None";

/** What the messages of a SuperLink of Flower 1.14.0 are moved with. */
export interface LegacyMessagesOptions {
  readonly superlink: RpcClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** The instruction that the node has, as it came and as a message of today. */
interface Instruction {
  readonly given: TaskIns;
  readonly messageId: MessageId;
  /** Dropped as soon as the node has them all. */
  objects?: DeflatedMessage;
}

/** The reply that the node gives, until it is whole. */
interface Reply {
  readonly instruction: Instruction;
  readonly envelope: Envelope;
  readonly missing: Set<ObjectId>;
  readonly contents: Map<ObjectId, Uint8Array>;
  /** The whole as the SuperLink gets it: kept, since a SuperLink that is away is told again. */
  result?: Promise<Init<TaskRes>>;
}

/**
 * Moves messages whole between a node that knows objects and a SuperLink that does not. The node works on one message at
 * a time, so there is one at most, with its reply; what is left of them goes when the node asks for the next.
 */
export class LegacyMessages {
  readonly #pull: LegacyPull;
  #instruction: Instruction | undefined;
  #reply: Reply | undefined;

  constructor(readonly options: LegacyMessagesOptions) {
    this.#pull = new LegacyPull(options.superlink);
  }

  /** The methods with which the node moves messages. */
  get routes(): Route<void>[] {
    return [
      route(fleet.PullMessages, async ({ node }, { signal }) => {
        this.#instruction = this.#reply = undefined;
        const given = await this.#pull.next(BigInt(node?.node_id ?? 0), signal);
        return given ? await this.#announce(given) : {};
      }),
      route(fleet.PullObject, ({ object_id }) => Promise.resolve(this.#object(object_id))),
      route(fleet.ConfirmMessageReceived, () => {
        if (this.#instruction) this.#instruction.objects = undefined;
        return Promise.resolve({});
      }),
      route(fleet.PushMessages, ({ messages_list: [message], message_object_trees: [tree] }) => {
        const envelope = envelopeFromProto(message);
        return Promise.resolve(this.#expect(envelope, new Set(postOrder(treeFromProto(tree)))));
      }),
      route(fleet.PushObject, async ({ object_id, object_content }, { signal }) => {
        return { stored: await this.#take(object_id, { content: object_content, signal }) };
      }),
    ];
  }

  async #announce(given: TaskIns) {
    let message: Message;
    try {
      message = instructionOf(given);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await this.#refuse(given, error);
      return {};
    }
    const objects = deflateMessage(message);
    const { messageId, tree } = objects;
    this.#instruction = { given, messageId, objects };
    const { metadata } = envelopeOf(message);
    return {
      messages_list: [envelopeToProto({ metadata: { ...metadata, messageId } })],
      message_object_trees: [treeToProto(tree)],
    };
  }

  /** The ServerApp must not wait for an answer to what nobody here understands. */
  async #refuse(given: TaskIns, { message }: Error): Promise<void> {
    const { clock, log } = this.options;
    log.error(`Cannot work on instruction ${given.task_id} of a SuperLink of Flower 1.14.0: ${message}`);
    const body = { code: ErrorCode.UNKNOWN, reason: message };
    await this.#push(taskResOf(given, { body, createdAt: clock.now() / 1_000 }));
  }

  #object(id: ObjectId) {
    const objects = this.#instruction?.objects;
    if (!objects?.ids.includes(id)) return { object_found: false };
    return { object_found: true, object_available: true, object_content: objects.contentOf(id) };
  }

  #expect(envelope: Envelope, missing: Set<ObjectId>) {
    const { replyToMessageId, messageId } = envelope.metadata;
    const instruction = this.#instruction;
    if (instruction?.messageId !== replyToMessageId) return {};
    this.#reply = { instruction, envelope, missing, contents: new Map() };
    return { results: { [messageId]: 0 }, objects_to_push: [...missing] };
  }

  /** Keeps an object of the reply; with the last one the whole goes to the SuperLink. Gives whether it was taken. */
  async #take(
    id: ObjectId,
    { content, signal }: { content: Uint8Array; signal: AbortSignal },
  ): Promise<boolean> {
    const reply = this.#reply;
    if (!reply) return false;
    // Memory of its own: the sender uses his for the next object.
    if (reply.missing.delete(id)) reply.contents.set(id, new Uint8Array(content));
    if (reply.missing.size > 0) return true;
    reply.result ??= resultOf(reply).finally(() => reply.contents.clear());
    return await this.#push(await reply.result, signal);
  }

  async #push(result: Init<TaskRes>, signal?: AbortSignal): Promise<boolean> {
    const node = result.task!.producer;
    const request = { node, task_res_list: [result] };
    const { results } = await this.options.superlink.call(legacyFleet.PushTaskRes, request, { signal });
    return Object.keys(results).some((key) => key !== NOT_TAKEN);
  }
}

async function resultOf({ instruction, envelope, contents }: Reply): Promise<Init<TaskRes>> {
  const { messageId, createdAt } = envelope.metadata;
  const contentOf = (id: ObjectId) => Promise.resolve(contents.get(id)!);
  const body = await inflateMessage(messageId, contentOf, { envelope }).catch(unusable);
  return taskResOf(instruction.given, { body, createdAt });
}

/** What the ServerApp is told of a reply whose objects do not fit together. */
function unusable(error: unknown): MessageError {
  if (!isUnreadable(error)) throw error;
  return { code: ErrorCode.UNKNOWN, reason: `The reply of the ClientApp cannot be used: ${error.message}` };
}

function isUnreadable(error: unknown): error is Error {
  return error instanceof ObjectFormatError || error instanceof TypeError || error instanceof RangeError;
}
