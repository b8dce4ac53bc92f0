import { ephemeralNodeKey, type NodeKey } from "../../core/auth/keys.ts";
import { nodeSigner } from "../../core/auth/node_signer.ts";
import { taskToken } from "../../core/auth/task_token.ts";
import { memoryContentFiles } from "../../core/io/memory_content_files.ts";
import type { AppEnd, AppOrder, AppProcess, ContentFiles, Launcher } from "../../core/io/ports.ts";
import type { Message } from "../../core/model/app_message.ts";
import type { UserConfig } from "../../core/model/user_config.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import type { Transport } from "../../core/rpc/transport.ts";
import { MemoryStore } from "../../core/store/memory_store.ts";
import { ObjectExchange } from "../../core/store/object_exchange.ts";
import { createSuperExec } from "../../core/superexec/superexec.ts";
import { createSuperNode, type SuperNode } from "../../core/supernode/supernode.ts";
import { deflateMessage } from "../../core/wire/deflate.ts";
import { inflateMessage } from "../../core/wire/inflate.ts";
import { envelopeFromProto, treeToProto } from "../../core/wire/message.ts";
import { clientAppIo } from "../../core/wire/methods.ts";
import { objectIdOf, parseHead } from "../../core/wire/object.ts";
import type { Context, PullTaskInputResponse } from "../../proto/mod.ts";
import { protoOf, replyTo } from "./federation.ts";
import type { FakeClock } from "./clock.ts";
import { FakeLog } from "./log.ts";
import { FakeRandom } from "./random.ts";

/** Plays a process: gets the order, gives how the process ended. */
export type Part = (order: AppOrder, signal: AbortSignal) => Promise<AppEnd>;

/** Starts no process: a part of the test is played instead. */
export class FakeLauncher implements Launcher {
  readonly orders: AppOrder[] = [];
  readonly #stopped = new AbortController();

  constructor(public part: Part) {}

