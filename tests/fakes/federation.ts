import { ephemeralNodeKey, type NodeKey } from "../../core/auth/keys.ts";
import { nodeSigner } from "../../core/auth/node_signer.ts";
import { taskToken } from "../../core/auth/task_token.ts";
import { memoryContentFiles } from "../../core/io/memory_content_files.ts";
import type { ContentFiles } from "../../core/io/ports.ts";
import { Message, MessageMetadata } from "../../core/model/app_message.ts";
import { SUPERLINK_NODE_ID } from "../../core/model/ids.ts";
import { ConfigRecord } from "../../core/model/record/config_record.ts";
import { RecordDict } from "../../core/model/record/record_dict.ts";
import type { Isolation } from "../../core/rules/restart.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import type { CallTarget } from "../../core/rpc/transport.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { MemoryStore } from "../../core/store/memory_store.ts";
import { ObjectExchange } from "../../core/store/object_exchange.ts";
import type { Store } from "../../core/store/store.ts";
import { createSuperLink, type SuperLink } from "../../core/superlink/superlink.ts";
import { type DeflatedMessage, deflateMessage } from "../../core/wire/deflate.ts";
import { buildFab, type BuiltFab } from "../../core/wire/fab/fab.ts";
import { inflateMessage } from "../../core/wire/inflate.ts";
import { envelopeFromProto, envelopeToProto, treeToProto } from "../../core/wire/message.ts";
import { control, fleet, serverAppIo } from "../../core/wire/methods.ts";
import { objectIdOf, parseHead } from "../../core/wire/object.ts";
import type { Message as MessageProto, ObjectTree } from "../../proto/mod.ts";
import { FakeClock, settled } from "./clock.ts";
import { FakeLog } from "./log.ts";
import { FakeRandom } from "./random.ts";

/** What a {@link TestFederation} may be built on. */
export interface TestFederationOptions {
  readonly store?: Store;
  readonly files?: ContentFiles;
  readonly clock?: FakeClock;
  readonly isolation?: Isolation;
  readonly supernodeAuth?: boolean;
  readonly allowKeyReuse?: boolean;
  readonly superexecSecret?: Uint8Array;
  readonly requireMac?: boolean;
  readonly legacyKey?: NodeKey;
  readonly simulation?: boolean;
  /** Another one after a restart, so that ids differ. */
  readonly seed?: number;
}

/** A whole SuperLink in memory, behind its real routers and guards, with scripted parties around it. */
export class TestFederation {
  readonly clock: FakeClock;
  readonly log = new FakeLog();
  readonly store: Store;
  readonly files: ContentFiles;
  readonly objects: ObjectExchange;
  readonly superlink: SuperLink;
  /** The command line. */
  readonly cli: RpcClient;
  /** A SuperExec. */
  readonly superexec: RpcClient;

  constructor(options: TestFederationOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.store = options.store ?? new MemoryStore();
    this.files = options.files ?? memoryContentFiles();
    const format = { idOf: objectIdOf, childrenOf: (content: Uint8Array) => parseHead(content).children };
    const { store, files, clock, log } = this;
    this.objects = new ObjectExchange({ store, files, format });
    this.superlink = createSuperLink({
      store,
      clock,
      log,
      objects: this.objects,
      random: new FakeRandom(options.seed),
      isolation: options.isolation ?? "subprocess",
      supernodeAuth: options.supernodeAuth ?? false,
      allowKeyReuse: options.allowKeyReuse,
      superexecSecret: options.superexecSecret,
      requireMac: options.requireMac,
      legacyKey: options.legacyKey,
      simulation: options.simulation,
    });
    this.cli = this.client(this.superlink.control);
    this.superexec = this.client(this.superlink.serverAppIo);
  }

  /** A SuperLink that is up. */
  static async start(options?: TestFederationOptions): Promise<TestFederation> {
    const federation = new TestFederation(options);
    await federation.superlink.recover();
    return federation;
  }

