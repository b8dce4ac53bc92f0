import type { Init, SimulationConfig } from "../../proto/mod.ts";
import type { AppIoMethods } from "../../core/app/rpc_link.ts";
import type { ContextData } from "../../core/model/context.ts";
import { envelopeOf, type Message } from "../../core/model/app_message.ts";
import type { MessageId, ObjectId } from "../../core/model/ids.ts";
import type { Envelope } from "../../core/model/message.ts";
import type { UserConfig } from "../../core/model/user_config.ts";
import { type ObjectTree, postOrder } from "../../core/model/object_tree.ts";
import { Wakeups } from "../../core/rpc/hold.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import { type Guard, route, Router } from "../../core/rpc/router.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { configToProto } from "../../core/wire/config.ts";
import { contextFromProto, contextToProto } from "../../core/wire/context.ts";
import { deflateMessage } from "../../core/wire/deflate.ts";
import { inflateMessage } from "../../core/wire/inflate.ts";
import { envelopeFromProto, envelopeToProto, treeFromProto, treeToProto } from "../../core/wire/message.ts";
import { objectIdOf } from "../../core/wire/object.ts";
import type { FakeClock } from "./clock.ts";
import { FakeLog } from "./log.ts";

/** A node as the scripted service plays it: its answer, or nothing for one that stays silent. */
export type ScriptedNode = (instruction: Message) => Message | undefined | Promise<Message | undefined>;

/** What the service is told to play. */
export interface FakeAppIoOptions {
  readonly methods: AppIoMethods;
  readonly clock: FakeClock;
  readonly context: ContextData;
  /** What the run sets beside the app's own settings. */
  readonly overrides?: UserConfig;
  /** How the run's federation is simulated, for a task that does so. */
  readonly simulation?: Init<SimulationConfig>;
  /** The archive of the app; empty unless told. */
  readonly fab?: Uint8Array;
  /** For a ServerApp: the nodes that are online. */
  readonly nodes?: ReadonlyMap<bigint, ScriptedNode>;
  /** For a ClientApp: the message it is to answer. */
  readonly instruction?: Message;
}

interface Travelling {
  readonly envelope: Envelope;
  readonly tree: ObjectTree;
}

/** The token that the service knows. */
export const FAKE_TOKEN = "f".repeat(256);

/** An AppIo service with one task, behind a real router. What the task's process told it can be looked at. */
export class FakeAppIo {
  readonly transport: MemoryTransport;
  /** What answers; to be put behind another door than {@link transport}. */
  readonly router: Router<null>;
  readonly log = new FakeLog();
  /** The names of the calls, in order, heartbeats left out. */
  readonly calls: string[] = [];
  /** All log text that was pushed. */
  logText = "";
  heartbeats = 0;
  /** What ended the task. */
  output?: { subStatus: string; details: string; context?: ContextData; clientAppRuntimeS?: number };
  /** Complete messages that were pushed, in order. */
  readonly pushed: Message[] = [];
  readonly objects = new Map<ObjectId, Uint8Array>();
  readonly #options: FakeAppIoOptions;
  readonly #wakeups = new Wakeups();
  readonly #announced = new Map<MessageId, Travelling>();
  readonly #replies = new Map<MessageId, Travelling>();
  #stopped = false;