  start(order: AppOrder): AppProcess {
    this.orders.push(order);
    const gone = new AbortController();
    const killed = Promise.withResolvers<AppEnd>();
    const signal = AbortSignal.any([gone.signal, this.#stopped.signal]);
    const die = () => killed.resolve({ kind: "exited", code: 143, signal: "SIGTERM", lastWords: "" });
    signal.addEventListener("abort", die);
    if (signal.aborted) die();
    const crashed = (error: unknown): AppEnd => ({ kind: "exited", code: 1, lastWords: String(error) });
    const played = this.part(order, signal).catch(crashed);
    return { ended: Promise.race([killed.promise, played]), stop: () => gone.abort() };
  }

  stop(): Promise<void> {
    this.#stopped.abort();
    return Promise.resolve();
  }
}

/** The AppIo side of one ClientApp process, step by step. */
export class TestClientApp {
  readonly client: RpcClient;
  input!: PullTaskInputResponse;

  constructor(transport: Transport, readonly token: string, readonly clock: FakeClock) {
    this.client = new RpcClient(transport, { credentials: [taskToken(token)] });
  }

  async begin(): Promise<PullTaskInputResponse> {
    return this.input = await this.client.call(clientAppIo.PullTaskInput, {});
  }

  get #node() {
    return { node_id: this.input.context!.node_id };
  }

  async receive(): Promise<Message> {
    const reply = await this.client.call(clientAppIo.PullMessages, {});
    const [proto] = reply.messages_list;
    const run_id = proto.metadata!.run_id;
    const pull = async (object_id: string) => {
      const request = { node: this.#node, run_id, object_id };
      return (await this.client.call(clientAppIo.PullObject, request)).object_content;
    };
    const root = reply.message_object_trees[0].object_id;
    const message = await inflateMessage(root, pull, { envelope: envelopeFromProto(proto) });
    await this.client.call(clientAppIo.ConfirmMessageReceived, {
      node: this.#node,
      run_id,
      message_object_id: root,
    });
    return message;
  }

  /** @param upTo how many objects to push; all unless told */
  async reply(message: Message, upTo = Infinity): Promise<void> {
    const deflated = deflateMessage(message);
    const { objects_to_push } = await this.client.call(clientAppIo.PushMessages, {
      messages_list: [protoOf(message, deflated)],
      message_object_trees: [treeToProto(deflated.tree)],
    });
    const run_id = message.metadata.runId;
    for (const object_id of deflated.ids.filter((id) => objects_to_push.includes(id)).slice(0, upTo)) {
      const request = { node: this.#node, run_id, object_id, object_content: deflated.contentOf(object_id) };
      await this.client.call(clientAppIo.PushObject, request);
    }
  }

  async finish(context?: Context): Promise<void> {
    await this.client.call(clientAppIo.PushTaskOutput, { sub_status: "completed", context });
  }

  /** The usual work of a ClientApp. */
  async work(text = "done"): Promise<AppEnd> {
    await this.begin();
    await this.reply(replyTo(await this.receive(), { text, clock: this.clock }));
    await this.finish(this.input.context!);
    return { kind: "ready" };
  }
}

/** What a {@link TestSuperNode} may be built on. */
export interface TestSuperNodeOptions {
  /** The way to the SuperLink's Fleet service. */
  readonly fleet: Transport;
  readonly clock: FakeClock;
  readonly files?: ContentFiles;
  readonly key?: NodeKey;
  readonly nodeConfig?: UserConfig;
  readonly seed?: number;
}

/** A whole SuperNode with its SuperExec in memory; its ClientApp processes are played. */
export class TestSuperNode {
  readonly log = new FakeLog();
  readonly store = new MemoryStore();
  readonly launcher: FakeLauncher;
  readonly supernode: SuperNode;
  readonly appIo: MemoryTransport;
  /** Ends when the node does; the SuperExec ends with it. */
  readonly over: Promise<void>;
  readonly #end = new AbortController();

  private constructor(options: TestSuperNodeOptions & { key: NodeKey; selfRegistered: boolean }) {
    const { clock, key, fleet } = options;
    const { log, store } = this;
    const random = new FakeRandom(options.seed ?? 7);
    const credentials = [nodeSigner(key, { clock })];
    const format = { idOf: objectIdOf, childrenOf: (content: Uint8Array) => parseHead(content).children };
    this.supernode = createSuperNode({
      fleet: new RpcClient(fleet, { credentials, retry: {}, clock, random, log }),
      farewell: new RpcClient(fleet, { credentials }),
      store,
      objects: new ObjectExchange({ store, files: options.files ?? memoryContentFiles(), format }),
      clock,
      random,
      log,
      publicKey: key.publicKey,
      selfRegistered: options.selfRegistered,
      nodeConfig: options.nodeConfig ?? new Map(),
    });
    this.appIo = new MemoryTransport(this.supernode.clientAppIo, { clock });
    this.launcher = new FakeLauncher(({ token }) => this.app(token, clock).work());
    const superexec = createSuperExec({
      appIo: new RpcClient(this.appIo),
      methods: clientAppIo,
      plugin: "clientapp",
      launcher: this.launcher,
      endpoint: { address: "127.0.0.1:9094" },
      clock,
      log,
      appRuntimeDefault: "python",
    });
    const executing = superexec.run(this.#end.signal);
    this.over = this.supernode.run(this.#end.signal).finally(async () => {
      this.#end.abort();
      await executing;
    });
    // Who awaits it sees the failure; until then it must not end the test run.
    this.over.catch(() => {});
  }

  /** A node that is on its way in. */
  static async start(options: TestSuperNodeOptions): Promise<TestSuperNode> {
    const key = options.key ?? await ephemeralNodeKey();
    return new TestSuperNode({ ...options, key, selfRegistered: options.key === undefined });
  }

  app(token: string, clock: FakeClock): TestClientApp {
    return new TestClientApp(this.appIo, token, clock);
  }

  /** The node's id; 0 before it was let in. */
  get nodeId(): bigint {
    const line = this.log.texts("info").find((text) => text.startsWith("SuperNode ID: "));
    return line === undefined ? 0n : BigInt(line.slice("SuperNode ID: ".length));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.over;
  }
}