  client(target: CallTarget, credentials: ConstructorParameters<typeof RpcClient>[1] = {}): RpcClient {
    return new RpcClient(new MemoryTransport(target, { clock: this.clock }), credentials);
  }

  /** A node that has come. */
  async node(key?: NodeKey): Promise<TestNode> {
    const node = await this.newcomer(key);
    if (!key) await node.client.call(fleet.RegisterNode, { public_key: node.key.publicKey });
    await node.activate();
    return node;
  }

  /** A node that has not said anything yet. */
  async newcomer(key?: NodeKey): Promise<TestNode> {
    const nodeKey = key ?? await ephemeralNodeKey();
    const signer = nodeSigner(nodeKey, { clock: this.clock });
    return new TestNode(this.client(this.superlink.fleet, { credentials: [signer] }), nodeKey);
  }

  /** Starts a run of a small app; it waits for a SuperExec. */
  async startRun(fab: BuiltFab = testFab()): Promise<bigint> {
    const response = await this.cli.call(control.StartRun, { fab: { content: fab.content } });
    return BigInt(response.run_id!);
  }

  /** Claims the oldest waiting task and asks for its input: a running ServerApp. */
  async serverApp(): Promise<TestServerApp> {
    const app = await this.claimedApp();
    await app.client.call(serverAppIo.PullTaskInput, {});
    return app;
  }

  /** Claims the oldest waiting task. */
  async claimedApp(): Promise<TestServerApp> {
    const { tasks } = await this.superexec.call(serverAppIo.PullPendingTasks, {});
    const { token } = await this.superexec.call(serverAppIo.ClaimTask, { task_id: tasks[0].task_id });
    return this.appWith({ token: token!, runId: BigInt(tasks[0].run_id), taskId: BigInt(tasks[0].task_id) });
  }

  /** The app process that holds this token, perhaps from before a restart. */
  appWith({ token, runId, taskId }: { token: string; runId: bigint; taskId: bigint }): TestServerApp {
    const client = this.client(this.superlink.serverAppIo, { credentials: [taskToken(token)] });
    return new TestServerApp(client, { token, runId, taskId, clock: this.clock });
  }

  /** A running run with its ServerApp. */
  async runningApp(): Promise<TestServerApp> {
    await this.startRun();
    return await this.serverApp();
  }

  /** Waits until so many calls are held by the server. The clockwork of the SuperLink sleeps, too. */
  async held(calls: number): Promise<void> {
    await until(() => this.clock.sleeping === calls + 1);
  }

  /** What `flwr ls` would say of a run: `status`, `status:sub_status` or `status:sub_status:details`. */
  async status(runId: bigint): Promise<string> {
    const { run_dict } = await this.cli.call(control.ListRuns, { run_id: runId });
    const { status, sub_status, details } = run_dict[String(runId)].status!;
    return [status, sub_status, details].filter((word) => word !== "").join(":");
  }
}

/** A message as it was pulled, with its objects' tree. */
export interface Pulled {
  readonly proto: MessageProto;
  readonly tree: ObjectTree;
}

type ObjectMethods = Pick<typeof fleet, "PushObject" | "PullObject" | "ConfirmMessageReceived">;

/** What nodes and ServerApps do alike: objects go up and down. */
class TestPeer {
  constructor(readonly client: RpcClient, readonly methods: ObjectMethods) {}

  get nodeId(): bigint {
    return SUPERLINK_NODE_ID;
  }

  /** Pushes the objects asked for; gives the answers. */
  async upload(runId: bigint, deflated: DeflatedMessage, ids: readonly string[]): Promise<boolean[]> {
    const stored: boolean[] = [];
    for (const id of deflated.ids.filter((id) => ids.includes(id))) {
      stored.push(await this.pushObject(runId, id, deflated.contentOf(id)));
    }
    return stored;
  }

  async pushObject(runId: bigint, id: string, content: Uint8Array): Promise<boolean> {
    const node = { node_id: this.nodeId };
    const request = { node, run_id: runId, object_id: id, object_content: content };
    return (await this.client.call(this.methods.PushObject, request)).stored;
  }