  constructor(options: FakeAppIoOptions) {
    this.#options = options;
    const guard: Guard<null> = {
      admit: ({ metadata, method }) => {
        if (method.name !== "SendTaskHeartbeat") this.calls.push(method.name);
        if (!this.#stopped && metadata.text("flwr-task-token") === FAKE_TOKEN) return Promise.resolve(null);
        return Promise.reject(new RpcError("UNAUTHENTICATED", "Authentication failed."));
      },
    };
    this.router = new Router({ routes: this.#routes(), guard, log: this.log });
    this.transport = new MemoryTransport(this.router, { clock: options.clock });
  }

  /** Ends the run from outside: the token counts no more. */
  stop(): void {
    this.#stopped = true;
    this.#wakeups.notify("replies");
  }

  /** Gives the same task once more. */
  again(): void {
    this.#stopped = false;
    this.output = undefined;
  }

  #routes() {
    const { methods, context } = this.#options;
    return [
      route(methods.PullTaskInput, () =>
        Promise.resolve({
          context: contextToProto(context),
          run: {
            run_id: context.runId,
            override_config: configToProto(this.#options.overrides ?? new Map()),
          },
          fab: { hash_str: "hash", content: this.#options.fab ?? new Uint8Array(), verifications: {} },
          federation_config: this.#options.simulation,
        })),
      route(methods.SendTaskHeartbeat, () => {
        this.heartbeats++;
        return Promise.resolve({ success: true });
      }),
      route(methods.GetNodes, () => {
        const ids = [...this.#options.nodes?.keys() ?? []];
        return Promise.resolve({ nodes: ids.map((id) => ({ node_id: id })) });
      }),
      route(methods.PushMessages, async (request) => {
        const messages = request.messages_list.map((message, i) => ({
          envelope: envelopeFromProto(message),
          tree: treeFromProto(request.message_object_trees[i]),
        }));
        for (const message of messages) this.#announced.set(message.tree.objectId, message);
        const wanted = messages.flatMap(({ tree }) => postOrder(tree)).filter((id) => !this.objects.has(id));
        await this.#deliver();
        return {
          message_ids: messages.map(({ tree }) => tree.objectId),
          objects_to_push: [...new Set(wanted)],
        };
      }),
      route(methods.PushObject, async ({ object_id, object_content }) => {
        if (objectIdOf(object_content) !== object_id) return { stored: false };
        this.objects.set(object_id, new Uint8Array(object_content));
        await this.#deliver();
        return { stored: true };
      }),
      route(methods.PullMessages, async ({ message_ids }, { signal }) => {
        const instruction = this.#options.instruction;
        if (instruction) return this.#listed([this.#store(instruction)]);
        const there = () => message_ids.filter((id) => this.#replies.has(id));
        const { clock } = this.#options;
        while (there().length === 0 && !this.#stopped && !signal.aborted) {
          await this.#wakeups.wait(["replies"], { ms: 10_000, clock, signal });
        }
        if (this.#stopped) throw new RpcError("UNAUTHENTICATED", "Authentication failed.");
        const found = there().map((id) => this.#replies.get(id)!);
        for (const id of there()) this.#replies.delete(id);
        return this.#listed(found);
      }),
      route(methods.PullObject, ({ object_id }) => {
        const content = this.objects.get(object_id);
        return Promise.resolve({
          object_found: content !== undefined,
          object_available: content !== undefined,
          object_content: content ?? new Uint8Array(),
        });
      }),
      route(methods.ConfirmMessageReceived, () => Promise.resolve({})),
      route(methods.PushLogs, ({ logs }) => {
        this.logText += logs.join("");
        return Promise.resolve({});
      }),
      route(methods.PushTaskOutput, ({ sub_status, details, context, clientapp_runtime }) => {
        this.output = {
          subStatus: sub_status,
          details,
          context: context ? contextFromProto(context) : undefined,
          ...clientapp_runtime === undefined ? {} : { clientAppRuntimeS: clientapp_runtime },
        };
        this.#stopped = true;
        return Promise.resolve({});
      }),
    ];
  }

  /** Hands messages over whose objects have all come. */
  async #deliver(): Promise<void> {
    for (const [id, { envelope, tree }] of this.#announced) {
      if (!postOrder(tree).every((object) => this.objects.has(object))) continue;
      this.#announced.delete(id);
      const get = (object: ObjectId) => Promise.resolve(this.objects.get(object)!);
      const message = await inflateMessage(tree.objectId, get, { envelope });
      this.pushed.push(message);
      const reply = await this.#options.nodes?.get(message.metadata.dstNodeId)?.(message);
      if (!reply) continue;
      this.#replies.set(id, this.#store(reply));
      this.#wakeups.notify("replies");
    }
  }

  #store(message: Message): Travelling {
    const parts = deflateMessage(message);
    for (const id of parts.ids) this.objects.set(id, parts.contentOf(id));
    const { metadata, ...rest } = envelopeOf(message);
    return { envelope: { metadata: { ...metadata, messageId: parts.messageId }, ...rest }, tree: parts.tree };
  }

  #listed(messages: readonly Travelling[]) {
    return {
      messages_list: messages.map(({ envelope }) => envelopeToProto(envelope)),
      message_object_trees: messages.map(({ tree }) => treeToProto(tree)),
    };
  }
}