  /** What can be seen of an object: `unknown`, `announced` or its bytes. */
  async pullObject(runId: bigint, id: string): Promise<"unknown" | "announced" | Uint8Array> {
    const request = { node: { node_id: this.nodeId }, run_id: runId, object_id: id };
    const reply = await this.client.call(this.methods.PullObject, request);
    if (reply.object_available) return new Uint8Array(reply.object_content);
    return reply.object_found ? "announced" : "unknown";
  }

  /** Pulls every object of a message, confirms it, and reads it. */
  async receive({ proto, tree }: Pulled, runId = BigInt(proto.metadata!.run_id)): Promise<Message> {
    const message = await inflateMessage(tree.object_id, async (id) => {
      const content = await this.pullObject(runId, id);
      if (typeof content === "string") throw new Error(`object ${id} is ${content}`);
      return content;
    }, { envelope: envelopeFromProto(proto) });
    await this.confirm(runId, tree.object_id);
    return message;
  }

  async confirm(runId: bigint, messageId: string): Promise<void> {
    const request = { node: { node_id: this.nodeId }, run_id: runId, message_object_id: messageId };
    await this.client.call(this.methods.ConfirmMessageReceived, request);
  }
}

/** A scripted SuperNode. */
export class TestNode extends TestPeer {
  #nodeId = 0n;

  constructor(client: RpcClient, readonly key: NodeKey) {
    super(client, fleet);
  }

  override get nodeId(): bigint {
    return this.#nodeId;
  }

  async activate(heartbeat_interval = 30): Promise<void> {
    const request = { public_key: this.key.publicKey, heartbeat_interval };
    this.#nodeId = BigInt((await this.client.call(fleet.ActivateNode, request)).node_id);
  }

  async heartbeat(heartbeat_interval = 30): Promise<boolean> {
    const request = { node: { node_id: this.nodeId }, heartbeat_interval };
    return (await this.client.call(fleet.SendNodeHeartbeat, request)).success;
  }

  /** Asks for a message; held until there is one. With `ours` as a node of ours does, without as an official one. */
  async pull(holdMs?: number, { ours = false } = {}): Promise<Pulled | undefined> {
    const metadata = new Metadata([
      ...holdMs === undefined ? [] : [["corolla-hold-ms", String(holdMs)] as const],
      ...ours ? [["corolla-peer", "1"] as const] : [],
    ]);
    const reply = await this.client.call(fleet.PullMessages, { node: { node_id: this.nodeId } }, {
      metadata,
    });
    const [proto] = reply.messages_list;
    return proto && { proto, tree: reply.message_object_trees[0] };
  }

  /** Announces a reply. */
  async announce(deflated: DeflatedMessage, reply: Message, runtimes: number[] = []) {
    const response = await this.client.call(fleet.PushMessages, {
      node: { node_id: this.nodeId },
      messages_list: [protoOf(reply, deflated)],
      message_object_trees: [treeToProto(deflated.tree)],
      clientapp_runtime_list: runtimes,
    });
    return { result: Object.keys(response.results)[0], objectsToPush: response.objects_to_push };
  }

  /** Announces a reply and uploads what is asked for; gives the id under which it is stored, or `None`. */
  async reply(reply: Message, runtimes?: number[]): Promise<string> {
    const deflated = deflateMessage(reply);
    const { result, objectsToPush } = await this.announce(deflated, reply, runtimes);
    await this.upload(reply.metadata.runId, deflated, objectsToPush);
    return result;
  }
}

/** A scripted ServerApp. */
export class TestServerApp extends TestPeer {
  readonly runId: bigint;
  readonly taskId: bigint;
  readonly token: string;
  readonly #clock: FakeClock;

  constructor(
    client: RpcClient,
    about: { token: string; runId: bigint; taskId: bigint; clock: FakeClock },
  ) {
    super(client, serverAppIo);
    this.runId = about.runId;
    this.taskId = about.taskId;
    this.token = about.token;
    this.#clock = about.clock;
  }

  /** An instruction for a node, with a small content. */
  instruction(dstNodeId: bigint, { ttl = 3_600, text = "hello", messageType = "train" } = {}): Message {
    const metadata = new MessageMetadata({
      runId: this.runId,
      messageId: "",
      srcNodeId: SUPERLINK_NODE_ID,
      dstNodeId,
      replyToMessageId: "",
      groupId: "1",
      ttl,
      messageType,
      createdAt: this.#clock.now() / 1_000,
    });
    return new Message(contentOf(text), metadata);
  }

  /** Announces messages. */
  async announce(messages: readonly Message[]) {
    const deflated = messages.map((message) => deflateMessage(message));
    const response = await this.client.call(serverAppIo.PushMessages, {
      messages_list: messages.map((message, index) => protoOf(message, deflated[index])),
      message_object_trees: deflated.map(({ tree }) => treeToProto(tree)),
    });
    return { deflated, ids: response.message_ids, objectsToPush: response.objects_to_push };
  }

  /** Announces messages and uploads what is asked for; gives their ids, empty for those refused. */
  async send(...messages: Message[]): Promise<string[]> {
    const { deflated, ids, objectsToPush } = await this.announce(messages);
    const missing = new Set(objectsToPush);
    for (const message of deflated) {
      await this.upload(this.runId, message, [...missing]);
      for (const id of message.ids) missing.delete(id);
    }
    return ids;
  }

  /** Asks for replies. With `holdMs` as one of ours does, without as an official app does. */
  async pull(ids: readonly string[], { holdMs }: { holdMs?: number } = {}): Promise<Pulled[]> {
    const metadata = new Metadata(holdMs === undefined ? [] : [["corolla-hold-ms", String(holdMs)]]);
    const reply = await this.client.call(serverAppIo.PullMessages, { message_ids: [...ids] }, { metadata });
    return reply.messages_list.map((proto, index) => ({ proto, tree: reply.message_object_trees[index] }));
  }

  /** Ends the task. */
  async finish(sub_status = "completed", details = ""): Promise<void> {
    await this.client.call(serverAppIo.PushTaskOutput, { sub_status, details });
  }

  async heartbeat(): Promise<boolean> {
    return (await this.client.call(serverAppIo.SendTaskHeartbeat, {})).success;
  }
}

/** A small content that says something. */
export function contentOf(text: string): RecordDict {
  return new RecordDict({ config: new ConfigRecord({ text }) });
}

/** The reply to a message, made at an instant of the test's clock. */
export function replyTo(
  message: Message,
  { text = "done", clock }: { text?: string; clock: FakeClock },
): Message {
  return message.reply(contentOf(text), { createdAt: clock.now() / 1_000 });
}

/** A message as its sender announces it. */
export function protoOf(message: Message, { messageId }: DeflatedMessage) {
  const metadata = { ...message.metadata, messageType: message.metadata.messageType, messageId };
  return envelopeToProto(message.hasError() ? { metadata, error: message.error } : { metadata });
}

/** The archive of an app that has two settings. */
export function testFab({ serverapp = "./server.ts:app", lines = "" } = {}): BuiltFab {
  const project = `
[project]
name = "quickstart"
version = "1.0.0"

[tool.flwr.app]
publisher = "corolla"

[tool.flwr.app.components]
serverapp = "${serverapp}"
clientapp = "./client.ts:app"

[tool.flwr.app.config]
rounds = 3
rate = 0.5
${lines}
`;
  const encoder = new TextEncoder();
  return buildFab(
    new Map([
      ["pyproject.toml", encoder.encode(project)],
      ["server.ts", encoder.encode("export const app = 1;\n")],
      ["client.ts", encoder.encode("export const app = 2;\n")],
    ]),
  );
}

/** Waits, without time passing, until something has come about. @throws {Error} when it never does */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000; turn++) {
    if (holds()) return;
    await settled();
  }
  throw new Error("Cannot go on as what is waited for never comes about");
}

/** The status and details with which a call is refused. @throws {Error} when it is not */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return error.message;
    throw error;
  }
  throw new Error("Cannot find a refusal: the call was answered");
}
