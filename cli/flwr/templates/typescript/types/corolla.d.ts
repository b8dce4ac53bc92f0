/**
 * The types of "corolla", for editors and `deno check`, without a network. Programs do not read this file: corolla
 * brings the real module along when it runs an app.
 *
 * @module
 */

/**
 * The part of an app that runs on each node, beside the data. It registers a handler for each kind of message it
 * answers:
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClientApp, Context, Message, MetricRecord, RecordDict } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train((message, context) => {
 *     const epochs = context.runConfig.int("local-epochs");
 *     return message.reply(new RecordDict({ metrics: new MetricRecord({ epochs, "num-examples": 10 }) }));
 *   });
 *
 * // A test of the app: what a SuperNode would hand it.
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map(), runConfig: new Map([["local-epochs", 2n]]) },
 * });
 * const reply = await app.handle(instruction, context);
 * assertEquals(reply.content.metrics("metrics").getInt("epochs"), 2);
 * ```
 */
export declare class ClientApp {
  #private;
  /**
   * An app that answers nothing yet.
   * @param options.mods wrap every handler, outermost first
   */
  constructor({ mods }?: HandlerOptions);
  /**
   * Answers messages of type `train`, with an action's name those of type `train.<action>`.
   * @throws {TypeError} when the handler is no function
   * @throws {RangeError} when the action is no identifier, or has a handler already
   */
  train(...registration: Registration): this;
  /** Answers messages of type `train.<action>`. */
  train(action: string, ...registration: Registration): this;
  /**
   * Answers messages of type `evaluate`, with an action's name those of type `evaluate.<action>`.
   * @throws {TypeError} when the handler is no function
   * @throws {RangeError} when the action is no identifier, or has a handler already
   */
  evaluate(...registration: Registration): this;
  /** Answers messages of type `evaluate.<action>`. */
  evaluate(action: string, ...registration: Registration): this;
  /**
   * Answers messages of type `query`, with an action's name those of type `query.<action>`.
   * @throws {TypeError} when the handler is no function
   * @throws {RangeError} when the action is no identifier, or has a handler already
   */
  query(...registration: Registration): this;
  /** Answers messages of type `query.<action>`. */
  query(action: string, ...registration: Registration): this;
  /** Sets what surrounds the handling of each message. Setting it again replaces it. */
  lifespan(lifespan: LifespanLike<Context>): this;
  /**
   * Handles one message. The program that runs the app calls this.
   * @throws {RangeError} when no handler is registered for its type
   * @throws {TypeError} when the handler gives back something that is no reply
   * @throws whatever the handler throws
   */
  handle(message: Message, context: Context): Promise<Message>;
}

/**
 * Answers one message. The result is made by `message.reply(…)` or `message.replyError(…)`.
 *
 * @example
 * ```ts
 * import { ClientApp, type ClientHandler } from "corolla";
 *
 * const echo: ClientHandler = (message) => message.reply(message.content);
 * export const app = new ClientApp().train(echo).query("echo", echo);
 * ```
 */
export type ClientHandler = (message: Message, context: Context) => Message | Promise<Message>;

/**
 * What a handler is registered with.
 *
 * @example
 * ```ts
 * import { arraysSizeMod, ClientApp, type HandlerOptions } from "corolla";
 *
 * const withSizes: HandlerOptions = { mods: [arraysSizeMod] };
 * export const app = new ClientApp()
 *   .train(withSizes, (message) => message.reply(message.content));
 * ```
 */
export interface HandlerOptions {
  /** Outermost first; they stand inside the app's own. */
  readonly mods?: readonly Mod[];
}

/**
 * Wraps the handling of a message: may change what goes in and what comes out, or answer by itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClientApp, Context, Message, MetricRecord, type Mod, RecordDict } from "corolla";
 *
 * // Adds to each reply how many records came.
 * const counting: Mod = async (message, context, next) => {
 *   const reply = await next(message, context);
 *   reply.content.set("seen", new MetricRecord({ records: message.content.size }));
 *   return reply;
 * };
 * export const app = new ClientApp({ mods: [counting] }).query((message) => message.reply(new RecordDict()));
 *
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map(), runConfig: new Map() },
 * });
 * const question = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "query" });
 * const reply = await app.handle(question, context);
 * assertEquals(reply.content.metrics("seen").getInt("records"), 0);
 * ```
 */
export type Mod = (message: Message, context: Context, next: Next) => Message | Promise<Message>;

/**
 * Calls what lies inside of a mod: the next mod, at last the handler.
 *
 * @example
 * ```ts
 * import { ClientApp, type Message, type Mod, type Next } from "corolla";
 *
 * // Calls what lies inside up to three times.
 * async function insist(call: () => ReturnType<Next>): Promise<Message> {
 *   const reply = await call();
 *   return reply.hasContent() ? reply : await call();
 * }
 * const twice: Mod = (message, context, next) => insist(() => next(message, context));
 * export const app = new ClientApp({ mods: [twice] });
 * ```
 */
export type Next = (message: Message, context: Context) => Promise<Message>;

/**
 * What a handler is registered with: itself, after its options where it has any.
 *
 * @example
 * ```ts
 * import { ClientApp, fixedclippingMod, type Registration } from "corolla";
 *
 * const training: Registration = [{ mods: [fixedclippingMod] }, (message) => message.reply(message.content)];
 * export const app = new ClientApp().train(...training);
 * ```
 */
export type Registration = [handler: ClientHandler] | [options: HandlerOptions, handler: ClientHandler];

/**
 * The part of an app that runs once a run, beside the SuperLink, and leads it:
 *
 * @example
 * ```ts
 * import { FedAvg, ArrayRecord, NDArray, ServerApp } from "corolla";
 *
 * export const app = new ServerApp()
 *   .main(async (grid, context) => {
 *     const model = ArrayRecord.from({ weights: NDArray.zeros([784, 10], "float32") });
 *     const numRounds = context.runConfig.int("num-server-rounds");
 *     const result = await new FedAvg().start(grid, model, { numRounds });
 *     console.log(String(result));
 *   });
 * ```
 */
export declare class ServerApp {
  #private;
  /** Sets what the app does. Setting it again replaces it. */
  main(main: ServerMain): this;
  /** Sets what surrounds the run. Setting it again replaces it. */
  lifespan(lifespan: LifespanLike<Context>): this;
  /**
   * Runs the app. The program that runs it calls this.
   * @throws {TypeError} when there is no main
   * @throws whatever main throws
   */
  run(grid: Grid, context: Context): Promise<void>;
}

/**
 * The whole work of a run.
 *
 * @example
 * ```ts
 * import { ServerApp, type ServerMain } from "corolla";
 *
 * const countNodes: ServerMain = async (grid) => {
 *   const nodeIds = await grid.getNodeIds();
 *   console.log(`There are ${nodeIds.length} nodes`);
 * };
 * export const app = new ServerApp().main(countNodes);
 * ```
 */
export type ServerMain = (grid: Grid, context: Context) => void | Promise<void>;

/**
 * What surrounds an app's work: `enter` before, `exit` after, also when the work failed.
 *
 * @example
 * ```ts
 * import { ClientApp, type Context, type Lifespan } from "corolla";
 *
 * const timed: Lifespan<Context> = {
 *   enter: () => console.time("message"),
 *   exit: () => console.timeEnd("message"),
 * };
 * export const app = new ClientApp().lifespan(timed);
 * ```
 */
export interface Lifespan<Context> {
  /** Called before the work. What it throws ends the work before it began. */
  enter?(context: Context): void | Promise<void>;
  /** Called after the work, also when the work failed. */
  exit?(context: Context): void | Promise<void>;
}

/**
 * A lifespan as one generator: the app works while it waits at its only `yield`.
 *
 * @example
 * ```ts
 * import { type Context, type LifespanGenerator, ServerApp } from "corolla";
 *
 * const announced: LifespanGenerator<Context> = function* ({ runId }) {
 *   console.log(`Run ${runId} begins`);
 *   try {
 *     yield;
 *   } finally {
 *     console.log(`Run ${runId} is over`);
 *   }
 * };
 * export const app = new ServerApp().lifespan(announced).main(() => {});
 * ```
 */
export type LifespanGenerator<Context> = (context: Context) => AsyncGenerator<void> | Generator<void>;

/**
 * Any form a lifespan may be given in.
 *
 * @example
 * ```ts
 * import { ClientApp, type Context, type LifespanLike } from "corolla";
 *
 * const both: LifespanLike<Context>[] = [{ exit: () => console.log("done") }, function* () {
 *   yield;
 * }];
 * export const apps = both.map((lifespan) => new ClientApp().lifespan(lifespan));
 * ```
 */
export type LifespanLike<Context> = Lifespan<Context> | LifespanGenerator<Context>;

/**
 * A run's or node's configuration: dotted names and their values.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { AppConfig } from "corolla";
 *
 * // In an app it is `context.runConfig` or `context.nodeConfig`.
 * const config = new AppConfig(new Map<string, bigint | number>([["local-epochs", 3n], ["lr", 0.1]]));
 * assertEquals(config.int("local-epochs"), 3);
 * assertEquals(config.float("lr"), 0.1);
 * assertThrows(() => config.string("data-dir"), TypeError, "not set; there are local-epochs, lr");
 * ```
 */
export declare class AppConfig {
  #private;
  /** A configuration as the SuperLink or the node gave it. */
  constructor(config: UserConfig);
  /** The names, in the order they were written where that is known. */
  keys(): IterableIterator<string>;
  /** Whether there is a value of this name. */
  has(key: string): boolean;
  /** The value of this name, whatever its kind. */
  get(key: string): ConfigSetting | undefined;
  /** An integer. @throws {TypeError} when there is none of this name, or it is too large for a number */
  int(key: string): number;
  /** A number, written with or without a point. @throws {TypeError} when there is none of this name */
  float(key: string): number;
  /** A text. @throws {TypeError} when there is none of this name */
  string(key: string): string;
  /** A truth value. @throws {TypeError} when there is none of this name */
  bool(key: string): boolean;
  /** Names and values. */
  [Symbol.iterator](): IterableIterator<[string, ConfigSetting]>;
}

/**
 * What a configuration's value reads as: integers are numbers where that is exact, else bigints.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AppConfig, type ConfigSetting } from "corolla";
 *
 * const config = new AppConfig(new Map<string, ConfigSetting & (bigint | string)>([["epochs", 3n], ["name", "a"]]));
 * const settings: [string, ConfigSetting][] = [...config];
 * assertEquals(settings, [["epochs", 3], ["name", "a"]]);
 * ```
 */
export type ConfigSetting = boolean | number | bigint | string | Uint8Array;

/**
 * What an app knows beside its message: where it runs, how it is configured, what it left behind last time.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClientApp, Context, Message, MetricRecord, RecordDict } from "corolla";
 *
 * // Counts its calls: the state is there again in the next message.
 * const app = new ClientApp().query((message, { state }) => {
 *   const before = state.has("calls") ? state.metrics("calls").getInt("count") : 0;
 *   state.set("calls", new MetricRecord({ count: before + 1 }));
 *   return message.reply(new RecordDict());
 * });
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map([["partition-id", 0n]]), runConfig: new Map() },
 * });
 * const question = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "query" });
 * await app.handle(question, context);
 * await app.handle(question, context);
 * assertEquals(context.state.metrics("calls").getInt("count"), 2);
 * assertEquals(context.nodeConfig.int("partition-id"), 0);
 * ```
 */
export declare class Context {
  #private;
  /** The run that the message belongs to. */
  readonly runId: RunId;
  /** The node's own id; 1 for a ServerApp. */
  readonly nodeId: NodeId;
  /** Runs of one series share their state. */
  readonly seriesId: SeriesId;
  /** What the node's operator set with `--node-config`; empty for a ServerApp. */
  readonly nodeConfig: AppConfig;
  /** `[tool.flwr.app.config]` of the app with what `flwr run --run-config` overrode. */
  readonly runConfig: AppConfig;
  /**
   * For a ServerApp: absolute path of a folder of this run's own, in which it may write. It stays after the run.
   * Empty for a ClientApp.
   */
  readonly runFolder: string;
  /**
   * What the program that runs an app makes for it; in tests, what you make.
   * @param data as the AppIo service gave it
   * @param options what the program that runs the app lends to it
   */
  constructor(data: ContextData, { runFolder, host }?: {
    runFolder?: string;
    host?: AppHost;
  });
  /** What the program that runs the app lends to it: time, randomness, a log. @throws {Error} when it lends nothing */
  get host(): AppHost;
  /** What a ClientApp writes here it finds again in the next message of the run series on this node. */
  get state(): RecordDict;
  /** @throws {TypeError} when it is no RecordDict */
  set state(state: RecordDict);
}

/**
 * A ServerApp's way to the nodes of its run.
 *
 * Every method throws an `RpcError` when the SuperLink refuses the call, with UNAUTHENTICATED once the run is over.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, type ClientApp, Context, FedAvg, type Message, MetricRecord, RecordDict } from "corolla";
 *
 * // A grid for tests: its nodes run an app in this very process.
 * class NodesHere implements corolla.Grid {
 *   readonly host: corolla.AppHost = {
 *     clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
 *     random: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
 *     log: console,
 *   };
 *   constructor(readonly app: ClientApp, readonly nodeIds: bigint[]) {}
 *   getNodeIds() {
 *     return Promise.resolve([...this.nodeIds]);
 *   }
 *   async *sendAndStream(messages: Iterable<Message>) {
 *     for (const message of messages) {
 *       const nodeId = message.metadata.dstNodeId;
 *       const data = { runId: 1n, nodeId, seriesId: 1n, nodeConfig: new Map(), runConfig: new Map() };
 *       yield await this.app.handle(message, new Context({ ...data, state: new RecordDict() }, { host: this.host }));
 *     }
 *   }
 *   async sendAndReceive(messages: Iterable<Message>) {
 *     return await Array.fromAsync(this.sendAndStream(messages));
 *   }
 *   pushMessages = () => Promise.reject(new Error("not here"));
 *   pullMessages = () => Promise.reject(new Error("not here"));
 * }
 *
 * // Each node adds its own id to the one weight there is.
 * const app = new corolla.ClientApp().train((message, { nodeId }) => {
 *   const [weight] = message.content.arrays("arrays").toArrays()[0].toNumbers();
 *   const arrays = ArrayRecord.from({ w: new corolla.NDArray(Float64Array.of(weight + Number(nodeId))) });
 *   return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
 * });
 * const model = ArrayRecord.from({ w: corolla.NDArray.zeros([1], "float64") });
 * const strategy = new FedAvg({ fractionEvaluate: 0 });
 * const { arrays } = await strategy.start(new NodesHere(app, [2n, 4n]), model, { numRounds: 3 });
 * assertEquals([...arrays.toArrays()[0].toNumbers()], [9]);
 * ```
 */
export interface Grid {
  /** What the process lends to strategies and apps: time, randomness, the run's log. */
  readonly host: AppHost;
  /** The nodes that are online now and belong to the run's federation, in no order. */
  getNodeIds(): Promise<NodeId[]>;
  /**
   * Sends instructions.
   * @returns for each one, in order, the id by which its reply is asked for; null for one that was refused, for
   * instance because its node is unknown
   */
  pushMessages(messages: Iterable<Message>): Promise<(MessageId | null)[]>;
  /**
   * The replies that are there, each once. A reply that can come no more is replaced by an error: its node is gone
   * (5), it expired (4), or it is unknown, perhaps because it was pulled before (3).
   */
  pullMessages(ids: Iterable<MessageId>): Promise<Message[]>;
  /**
   * Sends instructions and waits for their replies, which come in the order in which they arrived. Those that are
   * late or refused are absent.
   */
  sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]>;
  /** Like {@link sendAndReceive}, and gives each reply as it arrives. */
  sendAndStream(messages: Iterable<Message>, options?: ReplyOptions): AsyncIterable<Message>;
}

/**
 * How long to wait for replies.
 *
 * @example
 * ```ts
 * import { type Grid, Message, RecordDict, type ReplyOptions } from "corolla";
 *
 * // Asks all nodes; who has not answered after ten seconds is left out.
 * export async function askAll(grid: Grid): Promise<Message[]> {
 *   const patience: ReplyOptions = { timeout: 10, signal: AbortSignal.timeout(60_000) };
 *   const nodeIds = await grid.getNodeIds();
 *   const questions = nodeIds.map((dstNodeId) => new Message(new RecordDict(), { dstNodeId, messageType: "query" }));
 *   return await grid.sendAndReceive(questions, patience);
 * }
 * ```
 */
export interface ReplyOptions {
  /** Seconds; without it, as long as it takes. */
  readonly timeout?: number;
  /** Ends the waiting at once; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What the process that runs an app lends to it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { AppHost } from "corolla";
 *
 * // What a test lends to an app in the place of a SuperNode.
 * const lines: string[] = [];
 * const say = (text: string) => void lines.push(text);
 * const host: AppHost = {
 *   clock: { now: () => 0, sleep: () => Promise.resolve() },
 *   random: { bytes: (count) => new Uint8Array(count) },
 *   log: { debug: say, info: say, warn: say, error: say },
 * };
 * host.log.info("ready");
 * assertEquals(lines, ["ready"]);
 * ```
 */
export interface AppHost {
  /** The time. */
  readonly clock: Clock;
  /** Unpredictable bytes; in a simulation with a seed, the same ones in each run. */
  readonly random: Random;
  /** Goes to the run's log, where `flwr log` shows it. */
  readonly log: Log;
  /** A ServerApp's files; absent where there are none to be had. */
  readonly files?: RunFiles;
  /** Which run a ServerApp leads. */
  readonly run?: {
    readonly id: RunId;
    readonly app?: string;
  };
  /** Told when so many bytes are not used any more, so that the collector comes in time. */
  spent?(bytes: number): void;
}

/**
 * Time. Nothing below `core/io` reads a clock of its own, so tests decide what time it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Clock } from "corolla";
 *
 * // A clock that a test moves.
 * let time = 0;
 * const clock: Clock = { now: () => time, sleep: (ms) => Promise.resolve(void (time += ms)) };
 * await clock.sleep(500);
 * assertEquals(clock.now(), 500);
 * ```
 */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Where a role says what it does. One line a call, without secrets.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Log } from "corolla";
 *
 * const lines: string[] = [];
 * const say = (text: string) => void lines.push(text);
 * const log: Log = { debug: () => {}, info: say, warn: say, error: say };
 * log.info("12 nodes answered");
 * log.debug("which nobody has to know");
 * assertEquals(lines, ["12 nodes answered"]);
 * ```
 */
export interface Log {
  /** What only who looks for an error wants to know. */
  debug(text: string): void;
  /** What happens. */
  info(text: string): void;
  /** What may not be as it was meant. */
  warn(text: string): void;
  /** What went wrong. */
  error(text: string): void;
}

/**
 * Unpredictable bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Random } from "corolla";
 *
 * const random: Random = { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) };
 * assertEquals(random.bytes(16).length, 16);
 * ```
 */
export interface Random {
  /** So many bytes, in memory of their own. */
  bytes(count: number): Uint8Array;
}

/**
 * The files that a run may leave behind. Paths that do not start at the root are meant in the run's own folder.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { RunFiles } from "corolla";
 *
 * // Files that stay in memory, for tests. In a ServerApp they are `grid.host.files`.
 * const kept = new Map<string, string>();
 * const text = (piece: Uint8Array) => new TextDecoder().decode(piece);
 * const files: RunFiles = {
 *   read: (path) => Promise.resolve(kept.has(path) ? new TextEncoder().encode(kept.get(path)) : undefined),
 *   replace: (path, pieces) => Promise.resolve(void kept.set(path, pieces.map(text).join(""))),
 *   append: (path, more) => Promise.resolve(void kept.set(path, (kept.get(path) ?? "") + more)),
 *   remove: (path) => Promise.resolve(void kept.delete(path)),
 * };
 * await files.append("notes.txt", "round 1\n");
 * await files.append("notes.txt", "round 2\n");
 * assertEquals(text((await files.read("notes.txt"))!), "round 1\nround 2\n");
 * ```
 */
export interface RunFiles {
  /** The whole file; undefined when there is none. @throws {Error} when it may not be read */
  read(path: string): Promise<Uint8Array | undefined>;
  /**
   * Writes the pieces as one file, in the place of one that is there, and makes the folders it needs. Whoever reads
   * it meanwhile, or after a crash, finds the old file or the new one, whole.
   * @throws {Error} when it may not be written
   */
  replace(path: string, pieces: readonly Uint8Array[]): Promise<void>;
  /** Adds a text to the end of a file, which is made when there is none. @throws {Error} when it may not be written */
  append(path: string, text: string): Promise<void>;
  /** Removes a file; one that is not there is fine. @throws {Error} when it may not be removed */
  remove(path: string): Promise<void>;
}

/**
 * What a new instruction needs beside its content.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type InstructionOptions, Message, RecordDict } from "corolla";
 *
 * const options: InstructionOptions = { dstNodeId: 7n, messageType: "query", groupId: "3", ttl: 600 };
 * const { metadata } = new Message(new RecordDict(), options);
 * assertEquals([metadata.groupId, metadata.ttl], ["3", 600]);
 * ```
 */
export interface InstructionOptions {
  /** The node that it goes to. */
  readonly dstNodeId: NodeId;
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  readonly messageType: string;
  /** Seconds; twelve hours unless told. */
  readonly ttl?: number;
  /** Free text, by convention the round. */
  readonly groupId?: string;
  /** The task that it is for, where that is known. */
  readonly dstTaskId?: TaskId;
  /** Unix seconds; now unless told. */
  readonly createdAt?: number;
}

/**
 * A message as apps see it: metadata with either a content or an error.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, ErrorCode, Message, MetricRecord, RecordDict } from "corolla";
 *
 * const config = new ConfigRecord({ lr: 0.1 });
 * const instruction = new Message(new RecordDict({ config }), { dstNodeId: 7n, messageType: "train" });
 *
 * const reply = instruction.reply(new RecordDict({ metrics: new MetricRecord({ "num-examples": 10 }) }));
 * assertEquals(reply.content.metrics("metrics").getInt("num-examples"), 10);
 *
 * const failed = instruction.replyError(ErrorCode.CLIENT_APP_RAISED_EXCEPTION, "the disk is full");
 * assertEquals([failed.hasContent(), failed.error.reason], [false, "the disk is full"]);
 * ```
 */
export declare class Message {
  #private;
  /** Where it comes from and goes to, what it asks for, and how long it lives. */
  readonly metadata: MessageMetadata;
  /**
   * An instruction for a node. Replies are made by {@link Message.reply}.
   * @throws {MessageInitializationError} when the content is no RecordDict or the node is no bigint
   * @throws {RangeError} when the message type is none of Flower's
   */
  constructor(content: RecordDict, options: InstructionOptions);
  /** A message that exists already, as decoded. */
  constructor(body: RecordDict | MessageError, metadata: MessageMetadata);
  /** Whether there is a content. */
  hasContent(): boolean;
  /** Whether there is an error instead of a content. */
  hasError(): boolean;
  /** What the message says. @throws {TypeError} when it carries an error instead; {@link hasContent} tells */
  get content(): RecordDict;
  /** @throws {TypeError} when the message carries an error, or the content is no RecordDict */
  set content(content: RecordDict);
  /** Why the message has no content. @throws {TypeError} when it has one; {@link hasError} tells */
  get error(): MessageError;
  /** @throws {TypeError} when the message has a content */
  set error(error: MessageError);
  /**
   * The reply to this message: same run, group and type, sent back to where this one came from.
   * @throws {MessageInitializationError} when the content is no RecordDict
   */
  reply(content: RecordDict, options?: MessageReplyOptions): Message;
  /**
   * The reply that says why there is no content.
   * @param code one of `ErrorCode`, or a code of the app's own
   */
  replyError(code: number, reason: string, options?: MessageReplyOptions): Message;
}

/**
 * A message was put together in a way that cannot be.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { Message, MessageInitializationError, RecordDict } from "corolla";
 *
 * const dstNodeId = 7 as unknown as bigint;
 * assertThrows(
 *   () => new Message(new RecordDict(), { dstNodeId, messageType: "train" }),
 *   MessageInitializationError,
 *   "dstNodeId must be a bigint",
 * );
 * ```
 */
export declare class MessageInitializationError extends TypeError {
  /** The class's name. */
  name: string;
}

/**
 * What stands beside a message's content. An app may change what is not read-only until the message is sent.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { Message, RecordDict } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * metadata.messageType = "train.fine_tune";
 * metadata.ttl = 60;
 * assertEquals([metadata.dstNodeId, metadata.messageType, metadata.ttl], [7n, "train.fine_tune", 60]);
 * assertThrows(() => metadata.messageType = "fit", RangeError, 'Cannot use message type "fit"');
 * ```
 */
export declare class MessageMetadata implements Metadata {
  #private;
  /** The run that the message belongs to; 0 until it is sent. */
  readonly runId: RunId;
  /** The message's own id; empty until it is sent. */
  readonly messageId: MessageId;
  /** The node that sends it; 1 for the SuperLink and its ServerApps. */
  readonly srcNodeId: NodeId;
  /** The node that it goes to. */
  dstNodeId: NodeId;
  /** The id of the message that this one answers; empty for an instruction. */
  readonly replyToMessageId: MessageId;
  /** Free text, by convention the round. */
  groupId: string;
  /** Seconds. */
  ttl: number;
  /** Unix seconds. */
  createdAt: number;
  /** The task that sends it, where that is known. */
  srcTaskId?: TaskId;
  /** The task that it is for, where that is known. */
  dstTaskId?: TaskId;
  /**
   * A copy of the metadata that may be changed until the message is sent.
   * @throws {RangeError} when the message type is none of Flower's
   */
  constructor(metadata: Metadata);
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  get messageType(): string;
  set messageType(type: string);
}

/**
 * What may be said about a new reply.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type MessageReplyOptions, RecordDict } from "corolla";
 *
 * const createdAt = 1_800_000_000;
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "query", ttl: 600, createdAt });
 * const options: MessageReplyOptions = { createdAt: createdAt + 100 };
 * // A reply lives no longer than what it answers.
 * assertEquals(instruction.reply(new RecordDict(), options).metadata.ttl, 500);
 * ```
 */
export interface MessageReplyOptions {
  /** Seconds; what the instruction has left unless told, and at most that. */
  readonly ttl?: number;
  /** Unix seconds; now unless told. */
  readonly createdAt?: number;
}

/**
 * Seconds a message lives unless its sender says otherwise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DEFAULT_TTL_S, Message, RecordDict } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * assertEquals([metadata.ttl, DEFAULT_TTL_S], [12 * 3600, 12 * 3600]);
 * ```
 */
export declare const DEFAULT_TTL_S = 43200;

/**
 * The error codes Flower defines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ErrorCode, Message, RecordDict } from "corolla";
 *
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const { error } = instruction.replyError(ErrorCode.NODE_UNAVAILABLE, "gone");
 * assertEquals(error.code, 5);
 * ```
 */
export declare const ErrorCode: {
  /** Nobody knows what went wrong. */
  readonly UNKNOWN: 0;
  /** The ClientApp could not be loaded. */
  readonly LOAD_CLIENT_APP_EXCEPTION: 1;
  /** The ClientApp threw. */
  readonly CLIENT_APP_RAISED_EXCEPTION: 2;
  /** The message is unknown, perhaps because its reply was pulled before. */
  readonly MESSAGE_UNAVAILABLE: 3;
  /** The reply expired. */
  readonly REPLY_MESSAGE_UNAVAILABLE: 4;
  /** The node is gone. */
  readonly NODE_UNAVAILABLE: 5;
  /** A mod could not work with the message or the reply. */
  readonly MOD_FAILED_PRECONDITION: 6;
  /** The app bundle cannot be used. */
  readonly INVALID_FAB: 7;
  /** The ClientApp's process ended before it answered. */
  readonly CLIENT_APP_CRASHED: 8;
};

/**
 * Why a message has no content.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ErrorCode, Message, type MessageError, RecordDict } from "corolla";
 *
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const error: MessageError = instruction.replyError(ErrorCode.UNKNOWN, "no data").error;
 * assertEquals(error, { code: 0, reason: "no data" });
 * ```
 */
export interface MessageError {
  /** One of {@link ErrorCode}, or a code this version does not know. */
  readonly code: number;
  /** For people; may be empty. */
  readonly reason: string;
}

/**
 * What is said about a message beside its content. Times are Unix seconds, as on the wire.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type Metadata, RecordDict } from "corolla";
 *
 * const isInstruction = ({ replyToMessageId }: Metadata) => replyToMessageId === "";
 * const message = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * assertEquals(isInstruction(message.metadata), true);
 * ```
 */
export interface Metadata {
  /** The run that the message belongs to; 0 until it is sent. */
  readonly runId: RunId;
  /** Empty inside the hashed body; the object id of the message elsewhere. */
  readonly messageId: MessageId;
  /** The node that sends it; 1 for the SuperLink and its ServerApps. */
  readonly srcNodeId: NodeId;
  /** The node that it goes to. */
  readonly dstNodeId: NodeId;
  /** Empty for an instruction. */
  readonly replyToMessageId: MessageId;
  /** Free text, by convention the round. */
  readonly groupId: string;
  /** Seconds. */
  readonly ttl: number;
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  readonly messageType: string;
  /** When it was made, in Unix seconds. */
  readonly createdAt: number;
  /** The task that sends it, where that is known. */
  readonly srcTaskId?: TaskId;
  /** The task that it is for, where that is known. */
  readonly dstTaskId?: TaskId;
}

/**
 * The message types that an app sends most.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, MessageType, RecordDict } from "corolla";
 *
 * const message = new Message(new RecordDict(), { dstNodeId: 7n, messageType: MessageType.QUERY });
 * assertEquals(message.metadata.messageType, "query");
 * ```
 */
export declare const MessageType: {
  /** Train the model that comes along. */
  readonly TRAIN: "train";
  /** Say how well the model does. */
  readonly EVALUATE: "evaluate";
  /** Anything else that the app answers. */
  readonly QUERY: "query";
  /** Flower's own. */
  readonly SYSTEM: "system";
};

/**
 * A uint64 that names something on the wire. The brand keeps a run's id from being passed as a node's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { NodeId } from "corolla";
 *
 * // Any bigint will do where an id is asked for; what is known to be a run's is no node's.
 * const nodeId: NodeId = 7n;
 * assertEquals(String(nodeId), "7");
 * ```
 */
export type Id<Name extends string> = bigint & {
  readonly [kind]?: Name;
};

/**
 * The object id of a message's head object.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type MessageId, RecordDict } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const unsent: MessageId = metadata.messageId;
 * assertEquals(unsent, "");
 * ```
 */
export type MessageId = ObjectId;

/**
 * Names a node. Random uint64, never 0; the SuperLink and its ServerApps are {@link SUPERLINK_NODE_ID}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, type NodeId, RecordDict } from "corolla";
 *
 * const everyone: NodeId[] = [2n, 3n];
 * const messages = everyone.map((dstNodeId) => new Message(new RecordDict(), { dstNodeId, messageType: "query" }));
 * assertEquals(messages.map(({ metadata }) => metadata.dstNodeId), everyone);
 * ```
 */
export type NodeId = Id<"node">;

/**
 * Lower-case hex SHA-256 of an object's content.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { ObjectId } from "corolla";
 *
 * const isObjectId = (text: string): text is ObjectId => /^[0-9a-f]{64}$/.test(text);
 * assertEquals([isObjectId("a".repeat(64)), isObjectId("7")], [true, false]);
 * ```
 */
export type ObjectId = string;

/**
 * Names a run. Random uint64, chosen by the SuperLink.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { RunId } from "corolla";
 *
 * const folderOf = (runId: RunId) => `runs/${runId}`;
 * assertEquals(folderOf(14382962787808312081n), "runs/14382962787808312081");
 * ```
 */
export type RunId = Id<"run">;

/**
 * Names a series of runs that share their ServerApp's and ClientApps' state.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Context, RecordDict, type SeriesId } from "corolla";
 *
 * const seriesId: SeriesId = 3n;
 * const maps = { nodeConfig: new Map(), runConfig: new Map() };
 * const context = new Context({ runId: 1n, nodeId: 7n, seriesId, ...maps, state: new RecordDict() });
 * assertEquals(context.seriesId, 3n);
 * ```
 */
export type SeriesId = Id<"series">;

/**
 * Names a task. Random uint64.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, RecordDict, type TaskId } from "corolla";
 *
 * const { metadata } = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const from: TaskId | undefined = metadata.srcTaskId;
 * assertEquals(from, undefined);
 * ```
 */
export type TaskId = Id<"task">;

/**
 * The fields of an array as it is serialised.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ArrayFields, encodeNpy, FlowerArray, NDArray } from "corolla";
 *
 * const data = encodeNpy(new NDArray(Float32Array.of(1, 2)));
 * const fields: ArrayFields = { dtype: "float32", shape: [2], stype: "numpy.ndarray", data };
 * assertEquals([...new FlowerArray(fields).toNDArray().toNumbers()], [1, 2]);
 * ```
 */
export interface ArrayFields {
  /** The element type in NumPy's words; empty when old code made the array. */
  readonly dtype: string;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** How `data` is serialised. */
  readonly stype: string;
  /** The serialised bytes. */
  readonly data: Uint8Array;
}

/**
 * A serialised array, as records hold it (Flower's `Array`). One made elsewhere keeps its bytes, so that it travels
 * on unchanged; what they mean is read when asked for.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FlowerArray, NDArray } from "corolla";
 *
 * const array = FlowerArray.from(new NDArray(Float32Array.of(1, 2, 3, 4), [2, 2]));
 * assertEquals([array.dtype, array.shape, array.stype], ["float32", [2, 2], "numpy.ndarray"]);
 * // A .npy file: a header of 128 bytes, and four elements of four bytes.
 * assertEquals(array.sizeBytes, 128 + 4 * 4);
 * assertEquals([...array.toNDArray().toNumbers()], [1, 2, 3, 4]);
 * ```
 */
export declare class FlowerArray implements ArrayFields {
  #private;
  /** The element type in NumPy's words; empty when old code made the array. */
  readonly dtype: string;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** How {@link data} is serialised; `numpy.ndarray` for a `.npy` file. */
  readonly stype: string;
  /**
   * An array that is serialised already; {@link FlowerArray.from} makes one of an NDArray.
   * @throws {TypeError} when a field is of the wrong kind. `data` is not copied.
   */
  constructor({ dtype, shape, stype, data }: ArrayFields);
  /**
   * Serialises an array as a `.npy` file. The array is copied, so that later changes to it do not matter, unless
   * `keepInput` is false: then its memory becomes the record's, and nobody may write to it any more.
   */
  static from(array: NDArray, { keepInput }?: {
    keepInput?: boolean;
  }): FlowerArray;
  /** The serialised bytes in one piece. */
  get data(): Uint8Array;
  /** The serialised bytes as consecutive pieces, without putting them together first. */
  get pieces(): readonly Uint8Array[];
  /** The length of {@link data}. */
  get sizeBytes(): number;
  /**
   * The array. Where order and alignment allow it, its elements are the very bytes of this object: whoever writes
   * to them changes what is sent. `copy()` of the result gives elements of one's own.
   * @throws {TypeError} when the array is not serialised as a `.npy` file of numbers
   */
  toNDArray(): NDArray;
  /** How many bytes the array counts for: those of its data. */
  countBytes(): number;
}

/**
 * Named arrays in order, for instance the parameters of a model.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, NDArray } from "corolla";
 *
 * const model = ArrayRecord.from({
 *   weights: new NDArray(new Float32Array(6), [2, 3]),
 *   bias: new NDArray(Float32Array.of(1, 2, 3)),
 * });
 * assertEquals([...model.keys()], ["weights", "bias"]);
 * // A copy to compute with: the record's own bytes stay as they are.
 * const bias = model.toNamedArrays().get("bias")!.as("float32").copy();
 * bias.data[0] = 9;
 * assertEquals([...model.toArrays()[1].toNumbers()], [1, 2, 3]);
 * ```
 */
export declare class ArrayRecord {
  #private;
  /** Tells records of the three kinds apart. */
  readonly recordType = "ArrayRecord";
  /**
   * A record of arrays that are serialised already.
   * @throws {TypeError} when a value is no serialised array; {@link ArrayRecord.from} takes NDArrays
   */
  constructor(items?: Items<FlowerArray>);
  /**
   * A record of arrays: a list gets the keys "0", "1", …, named arrays keep their names. The arrays are copied
   * unless `keepInput` is false: then their memory becomes the record's, and nobody may write to it any more.
   */
  static from(arrays: readonly NDArray[] | Items<NDArray>, options?: {
    keepInput?: boolean;
  }): ArrayRecord;
  /** How many arrays there are. */
  get size(): number;
  /** Whether there is an array of this name. */
  has(key: string): boolean;
  /** The serialised array of this name. */
  get(key: string): FlowerArray | undefined;
  /** Stores an array under its name; a name that is there keeps its place. @throws {TypeError} when it is none */
  set(key: string, array: FlowerArray): this;
  /** Takes an array out. @returns whether it was there */
  delete(key: string): boolean;
  /** Takes every array out. */
  clear(): void;
  /** The names, in order. */
  keys(): IterableIterator<string>;
  /** Names and serialised arrays, in order. */
  entries(): IterableIterator<[string, FlowerArray]>;
  /** Names and serialised arrays, in order. */
  [Symbol.iterator](): IterableIterator<[string, FlowerArray]>;
  /** The arrays in order; see {@link FlowerArray.toNDArray} on whose memory they are. */
  toArrays(): NDArray[];
  /** The arrays by their names, in order; see {@link FlowerArray.toNDArray} on whose memory they are. */
  toNamedArrays(): Map<string, NDArray>;
  /** A record of its own with the same arrays, which are shared. */
  copy(): ArrayRecord;
  /** How many bytes the record counts for: those of its arrays' data and the characters of its keys. */
  countBytes(): number;
}

/**
 * What can be written into a {@link ConfigRecord}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ConfigInput, ConfigRecord, float } from "corolla";
 *
 * const settings: Record<string, ConfigInput> = { lr: float(1), name: "adam", seeds: [1, 2], key: Uint8Array.of(7) };
 * assertEquals(new ConfigRecord(settings).size, 4);
 * ```
 */
export type ConfigInput = number | bigint | boolean | string | Uint8Array | readonly Integer[] | readonly boolean[] | readonly string[] | readonly Uint8Array[] | Forced;

/**
 * Named settings in order: what a MetricRecord may hold, and also truth values, text and bytes, alone or in lists of
 * one kind. Bytes are not copied.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ConfigRecord, float } from "corolla";
 *
 * const config = new ConfigRecord({ lr: float(1), optimizer: "adam", augment: true, layers: [64, 10] });
 * assertEquals(config.getFloat("lr"), 1);
 * assertEquals(config.getString("optimizer"), "adam");
 * assertEquals(config.getInts("layers"), [64, 10]);
 * assertEquals(config.kind("lr"), "double");
 * assertThrows(() => config.getBool("lr"), TypeError, 'Cannot read "lr" of ConfigRecord');
 * ```
 */
export declare class ConfigRecord extends KindedRecord<ConfigValue, ConfigInput> {
  /** Tells records of the three kinds apart. */
  readonly recordType = "ConfigRecord";
  /** The kinds that may be stored. */
  protected readonly kinds: ReadonlySet<Kind>;
  /** The kind of an empty list whose items nobody saw. */
  protected readonly emptyListKind = "bool_list";
  /**
   * A record of these settings, in their order.
   * @throws {TypeError} when a value is of no kind that a config may hold
   */
  constructor(items?: Items<ConfigInput>);
  /** A truth value. @throws {TypeError} when there is none of this name */
  getBool(key: string): boolean;
  /** A text. @throws {TypeError} when there is none of this name */
  getString(key: string): string;
  /** Bytes, not copied. @throws {TypeError} when there are none of this name */
  getBytes(key: string): Uint8Array;
  /** A record of its own with the same entries. */
  copy(): ConfigRecord;
  /** How many bytes the record counts for: 8 a number, 1 a truth value, its length for a text, and its keys. */
  countBytes(): number;
}

/**
 * The element types of arrays that apps can compute with.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DType, NDArray } from "corolla";
 *
 * const bytesOf = (dtype: DType) => NDArray.zeros([10], dtype).sizeBytes;
 * assertEquals([bytesOf("float16"), bytesOf("float64"), bytesOf("complex64")], [20, 80, 80]);
 * ```
 */
export type DType = keyof DTypeArrays;

/**
 * How the elements of each type are kept: a `float16` as its bits (see `half.ts`), a `bool` as 0 or 1, a complex
 * number as its real part followed by its imaginary part. Types are named as NumPy names them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DTypeArrays, NDArray } from "corolla";
 *
 * const halves: DTypeArrays["float16"] = NDArray.fromHalves([1, 0.5]).data;
 * // 1.0 and 0.5 as their sixteen bits.
 * assertEquals([...halves], [0x3c00, 0x3800]);
 * ```
 */
export interface DTypeArrays {
  /** Halves, as their 16 bits. */
  float16: Uint16Array;
  /** Floating point, 32 bits. */
  float32: Float32Array;
  /** Floating point, 64 bits. */
  float64: Float64Array;
  /** Integers with a sign, 8 bits. */
  int8: Int8Array;
  /** Integers with a sign, 16 bits. */
  int16: Int16Array;
  /** Integers with a sign, 32 bits. */
  int32: Int32Array;
  /** Integers with a sign, 64 bits. */
  int64: BigInt64Array;
  /** Integers without a sign, 8 bits. */
  uint8: Uint8Array;
  /** Integers without a sign, 16 bits. */
  uint16: Uint16Array;
  /** Integers without a sign, 32 bits. */
  uint32: Uint32Array;
  /** Integers without a sign, 64 bits. */
  uint64: BigUint64Array;
  /** 0 or 1. */
  bool: Uint8Array;
  /** Two numbers an element: the real part, then the imaginary one. */
  complex64: Float32Array;
  /** Two numbers an element: the real part, then the imaginary one. */
  complex128: Float64Array;
}

/**
 * The elements of an array, one after another; {@link DTypeArrays} tells which kind belongs to which type.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type TypedArray } from "corolla";
 *
 * const data: TypedArray = BigInt64Array.of(1n, 2n);
 * assertEquals(new NDArray(data).dtype, "int64");
 * ```
 */
export type TypedArray = DTypeArrays[DType];

/**
 * What a {@link ConfigRecord}'s entry reads as.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, type ConfigValue } from "corolla";
 *
 * const name: ConfigValue | undefined = new ConfigRecord({ name: "adam" }).get("name");
 * assertEquals(name, "adam");
 * ```
 */
export type ConfigValue = MetricValue | boolean | string | Uint8Array | readonly boolean[] | readonly string[] | readonly Uint8Array[];

/**
 * One value and its kind. The kind is kept because JavaScript does not tell 1.0 from 1, while the receiver may, and
 * because the id of an object covers it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Entry, MetricRecord } from "corolla";
 *
 * const entries: [string, Entry][] = [...new MetricRecord({ loss: 0.5 }).entries()];
 * assertEquals(entries, [["loss", { kind: "double", value: 0.5 }]]);
 * ```
 */
export interface Entry {
  /** How it stands on the wire. */
  readonly kind: Kind;
  /** What it reads as. */
  readonly value: ConfigValue;
}

/**
 * Stores a number, or a list of numbers, as floating point even when it is whole: `float(8)` arrives as `8.0`.
 * @throws {TypeError} when a value is no number
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, MetricRecord } from "corolla";
 *
 * const metrics = new MetricRecord({ loss: float(8), losses: float([1, 2.5]), rounds: 8 });
 * assertEquals(metrics.kind("loss"), "double");
 * assertEquals(metrics.kind("losses"), "double_list");
 * assertEquals(metrics.kind("rounds"), "sint64");
 * ```
 */
export declare function float(value: number | readonly number[]): Forced;

/**
 * A value whose kind its author chose. Made by {@link float} and {@link int}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, type Forced, MetricRecord } from "corolla";
 *
 * const half: Forced = float(8);
 * assertEquals(new MetricRecord({ half }).kind("half"), "double");
 * ```
 */
declare class Forced {
  readonly entry: Entry;
  /**
   * A value that stands on the wire as this entry says.
   * @param entry the kind and value to store
   */
  constructor(entry: Entry);
}

/**
 * Stores a whole number, or a list of them, as integers, which numbers beyond 2^53 and empty lists need.
 * @throws {TypeError} when a value is not whole
 * @throws {RangeError} when a value needs more than 64 bits
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { int, MetricRecord } from "corolla";
 *
 * const metrics = new MetricRecord({ none: int([]), most: int(2n ** 64n - 1n) });
 * assertEquals(metrics.kind("none"), "sint_list");
 * assertEquals(metrics.getBigInt("most"), 18446744073709551615n);
 * ```
 */
export declare function int(value: Integer | readonly Integer[]): Forced;

/**
 * An integer as records give it: a number where that is exact, else a bigint.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Integer, MetricRecord } from "corolla";
 *
 * const steps: Integer[] = [3, 2n ** 60n];
 * assertEquals(new MetricRecord({ steps }).getInts("steps"), [3, 1152921504606846976n]);
 * ```
 */
export type Integer = number | bigint;

/**
 * How one entry of a record stands on the wire; the names are those of the wire's fields.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, type Kind, MetricRecord } from "corolla";
 *
 * const record = new MetricRecord({ rounds: 3, loss: 0.5, whole: float(2), many: [1, 2] });
 * const kinds: (Kind | undefined)[] = [...record.keys()].map((key) => record.kind(key));
 * assertEquals(kinds, ["sint64", "double", "double", "sint_list"]);
 * ```
 */
export type Kind = "double" | "sint64" | "uint64" | "bool" | "string" | "bytes" | "double_list" | "sint_list" | "uint_list" | "bool_list" | "string_list" | "bytes_list";

/**
 * What a {@link MetricRecord}'s entry reads as.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MetricRecord, type MetricValue } from "corolla";
 *
 * const loss: MetricValue | undefined = new MetricRecord({ loss: [0.5, 0.25] }).get("loss");
 * assertEquals(loss, [0.5, 0.25]);
 * ```
 */
export type MetricValue = number | bigint | readonly Integer[];

/**
 * What the constructor of a record takes: an object, a Map, or pairs; the order is kept.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Items, type MetricInput, MetricRecord } from "corolla";
 *
 * const forms: Items<MetricInput>[] = [{ loss: 0.5 }, new Map([["loss", 0.5]]), [["loss", 0.5]]];
 * assertEquals(forms.map((items) => new MetricRecord(items).getFloat("loss")), [0.5, 0.5, 0.5]);
 * ```
 */
export type Items<Value> = Readonly<Record<string, Value>> | Iterable<readonly [string, Value]>;

/**
 * What metric and config records share: named values in order, each with its kind on the wire.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, MetricRecord } from "corolla";
 *
 * // What both have.
 * for (const record of [new MetricRecord({ epochs: 3 }), new ConfigRecord({ epochs: 3 })]) {
 *   assertEquals([record.getInt("epochs"), record.has("lr"), [...record]], [3, false, [["epochs", 3]]]);
 * }
 * ```
 */
declare abstract class KindedRecord<Read extends ConfigValue, Write> {
  #private;
  /** The class's name, for errors. */
  abstract readonly recordType: "MetricRecord" | "ConfigRecord";
  /** The kinds that may be stored. */
  protected abstract readonly kinds: ReadonlySet<Kind>;
  /** The kind of an empty list whose items nobody saw. */
  protected abstract readonly emptyListKind: Kind;
  /** How many entries there are. */
  get size(): number;
  /** Whether there is an entry of this name. */
  has(key: string): boolean;
  /** The value; integers are numbers where that is exact, else bigints. */
  get(key: string): Read | undefined;
  /** How the value stands on the wire. */
  kind(key: string): Kind | undefined;
  /**
   * Stores a value under its name; a name that is there keeps its place.
   * @throws {TypeError} when a record of this type cannot hold it
   * @throws {RangeError} when an integer needs more than 64 bits
   */
  set(key: string, value: Write | Forced): this;
  /**
   * Stores a value with the kind it has on the wire. For whoever decodes records; others use {@link set}.
   * @throws {TypeError} when a record of this type has no such kind
   */
  setEntry(key: string, entry: Entry): this;
  /** Takes an entry out. @returns whether it was there */
  delete(key: string): boolean;
  /** The names, in order. */
  keys(): IterableIterator<string>;
  /** Values with their kinds, in order. */
  entries(): IterableIterator<[string, Entry]>;
  /** Names and values, in order. */
  [Symbol.iterator](): IterableIterator<[string, Read]>;
  /**
   * A number, whether it came as floating point or as an integer.
   * @throws {TypeError} when there is none of this name
   */
  getFloat(key: string): number;
  /**
   * An integer as a number.
   * @throws {TypeError} when there is none of this name, or it is too large for a number: then use `getBigInt`
   */
  getInt(key: string): number;
  /** An integer of any size. @throws {TypeError} when there is none of this name */
  getBigInt(key: string): bigint;
  /** A list of numbers. @throws {TypeError} when there is none of this name */
  getFloats(key: string): number[];
  /** A list of integers, each a number where that is exact. @throws {TypeError} when there is none of this name */
  getInts(key: string): Integer[];
  /** The value if it is of one of these kinds. @throws {TypeError} naming what is there instead */
  protected ofKind(key: string, kinds: readonly Kind[], wanted: string): ConfigValue;
}

/**
 * What can be written into a {@link MetricRecord}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { float, type MetricInput, MetricRecord } from "corolla";
 *
 * const metrics: Record<string, MetricInput> = { accuracy: float(1), "num-examples": 10, confusion: [5, 0, 1, 4] };
 * assertEquals(new MetricRecord(metrics).getInts("confusion"), [5, 0, 1, 4]);
 * ```
 */
export type MetricInput = number | bigint | readonly Integer[] | Forced;

/**
 * Named metrics in order: numbers and lists of numbers. Whole numbers are stored as integers and others as floating
 * point, unless `float(x)` or `int(x)` says otherwise; what came from a peer keeps the kind it came with.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { float, MetricRecord } from "corolla";
 *
 * const metrics = new MetricRecord({ loss: 0.25, accuracy: float(1), "num-examples": 60 });
 * assertEquals(metrics.getFloat("accuracy"), 1);
 * assertEquals(metrics.getInt("num-examples"), 60);
 * assertEquals([...metrics.keys()], ["loss", "accuracy", "num-examples"]);
 * assertThrows(() => metrics.getFloat("recall"), TypeError, "there are loss, accuracy, num-examples");
 * ```
 */
export declare class MetricRecord extends KindedRecord<MetricValue, MetricInput> {
  /** Tells records of the three kinds apart. */
  readonly recordType = "MetricRecord";
  /** The kinds that may be stored. */
  protected readonly kinds: ReadonlySet<Kind>;
  /** The kind of an empty list whose items nobody saw. */
  protected readonly emptyListKind = "double_list";
  /**
   * A record of these metrics, in their order.
   * @throws {TypeError} when a value is neither a number nor a list of numbers
   */
  constructor(items?: Items<MetricInput>);
  /** A record of its own with the same entries. */
  copy(): MetricRecord;
  /** How many bytes the record counts for: 8 a number, and the characters of its keys. */
  countBytes(): number;
}

/**
 * An array of numbers in C order (the last axis varies fastest), what NumPy calls an ndarray.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { NDArray } from "corolla";
 *
 * const matrix = new NDArray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * assertEquals([matrix.dtype, matrix.size, matrix.sizeBytes], ["float32", 6, 24]);
 * assertEquals(matrix.reshape([3, 2]).shape, [3, 2]);
 *
 * const flags = new NDArray(Uint8Array.of(1, 0), [2], "bool");
 * assertEquals(flags.dtype, "bool");
 * assertThrows(() => new NDArray(new Float32Array(5), [2, 3]), RangeError, "exactly the 5 elements");
 * ```
 */
export declare class NDArray<Data extends TypedArray = TypedArray> {
  /** The type of the elements, in NumPy's words. */
  readonly dtype: DType;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** The elements; not a copy. `DTypeArrays` tells how each type is kept. */
  readonly data: Data;
  /**
   * An array of these elements.
   * @param data the elements; not copied
   * @param shape the length of each axis; one axis unless told
   * @param dtype the element type; that of `data` unless told, which `float16`, `bool` and complex arrays need
   * @throws {TypeError} when `data` is not kept as elements of `dtype` are
   * @throws {RangeError} when `shape` does not hold as many elements as `data`
   */
  constructor(data: Data, shape?: readonly number[], dtype?: DType);
  /** An array of zeros. */
  static zeros<D extends DType>(shape: readonly number[], dtype: D): NDArray<DTypeArrays[D]>;
  /** An array of `float16` from numbers, each rounded to the nearest half. */
  static fromHalves(values: ArrayLike<number>, shape?: readonly number[]): NDArray<Uint16Array>;
  /**
   * This very array, once it is sure that its elements are of one type: `array.as("float32").data` is a
   * Float32Array.
   * @throws {TypeError} when they are of another type
   */
  as<D extends DType>(dtype: D): NDArray<DTypeArrays[D]>;
  /** How many elements there are. */
  get size(): number;
  /** The bytes of all elements. */
  get sizeBytes(): number;
  /** The elements as numbers, in an array of their own; `float16` widened, 64-bit integers rounded. */
  toNumbers(): Float64Array;
  /** The same elements in another shape; the data is shared. */
  reshape(shape: readonly number[]): NDArray<Data>;
  /** An array of its own with the same elements. */
  copy(): NDArray<Data>;
}

/**
 * The array in a `.npy` file of format 1, 2 or 3. Its data is a view into `file` where order and alignment allow
 * it, else a copy.
 * @throws {TypeError} when `file` is no `.npy` file, is cut, or has elements that are not numbers
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { decodeNpy, encodeNpy, NDArray } from "corolla";
 *
 * const file = encodeNpy(new NDArray(Int32Array.of(1, 2, 3, 4), [2, 2]));
 * const array = decodeNpy(file);
 * assertEquals([array.dtype, array.shape, [...array.toNumbers()]], ["int32", [2, 2], [1, 2, 3, 4]]);
 * assertThrows(() => decodeNpy(file.subarray(0, 130)), TypeError);
 * ```
 */
export declare function decodeNpy(file: Uint8Array): NDArray;

/**
 * A whole `.npy` file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeNpy, NDArray } from "corolla";
 *
 * const file = encodeNpy(new NDArray(Float64Array.of(1, 2, 3)));
 * assertEquals(new TextDecoder().decode(file.subarray(1, 6)), "NUMPY");
 * assertEquals(file.length, 128 + 3 * 8);
 * ```
 */
export declare function encodeNpy(array: NDArray): Uint8Array;

/**
 * Any record that a message can carry.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type FlowerRecord, MetricRecord } from "corolla";
 *
 * const records: FlowerRecord[] = [new ArrayRecord(), new MetricRecord()];
 * assertEquals(records.map(({ recordType }) => recordType), ["ArrayRecord", "MetricRecord"]);
 * ```
 */
export type FlowerRecord = ArrayRecord | MetricRecord | ConfigRecord;

/**
 * The content of a message: named records in order, of three kinds.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * const content = new RecordDict({
 *   arrays: ArrayRecord.from({ weights: NDArray.zeros([2, 3], "float32") }),
 *   config: new ConfigRecord({ lr: 0.1 }),
 * });
 * content.set("metrics", new MetricRecord({ "num-examples": 10 }));
 * assertEquals(content.config("config").getFloat("lr"), 0.1);
 * assertEquals([...content.keys()], ["arrays", "config", "metrics"]);
 * assertThrows(() => content.metrics("config"), TypeError, "must be of type MetricRecord: is a ConfigRecord");
 * ```
 */
export declare class RecordDict {
  #private;
  /**
   * A dict of these records, in their order.
   * @throws {TypeError} when a value is no record
   */
  constructor(items?: Items<FlowerRecord>);
  /** How many records there are. */
  get size(): number;
  /** Whether there is a record of this name. */
  has(key: string): boolean;
  /** The record of this name. */
  get(key: string): FlowerRecord | undefined;
  /** Stores a record under its name; a name that is there keeps its place. @throws {TypeError} when it is none */
  set(key: string, record: FlowerRecord): this;
  /** Takes a record out. @returns whether it was there */
  delete(key: string): boolean;
  /** Takes every record out. */
  clear(): void;
  /** The names, in order. */
  keys(): IterableIterator<string>;
  /** Names and records, in order. */
  entries(): IterableIterator<[string, FlowerRecord]>;
  /** Names and records, in order. */
  [Symbol.iterator](): IterableIterator<[string, FlowerRecord]>;
  /** The ArrayRecord of this name. @throws {TypeError} when there is none */
  arrays(key: string): ArrayRecord;
  /** The MetricRecord of this name. @throws {TypeError} when there is none */
  metrics(key: string): MetricRecord;
  /** The ConfigRecord of this name. @throws {TypeError} when there is none */
  config(key: string): ConfigRecord;
  /** The ArrayRecords among the records: a live view. */
  arrayRecords(): RecordsOfKind<ArrayRecord>;
  /** The MetricRecords among the records: a live view. */
  metricRecords(): RecordsOfKind<MetricRecord>;
  /** The ConfigRecords among the records: a live view. */
  configRecords(): RecordsOfKind<ConfigRecord>;
  /** A dict of its own with the same records, which are shared. */
  copy(): RecordDict;
  /** How many bytes the records count for, together. */
  countBytes(): number;
}

/**
 * The records of one kind in a {@link RecordDict}. What is written here is written there, and the other way round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, MetricRecord, RecordDict } from "corolla";
 *
 * const content = new RecordDict({ arrays: new ArrayRecord(), metrics: new MetricRecord({ loss: 0.5 }) });
 * const metrics = content.metricRecords();
 * assertEquals([metrics.size, metrics.has("arrays")], [1, false]);
 * metrics.set("more", new MetricRecord({ accuracy: 0.9 }));
 * assertEquals([...content.keys()], ["arrays", "metrics", "more"]);
 * ```
 */
export declare class RecordsOfKind<R extends FlowerRecord> {
  #private;
  /**
   * A view of the records of one kind.
   * @param dict where the records are
   * @param kind which ones are seen
   */
  constructor(dict: RecordDict, kind: new () => R);
  /** How many records of this kind there are. */
  get size(): number;
  /** Whether there is a record of this kind and name. */
  has(key: string): boolean;
  /** The record of this kind and name. */
  get(key: string): R | undefined;
  /** The record of this kind and name. @throws {TypeError} when there is none */
  require(key: string): R;
  /** Stores a record under its name. @throws {TypeError} when it is of another kind */
  set(key: string, record: R): this;
  /** Takes a record of this kind out. @returns whether it was there */
  delete(key: string): boolean;
  /** Names and records, in the order of the dict. */
  [Symbol.iterator](): IterableIterator<[string, R]>;
}

/**
 * The bytes of a `.npz` file, which `numpy.load` reads: an archive with each array under its name.
 * @throws {TypeError} when an array is not serialised as NumPy does it
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, encodeNpz, NDArray } from "corolla";
 *
 * const model = ArrayRecord.from({ weights: NDArray.zeros([2, 3], "float32"), bias: NDArray.zeros([3], "float32") });
 * const file = encodeNpz(model);
 * // A .npz file is a zip archive. An app writes it with Deno.writeFile(`${context.runFolder}/model.npz`, file).
 * assertEquals(new TextDecoder().decode(file.subarray(0, 2)), "PK");
 * ```
 */
export declare function encodeNpz(arrays: ArrayRecord): Uint8Array;

/**
 * Tells the log how many arrays, elements and bytes each ArrayRecord holds, of the message that came and of the reply
 * that goes.
 *
 * @example
 * ```ts
 * import { arraysSizeMod, ClientApp } from "corolla";
 *
 * export const app = new ClientApp({ mods: [arraysSizeMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export declare const arraysSizeMod: Mod;

/**
 * Tells the log how many bytes the message that came and the reply that goes count for.
 *
 * @example
 * ```ts
 * import { ClientApp, messageSizeMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [messageSizeMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export declare const messageSizeMod: Mod;

/**
 * Shortens the update to the norm that the server names, and tells it whether that was needed; see
 * {@link clippingMod}. For `DifferentialPrivacyClientSideAdaptiveClipping`.
 *
 * @example
 * ```ts
 * import { adaptiveclippingMod, ClientApp } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train({ mods: [adaptiveclippingMod] }, (message) => message.reply(message.content));
 * ```
 */
export declare const adaptiveclippingMod: Mod;

/**
 * A mod that shortens the update of a model to the norm that the server names, for differential privacy with clipping
 * on the client side. It belongs to the handler of training; replies to other messages have no update.
 * Where the message or the reply is not as it must be, the reply is an error of code 6, `MOD_FAILED_PRECONDITION`,
 * that says what is missing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, ClientApp, clippingMod, ConfigRecord, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // The handler moves the weights from (0, 0) to (3, 4), which is a way of length 5.
 * const app = new ClientApp().train({ mods: [clippingMod()] }, (message) => {
 *   const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(3, 4)) });
 *   return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
 * });
 * const arrays = ArrayRecord.from({ w: NDArray.zeros([2], "float64") });
 * const config = new ConfigRecord({ clipping_norm: corolla.float(1) });
 * const message = new Message(new RecordDict({ arrays, config }), { dstNodeId: 7n, messageType: "train" });
 * const host = {
 *   clock: { now: () => 0, sleep: () => Promise.resolve() },
 *   random: { bytes: (count: number) => new Uint8Array(count) },
 *   log: console,
 * };
 * const data = { runId: 1n, nodeId: 7n, seriesId: 1n, nodeConfig: new Map(), runConfig: new Map() };
 * const context = new corolla.Context({ ...data, state: new RecordDict() }, { host });
 * const reply = await app.handle(message, context);
 * const [x, y] = reply.content.arrays("arrays").toArrays()[0].toNumbers();
 * assertEquals([x.toFixed(3), y.toFixed(3)], ["0.600", "0.800"]);
 * ```
 */
export declare function clippingMod(options?: ClippingModOptions): Mod;

/**
 * How updates are clipped on the node.
 *
 * @example
 * ```ts
 * import { ClientApp, clippingMod, type ClippingModOptions } from "corolla";
 *
 * const options: ClippingModOptions = { floatsOnly: true, allowZeroUpdates: true };
 * export const app = new ClientApp()
 *   .train({ mods: [clippingMod(options)] }, (message) => message.reply(message.content));
 * ```
 */
export interface ClippingModOptions {
  /** Tell the server whether the update was too long. */
  readonly adaptive?: boolean;
  /** Leave arrays that hold no floating point numbers, such as counters, as they are. */
  readonly floatsOnly?: boolean;
  /** Let a reply pass that changed nothing, which is an error otherwise. */
  readonly allowZeroUpdates?: boolean;
}

/**
 * Shortens the update to the norm that the server names; see {@link clippingMod}. For
 * `DifferentialPrivacyClientSideFixedClipping`.
 *
 * @example
 * ```ts
 * import { ClientApp, fixedclippingMod } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train({ mods: [fixedclippingMod] }, (message) => message.reply(message.content));
 * ```
 */
export declare const fixedclippingMod: Mod;

/**
 * A mod for differential privacy on the node: the update is clipped, and noise is added to it, before it leaves. It
 * needs nothing of the server. Each round costs `epsilon`; nothing adds that up here.
 *
 * @throws {RangeError} when a setting would give noise without bounds, or none that is a number
 *
 * @example
 * ```ts
 * import { ClientApp, localDpMod } from "corolla";
 *
 * const mod = localDpMod({ clippingNorm: 0.5, sensitivity: 0.5, epsilon: 2, delta: 1e-5 });
 * export const app = new ClientApp()
 *   .train({ mods: [mod] }, (message) => message.reply(message.content));
 * ```
 */
export declare function localDpMod(options: LocalDpOptions): Mod;

/**
 * The settings of {@link localDpMod}; each has Flower's name.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { localDpMod, type LocalDpOptions } from "corolla";
 *
 * const options: LocalDpOptions = { clippingNorm: 1, sensitivity: 0.01, epsilon: 1, delta: 1e-5 };
 * localDpMod(options);
 * assertThrows(() => localDpMod({ ...options, epsilon: 0 }), RangeError, "epsilon");
 * ```
 */
export interface LocalDpOptions {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
  /** How far one example can move the model; 0 or above. */
  readonly sensitivity: number;
  /** What a round may cost in privacy; above 0. Rounds add up. */
  readonly epsilon: number;
  /** The chance that the promise does not hold; above 0, below 1. */
  readonly delta: number;
  /** Leave arrays that hold no floating point numbers as they are: neither clipped nor hidden. */
  readonly floatsOnly?: boolean;
  /** Let a reply pass that changed nothing, which is an error otherwise. */
  readonly allowZeroUpdates?: boolean;
}

/**
 * Lets an app's handlers answer servers that still speak in Flower's old record names (`fitins.parameters` and the
 * like). The handler gets the model as `arrays` and the settings as `config`, and answers with an ArrayRecord and a
 * MetricRecord as ever; the metric `num-examples` is required, and at evaluation `loss` too. Other messages pass.
 * @throws {TypeError} when a handler's reply has not exactly one ArrayRecord (training) and one MetricRecord, or lacks a
 * metric that must be there
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ClientApp, ConfigRecord, Context, legacyMod, Message, MetricRecord, RecordDict } from "corolla";
 *
 * export const app = new ClientApp({ mods: [legacyMod] })
 *   .train((message) => {
 *     const metrics = new MetricRecord({ "num-examples": 10 });
 *     return message.reply(new RecordDict({ arrays: message.content.arrays("arrays"), metrics }));
 *   });
 *
 * // What an old server sends, and what it gets.
 * const content = new RecordDict({ "fitins.parameters": new ArrayRecord(), "fitins.config": new ConfigRecord() });
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map(), runConfig: new Map() },
 * });
 * const reply = await app.handle(new Message(content, { dstNodeId: 7n, messageType: "train" }), context);
 * assertEquals(reply.content.metrics("fitres.num_examples").getInt("num_examples"), 10);
 * ```
 */
export declare const legacyMod: Mod;

/**
 * The same as {@link secaggplusMod}, by the name of the protocol without neighbourhoods.
 *
 * @example
 * ```ts
 * import { ClientApp, legacyMod, secaggMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [secaggMod, legacyMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export declare const secaggMod: Mod;

/**
 * The node's side of SecAgg+ (Bell et al., 2020), as Flower's `SecAggPlusWorkflow` speaks it: the server learns the
 * sum of the updates.
 *
 * **It is no protection against a server that looks.** The protocol's masks come from seeds of 32 bits, which can be
 * tried one by one, and metrics and numbers of examples travel in the clear. It exists so that TypeScript nodes can
 * take part where Python ones do. The state of a run must outlive its messages, since a round takes four of them.
 *
 * Such servers speak to nodes in Flower's old record names; {@link legacyMod} inside of it lets a handler be written
 * as ever.
 * @throws {Error} when the server's stages come in another order, or bring what cannot be right: the reply then is an error
 *
 * @example
 * ```ts
 * import { ClientApp, legacyMod, secaggplusMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [secaggplusMod, legacyMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export declare const secaggplusMod: Mod;

/**
 * Replies that are alike but cannot be aggregated.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import * as corolla from "corolla";
 * import { AggregationError, ArrayRecord, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * // With half of the replies left out at each end, none is left.
 * const strategy = new corolla.FedTrimmedAvg({ beta: 0.5 });
 * await assertRejects(() => strategy.aggregateTrain(1, [reply(1), reply(2)], grid), AggregationError, "beta");
 * ```
 */
export declare class AggregationError extends Error {
  /** The class's name. */
  name: string;
}

/**
 * Replies that cannot be put together: they hold different records, or lack what weighs them.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { FedAvg, type Grid, InconsistentMessageReplies, Message, RecordDict } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const empty = new Message(new RecordDict(), { dstNodeId: 1n, messageType: "train" });
 * await assertRejects(() => new FedAvg().aggregateTrain(1, [empty], grid), InconsistentMessageReplies);
 * ```
 */
export declare class InconsistentMessageReplies extends Error {
  /** The class's name. */
  name: string;
}

/**
 * What a phase of a round starts from.
 *
 * @example
 * ```ts
 * import { ConfigRecord, FedAvg, type Message, type Phase } from "corolla";
 *
 * // Sends a learning rate that falls from round to round.
 * export class Slowing extends FedAvg {
 *   override async configureTrain(phase: Phase): Promise<Message[]> {
 *     const config = new ConfigRecord({ lr: 0.1 / phase.round });
 *     return await super.configureTrain({ ...phase, config });
 *   }
 * }
 * ```
 */
export interface Phase {
  /** Counted from 1. */
  readonly round: number;
  /** The model so far. */
  readonly arrays: ArrayRecord;
  /** Settings for the ClientApps; a strategy adds to it. */
  readonly config: ConfigRecord;
  /** The way to the nodes. */
  readonly grid: Grid;
}

/**
 * Leads the rounds of a run: what is sent to which nodes, and what their replies come to.
 *
 * @example
 * ```ts
 * import { FedAvg, type Grid, type Message } from "corolla";
 *
 * // What is done with replies can be changed by deriving from a strategy.
 * export class Reporting extends FedAvg {
 *   override async aggregateTrain(round: number, replies: Message[], grid: Grid) {
 *     grid.host.log.info(`${replies.length} nodes answered in round ${round}`);
 *     return await super.aggregateTrain(round, replies, grid);
 *   }
 * }
 * ```
 */
export declare abstract class Strategy {
  /** The name in the log. */
  get name(): string;
  /** The instructions of a round's training; none skips it. */
  abstract configureTrain(phase: Phase): Promise<Message[]>;
  /** Makes one model and one set of metrics of the replies. */
  abstract aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  /**
   * Like {@link aggregateTrain}, and takes the replies as they arrive, so that it need not hold them all. Used in its
   * place unless a class that is derived further overrides {@link aggregateTrain}.
   */
  streamTrain?(round: number, replies: AsyncIterable<Message>, grid: Grid): Promise<TrainOutcome>;
  /** The instructions of a round's evaluation; none skips it. */
  abstract configureEvaluate(phase: Phase): Promise<Message[]>;
  /** Makes one set of metrics of the replies. */
  abstract aggregateEvaluate(round: number, replies: Message[], grid: Grid): Promise<MetricRecord | undefined>;
  /** The strategy's settings, as lines for the log. */
  abstract summary(): string[];
  /** What the strategy must remember from round to round, for a checkpoint. Nothing unless told. */
  saveState(): RecordDict;
  /** Takes up what {@link saveState} gave. */
  loadState(_state: RecordDict): void;
  /**
   * Runs all rounds and gives the final model and all metrics.
   * @throws {InconsistentMessageReplies | AggregationError} when replies cannot be put together, or no round had any
   * @throws {RpcError} when the run was stopped
   */
  start(grid: Grid, initialArrays: ArrayRecord, options?: StartOptions): Promise<Result>;
}

/**
 * What training came to; what is absent stays as it was.
 *
 * @example
 * ```ts
 * import { FedAvg, type Grid, type Message, type TrainOutcome } from "corolla";
 *
 * // Drops rounds in which fewer than three nodes answered.
 * export class AtLeastThree extends FedAvg {
 *   override async aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome> {
 *     return replies.length < 3 ? {} : await super.aggregateTrain(round, replies, grid);
 *   }
 * }
 * ```
 */
export interface TrainOutcome {
  /** The new model. */
  readonly arrays?: ArrayRecord;
  /** What the ClientApps reported, aggregated. */
  readonly metrics?: MetricRecord;
}

/**
 * Evaluates the model where the ServerApp runs. Without a result, nothing is recorded for the round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type EvaluateFn, float, MetricRecord, NDArray } from "corolla";
 *
 * const largestWeight: EvaluateFn = (_round, arrays) => {
 *   const [weights] = arrays.toArrays();
 *   return new MetricRecord({ largest: float(Math.max(...weights.toNumbers())) });
 * };
 * const metrics = await largestWeight(0, ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 3)) }));
 * assertEquals(metrics!.getFloat("largest"), 3);
 * ```
 */
export type EvaluateFn = (round: number, arrays: ArrayRecord) => MetricRecord | undefined | Promise<MetricRecord | undefined>;

/**
 * A number for both phases of a round, or one for each.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { PerPhase, StartOptions } from "corolla";
 *
 * // Nine of ten nodes must train; who evaluates does not matter.
 * const minReplies: PerPhase = { train: 0.9 };
 * const options: StartOptions = { numRounds: 10, minReplies };
 * assertEquals(options.minReplies, { train: 0.9 });
 * ```
 */
export type PerPhase = number | {
  readonly train?: number;
  readonly evaluate?: number;
};

/**
 * A run after a round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, Result, type RoundReport, type StartOptions } from "corolla";
 *
 * const seen: number[] = [];
 * export const options: StartOptions = { onRound: ({ round }: RoundReport) => void seen.push(round) };
 * await options.onRound!({ round: 1, arrays: new ArrayRecord(), result: new Result() });
 * assertEquals(seen, [1]);
 * ```
 */
export interface RoundReport {
  /** The round that is done, counted from 1. */
  readonly round: number;
  /** The model as it is now. */
  readonly arrays: ArrayRecord;
  /** The metrics so far. */
  readonly result: Result;
}

/**
 * How a strategy is run. Without the settings from {@link stop} on it does what Flower does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, earlyStopping, type StartOptions } from "corolla";
 *
 * const options: StartOptions = {
 *   numRounds: 100,
 *   timeout: 600,
 *   trainConfig: new ConfigRecord({ lr: 0.1 }),
 *   stop: earlyStopping({ metric: "loss", mode: "min", patience: 5 }),
 *   checkpoint: { every: 10, best: { metric: "loss", mode: "min" } },
 *   stragglers: { enough: 0.9, graceSeconds: 30 },
 *   journal: true,
 * };
 * // await new FedAvg().start(grid, model, options);
 * assertEquals(options.trainConfig!.getFloat("lr"), 0.1);
 * ```
 */
export interface StartOptions {
  /** Which round is the last, and so how many there are; 3 unless told. */
  readonly numRounds?: number;
  /** Seconds that the nodes have for each phase of a round; 3600 unless told. */
  readonly timeout?: number;
  /** Settings for the ClientApps' training. */
  readonly trainConfig?: ConfigRecord;
  /** Settings for the ClientApps' evaluation. */
  readonly evaluateConfig?: ConfigRecord;
  /** Called with the initial model as round 0, and after each round. */
  readonly evaluateFn?: EvaluateFn;
  /** Asked after each round whether it was the last; `earlyStopping` makes such a rule. */
  readonly stop?: StopRule;
  /** Called after each round. */
  readonly onRound?: (report: RoundReport) => void | Promise<void>;
  /** Checkpoints to resume from, and the best model. */
  readonly checkpoint?: CheckpointOptions;
  /** A checkpoint, or the path of its file, to go on from. The initial model then is not looked at. */
  readonly resume?: Checkpoint | string;
  /** Write each phase down as a line of JSON: `rounds.jsonl` in the run's folder, or this path. */
  readonly journal?: boolean | string;
  /** How many valid replies a phase must have; below 1, which part of the nodes asked. */
  readonly minReplies?: PerPhase;
  /** What too few replies do: the phase has no result (`skip`, unless told), or the run ends (`end`). */
  readonly tooFewReplies?: "skip" | "end";
  /** When not to wait for the slowest nodes. */
  readonly stragglers?: StragglerOptions;
  /** Ends the run; {@link Strategy.start} then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The best model of a run, by a metric.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type BestModel, Result } from "corolla";
 *
 * const result = new Result();
 * // `start` sets it when its options have `checkpoint: { best: { metric: "loss", mode: "min" } }`.
 * result.best = { round: 7, value: 0.12, arrays: new ArrayRecord() } satisfies BestModel;
 * assertEquals(result.best.round, 7);
 * ```
 */
export interface BestModel {
  /** The round that made it, counted from 1. */
  readonly round: number;
  /** What the metric was. */
  readonly value: number;
  /** The model after that round. */
  readonly arrays: ArrayRecord;
}

/**
 * Metrics by round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MetricRecord, type MetricsByRound, Result } from "corolla";
 *
 * const rounds: MetricsByRound = new Result().evaluateMetricsClientapp;
 * rounds.set(1, new MetricRecord({ accuracy: 0.5 })).set(2, new MetricRecord({ accuracy: 0.75 }));
 * assertEquals([...rounds].map(([round, metrics]) => [round, metrics.getFloat("accuracy")]), [[1, 0.5], [2, 0.75]]);
 * ```
 */
export type MetricsByRound = Map<number, MetricRecord>;

/**
 * What a strategy has to show at its end.
 *
 * @example
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { MetricRecord, Result } from "corolla";
 *
 * // What `start` gives.
 * const result = new Result();
 * result.evaluateMetricsClientapp.set(1, new MetricRecord({ accuracy: 0.5 }));
 * assertEquals(result.evaluateMetricsClientapp.get(1)!.getFloat("accuracy"), 0.5);
 * assertStringIncludes(String(result), "Aggregated ClientApp-side Evaluate Metrics");
 * ```
 */
export declare class Result {
  /** The final model; empty when no round succeeded. */
  arrays: ArrayRecord;
  /** What the ClientApps reported from training, aggregated. */
  readonly trainMetricsClientapp: MetricsByRound;
  /** What the ClientApps reported from evaluation, aggregated. */
  readonly evaluateMetricsClientapp: MetricsByRound;
  /** What `evaluateFn` reported; round 0 is the initial model. */
  readonly evaluateMetricsServerapp: MetricsByRound;
  /** The round after which the run was stopped early, if it was. */
  stoppedAt: number | undefined;
  /** The best model, where that was asked for. */
  best: BestModel | undefined;
  /** The size of the model and all metrics, in the form that Flower prints. */
  toString(): string;
}

/**
 * The weighted mean of every metric but the weight itself; lists are averaged place by place. The results are
 * floating point.
 * @param replies of the same names and keys; none make an empty record
 * @throws {RangeError} when the weights add up to 0, or lists differ in length
 * @throws {TypeError} when a metric is a number here and a list there
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { meanOfMetrics, MetricRecord, RecordDict } from "corolla";
 *
 * const reply = (accuracy: number, examples: number) =>
 *   new RecordDict({ metrics: new MetricRecord({ accuracy, "num-examples": examples }) });
 * const mean = meanOfMetrics([reply(0.5, 10), reply(0.75, 30)], "num-examples");
 * assertEquals(mean.getFloat("accuracy"), 0.6875);
 * ```
 */
export declare function meanOfMetrics(replies: readonly RecordDict[], weightedByKey: string): MetricRecord;

/**
 * Makes one MetricRecord of those of all replies.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, float, MetricRecord, type MetricsAggregator, RecordDict } from "corolla";
 *
 * const worst: MetricsAggregator = (replies) => {
 *   const losses = replies.map((reply) => reply.metrics("metrics").getFloat("loss"));
 *   return new MetricRecord({ "worst-loss": float(Math.max(...losses)) });
 * };
 * export const strategy = new FedAvg({ evaluateMetricsAggrFn: worst });
 * const replies = [0.2, 0.9].map((loss) => new RecordDict({ metrics: new MetricRecord({ loss }) }));
 * assertEquals(worst(replies, "num-examples").getFloat("worst-loss"), 0.9);
 * ```
 */
export type MetricsAggregator = (replies: readonly RecordDict[], weightedByKey: string) => MetricRecord;

/**
 * Chooses the nodes that take part in a phase of a round, out of those online.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type NodeSelector } from "corolla";
 *
 * // Everybody evaluates; three nodes train, and others in each round.
 * const inTurn: NodeSelector = (online, { round, kind }) => {
 *   if (kind === "evaluate") return online;
 *   const sorted = [...online].sort((a, b) => (a < b ? -1 : 1));
 *   return [0, 1, 2].map((place) => sorted[(3 * (round - 1) + place) % sorted.length]);
 * };
 * export const strategy = new FedAvg({ selectNodes: inTurn, minTrainNodes: 3 });
 * assertEquals(await inTurn([4n, 1n, 2n, 3n], { round: 2, kind: "train" }), [4n, 1n, 2n]);
 * ```
 */
export type NodeSelector = (online: readonly NodeId[], selection: Selection) => readonly NodeId[] | Promise<readonly NodeId[]>;

/**
 * There were too few nodes for too long.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedAvg, type Grid, NotEnoughNodesError } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAvg({ minAvailableNodes: 5, waitForNodes: 0 });
 * const phase = { round: 1, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 * await assertRejects(() => strategy.configureTrain(phase), NotEnoughNodesError, "there are 2");
 * ```
 */
export declare class NotEnoughNodesError extends Error {
  /** The class's name. */
  name: string;
}

/**
 * The nodes that were taken, and out of how many.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Sample } from "corolla";
 *
 * const sample: Sample = { nodeIds: [3n, 7n], online: 10 };
 * assertEquals(`${sample.nodeIds.length} of ${sample.online}`, "2 of 10");
 * ```
 */
export interface Sample {
  /** Those that were taken. */
  readonly nodeIds: readonly NodeId[];
  /** How many nodes were online. */
  readonly online: number;
}

/**
 * What a {@link NodeSelector} chooses for.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { NodeId, NodeSelector, Selection } from "corolla";
 *
 * const half = (online: readonly NodeId[], { round }: Selection) => online.filter((id) => Number(id) % 2 === round % 2);
 * export const selectNodes: NodeSelector = half;
 * assertEquals(half([1n, 2n, 3n, 4n], { round: 1, kind: "train" }), [1n, 3n]);
 * ```
 */
export interface Selection {
  /** Counted from 1. */
  readonly round: number;
  /** What the phase is for. */
  readonly kind: "train" | "evaluate";
}

/**
 * Federated averaging (McMahan et al., 2017): each round, nodes chosen at random train the model on their own data,
 * and the new model is the mean of theirs, weighed by how many examples each has.
 *
 * Other strategies change one part of it: what is sent along with the model, how replies are put together, or what
 * is done with their mean.
 *
 * A reply to training holds one ArrayRecord, with the names, shapes and element types of all others, and one
 * MetricRecord with the weight, `num-examples`; a reply to evaluation holds the MetricRecord alone. Replies that carry
 * an error are left out and told to the log.
 * @throws {InconsistentMessageReplies} from {@link Strategy.start} when replies hold other records or keys than these
 * @throws {AggregationError} from {@link Strategy.start} when shapes or element types differ, or the model would hold
 * NaN: the sentence names round, node and array
 * @throws {RangeError} from {@link Strategy.start} when the weights add up to 0
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, FedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict, ServerApp } from "corolla";
 *
 * export const app = new ServerApp()
 *   .main(async (grid) => {
 *     const model = ArrayRecord.from({ weights: NDArray.zeros([784, 10], "float32") });
 *     const result = await new FedAvg({ fractionTrain: 0.5 }).start(grid, model, { numRounds: 10 });
 *     console.log(String(result));
 *   });
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * const grid = { host: { log: console } } as unknown as Grid;
 * const { arrays } = await new FedAvg().aggregateTrain(1, [reply(1, 10), reply(4, 20)], grid);
 * // (10 * 1 + 20 * 4) / 30
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [3]);
 * ```
 */
export declare class FedAvg extends Strategy {
  #private;
  /** The settings, with all defaults in place. */
  protected readonly settings: FedAvgSettings;
  /** The model that was sent for the round under way. */
  protected sent: ArrayRecord | undefined;
  /** A strategy with these settings; none of them must be given. */
  constructor(options?: FedAvgOptions);
  /** The metric by which replies are weighed. */
  get weightedByKey(): string;
  /** Whether the model is the weighted mean of the replies and nothing else: one node then cannot change it by more. */
  get isPlainMean(): boolean;
  /** The settings, as lines for the log. */
  summary(): string[];
  /** The instructions of a round's training, one for each node that was chosen. */
  configureTrain(phase: Phase): Promise<Message[]>;
  /** The instructions of a round's evaluation, one for each node that was chosen. */
  configureEvaluate(phase: Phase): Promise<Message[]>;
  /** Makes one model and one set of metrics of all replies of a round. */
  aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  /** Makes one model and one set of metrics of the replies, as they arrive. */
  streamTrain(round: number, replies: AsyncIterable<Message>, grid: Grid): Promise<TrainOutcome>;
  /** Makes one set of metrics of all replies of a round. */
  aggregateEvaluate(round: number, replies: Message[], grid: Grid): Promise<MetricRecord | undefined>;
  /** What the log is told before the first round. */
  protected warnings(): string[];
  /** Adds to the settings that are sent with the model for training. */
  protected addTrainSettings(_config: ConfigRecord): void;
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round, streaming }: FoldScene): ArrayFold;
  /** Whether so many valid replies can be aggregated. */
  protected isEnough(count: number, _scene: FoldScene): boolean;
  /** Makes the new model of what the replies were folded to. */
  protected update(folded: ArrayRecord, _round: number): ArrayRecord;
  /** The messages of a phase: the model and the settings for each node that was chosen. */
  protected instructions(phase: Phase, settings: PhaseSettings): Promise<Message[]>;
  /** The nodes for a phase: those that `selectNodes` chooses, or chance. Waits until enough are online. */
  protected sample({ grid, round }: Phase, { kind, fraction, minNodes }: PhaseSettings): Promise<Sample>;
  /** The same message for each of these nodes. */
  protected messagesFor(nodeIds: readonly bigint[], { arrays, config, round }: Phase, messageType: "train" | "evaluate"): Message[];
}

/**
 * One phase's settings, and how the log calls it.
 *
 * @example
 * ```ts
 * import { FedAvg, type Message, type Phase, type PhaseSettings } from "corolla";
 *
 * // Asks twice as many nodes as it must.
 * export class Generous extends FedAvg {
 *   protected override async instructions(phase: Phase, settings: PhaseSettings): Promise<Message[]> {
 *     return await super.instructions(phase, { ...settings, minNodes: 2 * settings.minNodes });
 *   }
 * }
 * ```
 */
export interface PhaseSettings {
  /** What the phase is for. */
  readonly kind: "train" | "evaluate";
  /** The part of the nodes online that is wanted, from 0 to 1. */
  readonly fraction: number;
  /** The least number of nodes to take. */
  readonly minNodes: number;
}

/**
 * The settings of {@link FedAvg}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type FedAvgOptions } from "corolla";
 *
 * // As Flower does it, bit by bit, but with an end to the waiting for nodes.
 * const options: FedAvgOptions = { aggregation: "reference", waitForNodes: 300 };
 * assertEquals(new FedAvg(options).weightedByKey, "num-examples");
 * ```
 */
export interface FedAvgOptions extends FlowerFedAvgOptions {
  /**
   * `streaming`, the default: replies are folded as they arrive into sums in double precision, so that memory does
   * not grow with the number of nodes, and what would make a model that nobody meant is refused. `reference`: all
   * replies are held, and the result is that of Flower and NumPy bit by bit, also where shapes, element types or NaN
   * in them make no sense. The settings below then are as in Flower unless told. Where all replies are given at once,
   * to `aggregateTrain`, they are put together in NumPy's arithmetic in any case.
   */
  readonly aggregation?: "streaming" | "reference";
  /** Refuse arrays of different shapes instead of stretching them as NumPy does. */
  readonly strictShapes?: boolean;
  /** Refuse arrays of different element types instead of converting them to the first reply's. */
  readonly strictDtypes?: boolean;
  /** Whether a model that holds NaN ends the run (`refuse`) or is gone on with (`keep`). */
  readonly nan?: "refuse" | "keep";
  /** How the arrays of a reply are paired with those of the model where a strategy compares the two. */
  readonly matching?: "key" | "position";
  /** What happens when all weights are 0: an error, as in Flower, or a round without a result. */
  readonly zeroWeights?: "refuse" | "skip";
  /** `keep`: the new model has the element types of the one that was sent. `promote`, as in Flower, unless told. */
  readonly dtypePolicy?: "promote" | "keep";
  /** Write the round into the messages' group id, which Flower leaves empty. */
  readonly groupByRound?: boolean;
  /** Seconds after which a phase stops waiting for enough nodes, and the run ends. Flower waits without end. */
  readonly waitForNodes?: number;
  /** Chooses the nodes of a phase in the place of chance. How many must be online stays as it is. */
  readonly selectNodes?: NodeSelector;
}

/**
 * The settings with all defaults in place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type FedAvgSettings } from "corolla";
 *
 * class Open extends FedAvg {
 *   get all(): FedAvgSettings {
 *     return this.settings;
 *   }
 * }
 * const { fractionTrain, nan, matching } = new Open().all;
 * assertEquals([fractionTrain, nan, matching], [1, "refuse", "key"]);
 * ```
 */
export type FedAvgSettings = Required<Omit<FedAvgOptions, "waitForNodes" | "selectNodes">> & Pick<FedAvgOptions, "waitForNodes" | "selectNodes">;

/**
 * The settings of {@link FedAvg} that Flower has too, with its names and defaults.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type FlowerFedAvgOptions } from "corolla";
 *
 * const options: FlowerFedAvgOptions = {
 *   fractionTrain: 0.1,
 *   minTrainNodes: 10,
 *   minAvailableNodes: 100,
 *   weightedByKey: "num-patients",
 * };
 * assertEquals(new FedAvg(options).weightedByKey, "num-patients");
 * ```
 */
export interface FlowerFedAvgOptions {
  /** The part of the nodes online that trains in a round, 1 unless told. Exactly 0 skips training. */
  readonly fractionTrain?: number;
  /** The part of the nodes online that evaluates in a round, 1 unless told. Exactly 0 skips evaluation. */
  readonly fractionEvaluate?: number;
  /** 2 unless told. */
  readonly minTrainNodes?: number;
  /** 2 unless told. */
  readonly minEvaluateNodes?: number;
  /** How many nodes must be online before a phase starts, 2 unless told. */
  readonly minAvailableNodes?: number;
  /** The metric by which replies are weighed, `num-examples` unless told. */
  readonly weightedByKey?: string;
  /** The name under which the model is sent, `arrays` unless told. */
  readonly arrayrecordKey?: string;
  /** The name under which settings are sent, `config` unless told. */
  readonly configrecordKey?: string;
  /**
   * How training metrics are aggregated; the weighted mean unless told. Where replies are folded as they arrive it is
   * given them without their arrays.
   */
  readonly trainMetricsAggrFn?: MetricsAggregator;
  /** How evaluation metrics are aggregated; the weighted mean unless told. */
  readonly evaluateMetricsAggrFn?: MetricsAggregator;
}

/**
 * Puts the arrays of a round's replies together, one reply after the other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type ArrayFold, FedAvg, type GoodReply, NDArray, RecordDict } from "corolla";
 *
 * // Takes the model of whoever answers first.
 * class First implements ArrayFold {
 *   readonly holdsReplies = false;
 *   #arrays?: ArrayRecord;
 *   add({ content }: GoodReply) {
 *     this.#arrays ??= content.arrays("arrays").copy();
 *   }
 *   finish() {
 *     return { arrays: this.#arrays };
 *   }
 * }
 * export class FastestWins extends FedAvg {
 *   protected override openFold(): ArrayFold {
 *     return new First();
 *   }
 * }
 *
 * const fold = new First();
 * for (const w of [1, 2]) {
 *   const arrays = ArrayRecord.from({ w: new NDArray(Float32Array.of(w)) });
 *   fold.add({ nodeId: 7n, content: new RecordDict({ arrays }) });
 * }
 * assertEquals([...fold.finish().arrays!.toArrays()[0].toNumbers()], [1]);
 * ```
 */
export interface ArrayFold {
  /**
   * Whether replies are held until the end. Where not, a reply's arrays are free once {@link add} returns, and only a
   * few models are in memory however many nodes there are.
   */
  readonly holdsReplies: boolean;
  /**
   * Takes a reply in, as soon as it is there.
   * @throws {AggregationError} when the reply cannot be put together with those before it
   */
  add(reply: GoodReply): void;
  /** What they come to. Called once, after at least one reply. */
  finish(): Folded;
}

/**
 * What replies come to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Folded } from "corolla";
 *
 * // No model, and no reply's metrics count.
 * const nothing: Folded = { chosen: [] };
 * const empty: Folded = { arrays: new ArrayRecord() };
 * assertEquals([nothing.arrays, empty.arrays!.size], [undefined, 0]);
 * ```
 */
export interface Folded {
  /** The new model, or what a strategy makes one of; absent when there is none. */
  readonly arrays?: ArrayRecord;
  /** The replies whose metrics count, in the order in which they do; all of them unless told. */
  readonly chosen?: readonly GoodReply[];
}

/**
 * Where a fold stands.
 *
 * @example
 * ```ts
 * import { type ArrayFold, FedAvg, type FoldScene } from "corolla";
 *
 * export class Telling extends FedAvg {
 *   protected override openFold(scene: FoldScene): ArrayFold {
 *     scene.log.info(`Round ${scene.round}: replies come ${scene.streaming ? "one by one" : "all at once"}`);
 *     return super.openFold(scene);
 *   }
 * }
 * ```
 */
export interface FoldScene {
  /** Counted from 1. */
  readonly round: number;
  /** Whether replies come one after the other, rather than all at once. */
  readonly streaming: boolean;
  /** The run's log. */
  readonly log: AppHost["log"];
}

/**
 * Holds all replies, for rules that must see them side by side.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ArrayFold, FedAvg, HeldReplies, RecordDict } from "corolla";
 *
 * // The last reply wins.
 * export class LastWins extends FedAvg {
 *   protected override openFold(): ArrayFold {
 *     return new HeldReplies((replies) => ({ arrays: replies.at(-1)!.content.arrays("arrays") }));
 *   }
 * }
 *
 * const fold = new HeldReplies((replies) => ({ chosen: replies.slice(1) }));
 * fold.add({ nodeId: 1n, content: new RecordDict() });
 * fold.add({ nodeId: 2n, content: new RecordDict() });
 * assertEquals(fold.finish().chosen!.map(({ nodeId }) => nodeId), [2n]);
 * ```
 */
export declare class HeldReplies implements ArrayFold {
  #private;
  /** All replies are held until the end. */
  readonly holdsReplies = true;
  /**
   * A fold that leaves the work to a rule.
   * @param rule what the replies come to, in the order in which they came
   */
  constructor(rule: (replies: readonly GoodReply[]) => Folded);
  /** Holds a reply. */
  add(reply: GoodReply): void;
  /** Hands all replies to the rule. */
  finish(): Folded;
}

/**
 * The content of a reply, and the node it came from.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type GoodReply, MetricRecord, RecordDict } from "corolla";
 *
 * const reply: GoodReply = { nodeId: 7n, content: new RecordDict({ metrics: new MetricRecord({ loss: 0.5 }) }) };
 * assertEquals([...reply.content.metricRecords()][0][0], "metrics");
 * ```
 */
export interface GoodReply {
  /** The node that answered. */
  readonly nodeId: NodeId;
  /** One ArrayRecord, unless it was let go, and one MetricRecord. */
  readonly content: RecordDict;
}

/**
 * Federated averaging with momentum on the server (Hsu et al., 2019). With both settings at their defaults it is
 * FedAvg.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAvgM, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAvgM({ serverLearningRate: 0.5 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * // Half of the way from 0 to the mean, 3.
 * assertEquals([...outcome.arrays!.toArrays()[0].toNumbers()], [1.5]);
 * ```
 */
export declare class FedAvgM extends FedAvg {
  #private;
  /** A strategy with these settings; none of them must be given. */
  constructor({ serverLearningRate, serverMomentum, ...options }?: FedAvgMOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
  /** The instructions of a round's training, one for each node that was chosen. */
  configureTrain(phase: Phase): Promise<Message[]>;
  /** What must be remembered from round to round, for a checkpoint. */
  saveState(): RecordDict;
  /** Takes up what {@link saveState} gave. */
  loadState(state: RecordDict): void;
  /** Makes the new model of the mean of the replies. */
  protected update(mean: ArrayRecord, round: number): ArrayRecord;
}

/**
 * The settings of {@link FedAvgM}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvgM, type FedAvgMOptions } from "corolla";
 *
 * const options: FedAvgMOptions = { serverMomentum: 0.9, fractionTrain: 0.5 };
 * assertEquals(new FedAvgM(options).summary().some((line) => line.includes("Server Momentum: 0.9")), true);
 * ```
 */
export interface FedAvgMOptions extends FedAvgOptions {
  /** How far to go in the direction the nodes point; 1 unless told. */
  readonly serverLearningRate?: number;
  /** How much of the last direction is kept; 0 unless told. */
  readonly serverMomentum?: number;
}

/**
 * FedProx (Li et al., 2020): federated averaging in which nodes are held near the global model. Nodes find
 * `proximal-mu` in the settings of their training, and add `mu / 2 * ||w - w_global||²` to their loss themselves.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedProx, type Grid } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedProx({ proximalMu: 0.1 });
 * const phase = { round: 1, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 * const [instruction] = await strategy.configureTrain(phase);
 * // What the ClientApp finds in its message.
 * assertEquals(instruction.content.config("config").getFloat("proximal-mu"), 0.1);
 * ```
 */
export declare class FedProx extends FedAvg {
  #private;
  /** A strategy with these settings; none of them must be given. */
  constructor({ proximalMu, ...options }?: FedProxOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
  /** What the log is told before the first round. */
  protected warnings(): string[];
  /** Adds to the settings that are sent with the model for training. */
  protected addTrainSettings(config: ConfigRecord): void;
}

/**
 * The settings of {@link FedProx}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedProx, type FedProxOptions } from "corolla";
 *
 * const options: FedProxOptions = { proximalMu: 0.1, minTrainNodes: 5 };
 * assertEquals(new FedProx(options).summary().some((line) => line.includes("Proximal mu: 0.1")), true);
 * ```
 */
export interface FedProxOptions extends FedAvgOptions {
  /** How strongly nodes are held near the global model; 0, not at all, unless told. */
  readonly proximalMu?: number;
}

/**
 * FedAdagrad (Reddi et al., 2021): every element takes the smaller steps the further it has gone. `eta` is 0.1
 * unless told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAdagrad, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAdagrad({ eta: 0.1, tau: 0 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * // The first step is as long as the learning rate, however far the nodes went.
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(4), "0.1000");
 * ```
 */
export declare class FedAdagrad extends FedOpt {
  /** A strategy with these settings; none of them must be given. */
  constructor({ eta, etaL, tau, ...options }?: FedOptOptions);
  /** Computes one array of the new model, and its moments. */
  protected step({ current, delta, v }: OptimiserStep, { eta, tau }: FedOptSettings): Optimised;
}

/**
 * FedAdam (Reddi et al., 2021), with Adam's correction of the bias. `eta` is 0.1 unless told. As in Flower the new
 * model is of double precision whatever the old one was; `dtypePolicy: "keep"` keeps the element types.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAdam, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAdam({ eta: 0.1, dtypePolicy: "keep" });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(4), "0.0740");
 * ```
 */
export declare class FedAdam extends FedOpt {
  /** A strategy with these settings; none of them must be given. */
  constructor({ eta, etaL, beta1, beta2, tau, ...options }?: FedAdamOptions);
  /** Computes one array of the new model, and its moments. */
  protected step({ round, current, delta, m, v }: OptimiserStep, settings: FedOptSettings): Optimised;
}

/**
 * The settings of {@link FedAdam} and {@link FedYogi}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAdam, type FedAdamOptions, FedYogi } from "corolla";
 *
 * const options: FedAdamOptions = { eta: 0.05, beta1: 0.8, beta2: 0.95 };
 * const strategies = [new FedAdam(options), new FedYogi(options)];
 * const shown = strategies.map((strategy) => strategy.summary().some((line) => line.includes("beta_1 (0.8)")));
 * assertEquals(shown, [true, true]);
 * ```
 */
export interface FedAdamOptions extends FedOptOptions {
  /** How much of the first moment is kept; 0.9 unless told. */
  readonly beta1?: number;
  /** How much of the second moment is kept; 0.99 unless told. */
  readonly beta2?: number;
}

/**
 * FedYogi (Reddi et al., 2021): like Adam without the correction, and with a second moment that falls more slowly.
 * `eta` is 0.01 and `etaL` 0.0316 unless told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedYogi, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedYogi({ eta: 0.02 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(4), "0.0199");
 * ```
 */
export declare class FedYogi extends FedOpt {
  /** A strategy with these settings; none of them must be given. */
  constructor({ eta, etaL, beta1, beta2, tau, ...options }?: FedAdamOptions);
  /** Computes one array of the new model, and its moments. */
  protected step({ current, delta, m, v }: OptimiserStep, settings: FedOptSettings): Optimised;
}

/**
 * Adaptive optimisation on the server (Reddi et al., 2021): the way from the model that was sent to the mean of the
 * replies is taken for a gradient. What an optimiser does with it is its `step`.
 * @throws {AggregationError} from {@link Strategy.start} when the mean has other names or shapes than the model sent
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAdagrad, FedAdam, type FedOpt, FedYogi } from "corolla";
 *
 * const strategies: FedOpt[] = [new FedAdagrad(), new FedAdam(), new FedYogi()];
 * assertEquals(strategies.map(({ name }) => name), ["FedAdagrad", "FedAdam", "FedYogi"]);
 * // Their first and second moments are what a checkpoint keeps of them; there are none before the first round.
 * assertEquals(strategies.map((strategy) => strategy.saveState().size), [0, 0, 0]);
 * ```
 */
declare abstract class FedOpt extends FedAvg {
  #private;
  /** To be called by a class that says what a step is. */
  constructor(optimiser: FedOptSettings, options: FedAvgOptions);
  /** Computes one array of the new model, and its moments. */
  protected abstract step(step: OptimiserStep, settings: FedOptSettings): Optimised;
  /** The settings, as lines for the log. */
  summary(): string[];
  /** What must be remembered from round to round, for a checkpoint. */
  saveState(): RecordDict;
  /** Takes up what {@link saveState} gave. */
  loadState(state: RecordDict): void;
  /** Makes the new model of the mean of the replies. */
  protected update(mean: ArrayRecord, round: number): ArrayRecord;
}

/**
 * The settings that the adaptive optimisers share.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAdagrad, type FedOptOptions } from "corolla";
 *
 * const options: FedOptOptions = { eta: 0.05, tau: 0.01 };
 * assertEquals(new FedAdagrad(options).summary().some((line) => line.includes("tau (0.01)")), true);
 * ```
 */
export interface FedOptOptions extends FedAvgOptions {
  /** The learning rate of the server. */
  readonly eta?: number;
  /** The learning rate of the nodes. Nothing is computed with it here, as in Flower: nodes set their own. */
  readonly etaL?: number;
  /** How much the optimiser adapts: the smaller, the more. 0.001 unless told. */
  readonly tau?: number;
}

/**
 * The settings with the optimiser's defaults in place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { FedOptSettings } from "corolla";
 *
 * const adam: FedOptSettings = { eta: 0.1, etaL: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 };
 * assertEquals(adam.eta, adam.etaL);
 * ```
 */
export interface FedOptSettings {
  /** The learning rate of the server. */
  readonly eta: number;
  /** The learning rate of the nodes, which compute with it themselves. */
  readonly etaL: number;
  /** How much of the first moment is kept, from 0 to 1. */
  readonly beta1: number;
  /** How much of the second moment is kept, from 0 to 1. */
  readonly beta2: number;
  /** How much the optimiser adapts: the smaller, the more. */
  readonly tau: number;
}

/**
 * What became of an array.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type Optimised } from "corolla";
 *
 * const array = (value: number) => new NDArray(Float64Array.of(value));
 * const result: Optimised = { next: array(1.5), m: array(0.05), v: array(0.0025) };
 * assertEquals(result.next.dtype, "float64");
 * ```
 */
export interface Optimised {
  /** The array as it is from now on. */
  readonly next: NDArray;
  /** The first moment, of the shape of the array. */
  readonly m: NDArray;
  /** The second moment, of the shape of the array. */
  readonly v: NDArray;
}

/**
 * One array of the model on its way from one round to the next.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type OptimiserStep } from "corolla";
 *
 * const array = (value: number) => new NDArray(Float64Array.of(value));
 * const step: OptimiserStep = { round: 1, current: array(1), delta: array(0.5), m: array(0), v: array(0) };
 * assertEquals(step.delta.shape, step.current.shape);
 * ```
 */
export interface OptimiserStep {
  /** Counted from 1. */
  readonly round: number;
  /** The array that was sent. */
  readonly current: NDArray;
  /** From there to the mean of the replies. */
  readonly delta: NDArray;
  /** The first moment so far. */
  readonly m: NDArray;
  /** The second moment so far. */
  readonly v: NDArray;
}

/**
 * q-FedAvg (Li et al., 2020): nodes on which the model does badly count more, so that it comes to do about equally
 * well on all. Replies are not weighed by their examples. As in Flower the new model is of double precision.
 * @throws {AggregationError} from {@link Strategy.start} when a reply lacks its loss
 * @throws {TypeError} from {@link Strategy.start} when an array holds no floating point numbers
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, type Grid, Message, MetricRecord, NDArray, QFedAvg, RecordDict } from "corolla";
 *
 * // Two nodes pull the one weight in opposite directions; the model does badly on the second.
 * const reply = (weight: number, loss: number) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": 10, train_loss: loss }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new QFedAvg({ clientLearningRate: 0.1, q: 1 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(-1, 0.1), reply(1, 5)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0] > 0, true);
 * ```
 */
export declare class QFedAvg extends FedAvg {
  #private;
  /**
   * A strategy with these settings; the learning rate must be given.
   * @throws {RangeError} when the learning rate is not above 0
   */
  constructor({ clientLearningRate, q, trainLossKey, ...options }: QFedAvgOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * The settings of {@link QFedAvg}.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { QFedAvg, type QFedAvgOptions } from "corolla";
 *
 * const options: QFedAvgOptions = { clientLearningRate: 0.01, q: 0.5, trainLossKey: "loss" };
 * export const strategy = new QFedAvg(options);
 * assertThrows(() => new QFedAvg({ ...options, clientLearningRate: 0 }), RangeError, "above 0");
 * ```
 */
export interface QFedAvgOptions extends FedAvgOptions {
  /** The learning rate that the nodes train with. */
  readonly clientLearningRate: number;
  /** How much more nodes with a high loss count; 0.1 unless told, and 0 counts all alike. */
  readonly q?: number;
  /** The metric that holds a node's loss; `train_loss` unless told. */
  readonly trainLossKey?: string;
}

/**
 * The median of the replies, element by element (Yin et al., 2018), so that a few nodes cannot drag the model away.
 * Replies are not weighed, and all of them are held until the last one is there.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and shapes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, FedMedian, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * // One node is far off.
 * const { arrays } = await new FedMedian().aggregateTrain(1, [reply(1), reply(2), reply(900)], grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [2]);
 * ```
 */
export declare class FedMedian extends FedAvg {
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * The mean of the replies, element by element, without the lowest and the highest (Yin et al., 2018). Replies are not
 * weighed, and all of them are held until the last one is there. What is left out may hold NaN.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and shapes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, FedTrimmedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const replies = [reply(-900), reply(1), reply(2), reply(3), reply(900)];
 * const { arrays } = await new FedTrimmedAvg({ beta: 0.2 }).aggregateTrain(1, replies, grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [2]);
 * ```
 */
export declare class FedTrimmedAvg extends FedAvg {
  #private;
  /** A strategy with these settings; none of them must be given. */
  constructor({ beta, ...options }?: FedTrimmedAvgOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * The settings of {@link FedTrimmedAvg}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedTrimmedAvg, type FedTrimmedAvgOptions } from "corolla";
 *
 * const options: FedTrimmedAvgOptions = { beta: 0.1, minTrainNodes: 10 };
 * assertEquals(new FedTrimmedAvg(options).summary().some((line) => line.includes("beta: 0.1")), true);
 * ```
 */
export interface FedTrimmedAvgOptions extends FedAvgOptions {
  /** The part of the replies that is left out at each end; 0.2 unless told. Below 0.5. */
  readonly beta?: number;
}

/**
 * Krum (Blanchard et al., 2017): the one reply that lies nearest to its neighbours becomes the model.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and sizes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Grid, Krum, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const replies = [reply(1), reply(1.1), reply(1.2), reply(1.4), reply(900)];
 * const { arrays } = await new Krum({ numMaliciousNodes: 1 }).aggregateTrain(1, replies, grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [1.1]);
 * ```
 */
export declare class Krum extends MultiKrum {
  #private;
  /** A strategy with these settings; none of them must be given. */
  constructor({ numMaliciousNodes, ...options }?: KrumOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
}

/**
 * The settings of {@link Krum}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Krum, type KrumOptions } from "corolla";
 *
 * const options: KrumOptions = { numMaliciousNodes: 1, minTrainNodes: 5 };
 * assertEquals(new Krum(options).summary().some((line) => line.includes("malicious nodes: 1")), true);
 * ```
 */
export interface KrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
}

/**
 * Multi-Krum (Blanchard et al., 2017): of all replies those are taken that lie nearest to their neighbours, and
 * averaged as FedAvg does. All replies are held until the last one is there.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and sizes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Grid, Message, MetricRecord, MultiKrum, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const replies = [reply(1), reply(1.25), reply(1.5), reply(3), reply(900)];
 * const strategy = new MultiKrum({ numMaliciousNodes: 1, numNodesToSelect: 3 });
 * const { arrays } = await strategy.aggregateTrain(1, replies, grid);
 * // The mean of the three that lie nearest to each other.
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [1.25]);
 * ```
 */
export declare class MultiKrum extends FedAvg {
  #private;
  /**
   * A strategy with these settings; none of them must be given.
   * @throws {RangeError} when no reply would ever be taken
   */
  constructor({ numMaliciousNodes, numNodesToSelect, ...options }?: MultiKrumOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * The settings of {@link MultiKrum}.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { MultiKrum, type MultiKrumOptions } from "corolla";
 *
 * const options: MultiKrumOptions = { numMaliciousNodes: 1, numNodesToSelect: 3, minTrainNodes: 6 };
 * export const strategy = new MultiKrum(options);
 * assertThrows(() => new MultiKrum({ ...options, numNodesToSelect: 0 }), RangeError, "must be 1 or more");
 * ```
 */
export interface MultiKrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
  /** How many replies are taken; 1 unless told. */
  readonly numNodesToSelect?: number;
}

/**
 * Bulyan (El Mhamdi et al., 2018): of the replies that another rule chooses, element by element, the mean of the
 * values nearest to their median. Replies are not weighed. A round with too few replies changes nothing.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and sizes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, Bulyan, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = { host: { log: console } } as unknown as Grid;
 * const replies = [reply(1), reply(1), reply(1), reply(1), reply(1), reply(1), reply(900)];
 * const { arrays } = await new Bulyan({ numMaliciousNodes: 1 }).aggregateTrain(1, replies, grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [1]);
 * ```
 */
export declare class Bulyan extends FedAvg {
  #private;
  /** A strategy with these settings; none of them must be given. */
  constructor({ numMaliciousNodes, selectionRule, ...options }?: BulyanOptions);
  /** The settings, as lines for the log. */
  summary(): string[];
  /** Whether so many valid replies can be aggregated. */
  protected isEnough(count: number, { round, log }: FoldScene): boolean;
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * The settings of {@link Bulyan}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Bulyan, type BulyanOptions } from "corolla";
 *
 * const options: BulyanOptions = { numMaliciousNodes: 1, minTrainNodes: 7 };
 * assertEquals(new Bulyan(options).summary().some((line) => line.includes("malicious nodes: 1")), true);
 * ```
 */
export interface BulyanOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. A round needs 4 times as many replies and 3 more. */
  readonly numMaliciousNodes?: number;
  /** Which replies are looked at; those that Multi-Krum chooses unless told. */
  readonly selectionRule?: SelectionRule;
}

/**
 * How many replies to take, and how many may lie.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RecordDict, type SelectionCounts, type SelectionRule } from "corolla";
 *
 * const firstOnes: SelectionRule = (replies, { numNodesToSelect }: SelectionCounts) => replies.slice(0, numNodesToSelect);
 * const replies = [new RecordDict(), new RecordDict(), new RecordDict()];
 * assertEquals(firstOnes(replies, { numMaliciousNodes: 0, numNodesToSelect: 2 }).length, 2);
 * ```
 */
export interface SelectionCounts {
  /** How many of the replies may lie. */
  readonly numMaliciousNodes: number;
  /** How many replies to take. */
  readonly numNodesToSelect: number;
}

/**
 * Chooses replies that can be trusted, the best first.
 *
 * @example
 * ```ts
 * import { Bulyan, selectMultiKrum, type SelectionRule } from "corolla";
 *
 * // Multi-Krum, but never more than ten replies.
 * const few: SelectionRule = (replies, counts) => selectMultiKrum(replies, counts).slice(0, 10);
 * export const strategy = new Bulyan({ selectionRule: few, numMaliciousNodes: 1, minTrainNodes: 7 });
 * ```
 */
export type SelectionRule = (replies: readonly RecordDict[], counts: SelectionCounts) => readonly RecordDict[];

/**
 * The replies that lie nearest to their neighbours (Multi-Krum, Blanchard et al., 2017), the nearest first. Distances
 * are computed in double precision. What holds NaN comes last.
 * @param replies each with one ArrayRecord of the same sizes
 * @returns as many of the replies as `numNodesToSelect` says, or all
 * @throws {AggregationError} when an array has another size in one reply than in another
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, NDArray, RecordDict, selectMultiKrum } from "corolla";
 *
 * const replies = [900, 1, 1.1, 1.2, 5].map((w) =>
 *   new RecordDict({ arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(w)) }) })
 * );
 * const [nearest] = selectMultiKrum(replies, { numMaliciousNodes: 1, numNodesToSelect: 1 });
 * assertEquals([...nearest.arrays("arrays").toArrays()[0].toNumbers()], [1.1]);
 * ```
 */
export declare function selectMultiKrum(replies: readonly RecordDict[], counts: SelectionCounts): readonly RecordDict[];

/**
 * Bagging of gradient-boosted trees (XGBoost): the trees that the nodes grew in a round are appended to the model one
 * node after the other. The model is the JSON that XGBoost saves, as the bytes of one array of `uint8` named `0`; an
 * empty array says that there are no trees yet.
 * @throws {AggregationError} from {@link Strategy.start} when what a node sent is no model of trees
 * @throws {InconsistentMessageReplies} from {@link Strategy.start} when there is not exactly one array
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedXgbBagging, type Grid, NDArray } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const noTreesYet = ArrayRecord.from([new NDArray(new Uint8Array())]);
 * const strategy = new FedXgbBagging({ fractionTrain: 0.5 });
 * const instructions = await strategy.configureTrain({ round: 1, arrays: noTreesYet, config: new ConfigRecord(), grid });
 * assertEquals(instructions.length, 2);
 * ```
 */
export declare class FedXgbBagging extends FedAvg {
  /** The instructions of a round's training, one for each node that was chosen. */
  configureTrain(phase: Phase): Promise<Message[]>;
  /** How the arrays of a round's replies are put together. */
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * Gradient-boosted trees (XGBoost) that go round: each round one node trains the model and hands it on as it is. The
 * nodes take turns in the order in which they were first seen.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedXgbCyclic, type Grid } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedXgbCyclic({ minAvailableNodes: 2 });
 * const asked: bigint[] = [];
 * for (const round of [1, 2, 3]) {
 *   const phase = { round, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 *   for (const { metadata } of await strategy.configureTrain(phase)) asked.push(metadata.dstNodeId);
 * }
 * // One node a round, and then the other.
 * assertEquals([asked[0] === asked[2], asked[0] === asked[1]], [true, false]);
 * ```
 */
export declare class FedXgbCyclic extends FedAvg {
  #private;
  /**
   * A strategy with these settings; none of them must be given.
   * @throws {RangeError} when a fraction is neither 0 nor 1
   */
  constructor(options?: FedXgbCyclicOptions);
  /** The instructions of a round's training, one for each node that was chosen. */
  configureTrain(phase: Phase): Promise<Message[]>;
  /** The instructions of a round's evaluation, one for each node that was chosen. */
  configureEvaluate(phase: Phase): Promise<Message[]>;
  /** What must be remembered from round to round, for a checkpoint. */
  saveState(): RecordDict;
  /** Takes up what {@link saveState} gave. */
  loadState(state: RecordDict): void;
  /** How the arrays of a round's replies are put together. */
  protected openFold(): ArrayFold;
}

/**
 * The settings of {@link FedXgbCyclic}. Fractions are 0 or 1.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { FedXgbCyclic, type FedXgbCyclicOptions } from "corolla";
 *
 * const options: FedXgbCyclicOptions = { minAvailableNodes: 5 };
 * export const strategy = new FedXgbCyclic(options);
 * assertThrows(() => new FedXgbCyclic({ ...options, fractionTrain: 0.5 }), RangeError, "must be 0 or 1");
 * ```
 */
export type FedXgbCyclicOptions = Omit<FedAvgOptions, "minTrainNodes" | "minEvaluateNodes">;

/**
 * Differential privacy around another strategy: no update may be longer than a norm, and noise is added to the model
 * that they come to, so that it does not tell whether any one node took part. The inner strategy's own noise-free
 * model never leaves this one.
 * A round in which a node failed has no result: the noise would not fit those that are left.
 * @throws {RangeError} from {@link Strategy.start} when an update has length 0 or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DifferentialPrivacy, DifferentialPrivacyServerSideFixedClipping, FedAvg } from "corolla";
 *
 * const strategy: DifferentialPrivacy = new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 1.1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 50,
 * });
 * assertEquals([strategy.clippingNorm, strategy.epsilon], [0.5, undefined]);
 * ```
 */
declare abstract class DifferentialPrivacy extends Strategy {
  #private;
  /**
   * To be called by the classes that say who clips, and how the norm is found.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: DifferentialPrivacyOptions, kind: PrivacyKind);
  /** The longest that an update may be now. */
  get clippingNorm(): number;
  /** Epsilon so far, for the accountant's delta; undefined without an accountant. */
  get epsilon(): number | undefined;
  /** The settings, as lines for the log. */
  summary(): string[];
  /** The instructions of a round's training, one for each node that was chosen. */
  configureTrain(phase: Phase): Promise<Message[]>;
  /** The instructions of a round's evaluation, one for each node that was chosen. */
  configureEvaluate(phase: Phase): Promise<Message[]>;
  /** Makes one set of metrics of all replies of a round. */
  aggregateEvaluate(round: number, replies: Message[], grid: Grid): Promise<MetricRecord | undefined>;
  /** Makes one model and one set of metrics of all replies of a round. */
  aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  /** Makes one model and one set of metrics of the replies, as they arrive. */
  streamTrain(round: number, replies: AsyncIterable<Message>, grid: Grid): Promise<TrainOutcome>;
  /** What must be remembered from round to round, for a checkpoint. */
  saveState(): RecordDict;
  /** Takes up what {@link saveState} gave. */
  loadState(state: RecordDict): void;
}

/**
 * The settings that all kinds of differential privacy share.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * const options: corolla.DifferentialPrivacyOptions = {
 *   noiseMultiplier: 1.1,
 *   numSampledClients: 50,
 *   accountant: { delta: 1e-5, population: 500 },
 * };
 * const strategy = new corolla.DifferentialPrivacyServerSideFixedClipping(new corolla.FedAvg(), {
 *   ...options,
 *   clippingNorm: 0.5,
 * });
 * // Nothing was done yet that could cost anything.
 * assertEquals(strategy.epsilon! < 0.1, true);
 * ```
 */
export interface DifferentialPrivacyOptions {
  /** The noise on the model, as a multiple of the clipping norm over the number of clients; 0 or above. */
  readonly noiseMultiplier: number;
  /** How many clients take part in a round; above 0. */
  readonly numSampledClients: number;
  /**
   * `reference` does what Flower does bit by bit: all replies are held, their arrays are paired by position, and those
   * without axes are not clipped.
   */
  readonly aggregation?: "streaming" | "reference";
  /** Leave arrays of integers, such as counters, as they are: they are neither clipped nor hidden by noise. */
  readonly floatsOnly?: boolean;
  /** Let replies pass that changed nothing, which end the run in Flower. */
  readonly allowZeroUpdates?: boolean;
  /** Tells the log after each round what privacy it cost. */
  readonly accountant?: PrivacyReportOptions;
}

/**
 * Central differential privacy in which nodes clip with {@link fixedclippingMod}; the server trusts them to do so.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, ConfigRecord, DifferentialPrivacyClientSideFixedClipping, FedAvg, type Grid } from "corolla";
 *
 * // The node's part.
 * export const app = new corolla.ClientApp()
 *   .train({ mods: [corolla.fixedclippingMod] }, (message) => message.reply(message.content));
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new DifferentialPrivacyClientSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 20,
 * });
 * const phase = { round: 1, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 * const [instruction] = await strategy.configureTrain(phase);
 * assertEquals(instruction.content.config("config").getFloat("clipping_norm"), 0.5);
 * ```
 */
export declare class DifferentialPrivacyClientSideFixedClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: FixedClippingOptions);
}

/**
 * Central differential privacy in which the server clips: it sees every node's update, and what leaves it hides them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new corolla.DifferentialPrivacyServerSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 0.0001,
 *   clippingNorm: 1,
 *   numSampledClients: 2,
 * });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * // Nobody moves the model by more than 1: what went to 900 counts like what went to 1.
 * const outcome = await strategy.aggregateTrain(1, [reply(1), reply(900)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(1), "1.0");
 * ```
 */
export declare class DifferentialPrivacyServerSideFixedClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: FixedClippingOptions);
}

/**
 * The settings of differential privacy with a clipping norm that stays.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { DifferentialPrivacyServerSideFixedClipping, FedAvg, type FixedClippingOptions } from "corolla";
 *
 * const options: FixedClippingOptions = { noiseMultiplier: 1.1, clippingNorm: 0, numSampledClients: 50 };
 * assertThrows(
 *   () => new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), options),
 *   RangeError,
 *   "clippingNorm",
 * );
 * ```
 */
export interface FixedClippingOptions extends DifferentialPrivacyOptions {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
}

/**
 * The settings of differential privacy with a clipping norm that follows the updates.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * const options: corolla.AdaptiveDifferentialPrivacyOptions = {
 *   noiseMultiplier: 0.8,
 *   numSampledClients: 50,
 *   initialClippingNorm: 0.2,
 * };
 * const strategy = new corolla.DifferentialPrivacyServerSideAdaptiveClipping(new corolla.FedAvg(), options);
 * assertEquals(strategy.clippingNorm, 0.2);
 * ```
 */
export interface AdaptiveDifferentialPrivacyOptions extends DifferentialPrivacyOptions, AdaptiveClippingOptions {
}

/**
 * Central differential privacy in which nodes clip with {@link adaptiveclippingMod}, to a norm that follows how long
 * updates are. The server trusts nodes to clip, and to say whether they had to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * // The node's part.
 * export const app = new corolla.ClientApp()
 *   .train({ mods: [corolla.adaptiveclippingMod] }, (message) => message.reply(message.content));
 *
 * const strategy = new corolla.DifferentialPrivacyClientSideAdaptiveClipping(new corolla.FedAvg(), {
 *   noiseMultiplier: 0.5,
 *   numSampledClients: 20,
 * });
 * assertEquals(strategy.clippingNorm, 0.1);
 * ```
 */
export declare class DifferentialPrivacyClientSideAdaptiveClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions);
}

/**
 * Central differential privacy in which the server clips, to a norm that follows how long updates are.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new corolla.DifferentialPrivacyServerSideAdaptiveClipping(new FedAvg(), {
 *   noiseMultiplier: 0.1,
 *   numSampledClients: 2,
 *   initialClippingNorm: 1,
 *   quantileSemantics: "paper",
 * });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * await strategy.aggregateTrain(1, [reply(100), reply(900)], grid);
 * // Both updates were too long, so that the norm grows.
 * assertEquals(strategy.clippingNorm > 1, true);
 * ```
 */
export declare class DifferentialPrivacyServerSideAdaptiveClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions);
}

/**
 * The settings of a clipping norm that adapts; each has Flower's name and default.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * const norm: corolla.AdaptiveClippingOptions = { initialClippingNorm: 0.5, targetClippedQuantile: 0.3 };
 * const strategy = new corolla.DifferentialPrivacyServerSideAdaptiveClipping(new corolla.FedAvg(), {
 *   noiseMultiplier: 0.8,
 *   numSampledClients: 50,
 *   ...norm,
 * });
 * assertEquals(strategy.clippingNorm, 0.5);
 * ```
 */
export interface AdaptiveClippingOptions {
  /** Where the norm starts; 0.1 unless told. */
  readonly initialClippingNorm?: number;
  /** The part of the updates that is to be clipped; 0.5 unless told. */
  readonly targetClippedQuantile?: number;
  /** How fast the norm follows; 0.2 unless told. */
  readonly clipNormLr?: number;
  /** The standard deviation of the noise on the count of clipped updates; a twentieth of the clients unless told. */
  readonly clippedCountStddev?: number;
  /**
   * What the quantile is of. `flower`, the default: of updates that were clipped, so that the norm shrinks when too
   * many are. `paper`: of updates that were not (Andrew et al., 2019), so that the norm grows.
   */
  readonly quantileSemantics?: "flower" | "paper";
}

/**
 * Adds up what the rounds cost. It holds for nodes that take part by chance and independently of each other; Flower's
 * samples of a fixed size come close to that. What is hidden is one node's whole part, added or removed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PrivacyAccountant } from "corolla";
 *
 * const accountant = new PrivacyAccountant();
 * // 100 rounds with 1 of 100 nodes each, and noise 1.1 times as wide as what one node can change.
 * for (let round = 0; round < 100; round++) accountant.step({ noiseMultiplier: 1.1, samplingRate: 0.01 });
 * assertEquals(accountant.epsilon(1e-5).toFixed(2), "0.98");
 * ```
 */
export declare class PrivacyAccountant {
  #private;
  /**
   * An account of rounds that cost nothing yet.
   * @param costs what {@link costs} of another one was, to go on from
   */
  constructor(costs?: readonly number[]);
  /** The cost so far at each order; to be kept, not to be read. */
  get costs(): readonly number[];
  /** Adds a round. */
  step(step: PrivacyStep): void;
  /** Epsilon for a delta above 0 and below 1; infinite when a round had no noise. */
  epsilon(delta: number): number;
}

/**
 * What one round costs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PrivacyAccountant, type PrivacyStep } from "corolla";
 *
 * const noiseless: PrivacyStep = { noiseMultiplier: 0, samplingRate: 1 };
 * const accountant = new PrivacyAccountant();
 * accountant.step(noiseless);
 * assertEquals(accountant.epsilon(1e-5), Infinity);
 * ```
 */
export interface PrivacyStep {
  /** Standard deviation of the noise over what one node can change. 0: none. */
  readonly noiseMultiplier: number;
  /** The chance of each node to take part, above 0 up to 1. */
  readonly samplingRate: number;
}

/**
 * How the cost of privacy is told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DifferentialPrivacyServerSideFixedClipping, FedAvg, type PrivacyReportOptions } from "corolla";
 *
 * const accountant: PrivacyReportOptions = { delta: 1e-5, population: 1000 };
 * const strategy = new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), {
 *   ...{ noiseMultiplier: 1.1, clippingNorm: 0.5, numSampledClients: 50 },
 *   accountant,
 * });
 * assertEquals(typeof strategy.epsilon, "number");
 * ```
 */
export interface PrivacyReportOptions {
  /** The chance that the promise does not hold, for instance 1e-5; below one over the number of nodes. */
  readonly delta: number;
  /**
   * How many nodes there are to draw from. The fewer of them take part in a round, the less a round costs. Without
   * it each node is taken to take part in every round.
   */
  readonly population?: number;
}

/**
 * Stops when a metric has not become better for some rounds.
 * The rule throws a RangeError when a report of the metric's side lacks the metric, or holds a list in its place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { earlyStopping, MetricRecord, Result } from "corolla";
 *
 * const stop = earlyStopping({ metric: "loss", mode: "min", patience: 2 });
 * // await new FedAvg().start(grid, model, { numRounds: 100, stop });
 *
 * const result = new Result();
 * const told: boolean[] = [];
 * for (const [index, loss] of [0.9, 0.5, 0.6, 0.7].entries()) {
 *   result.evaluateMetricsClientapp.set(index + 1, new MetricRecord({ loss }));
 *   told.push(await stop(index + 1, result));
 * }
 * assertEquals(told, [false, false, false, true]);
 * ```
 */
export declare function earlyStopping(options: EarlyStoppingOptions): StopRule;

/**
 * When to stop.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { earlyStopping, type EarlyStoppingOptions, Result } from "corolla";
 *
 * const options: EarlyStoppingOptions = { metric: "accuracy", mode: "max", minDelta: 0.001, of: "server" };
 * assertEquals(await earlyStopping(options)(1, new Result()), false);
 * ```
 */
export interface EarlyStoppingOptions extends MetricWatch {
  /** How many rounds without a better value to go on for; 3 unless told. */
  readonly patience?: number;
  /** By how much a value must be better to count; 0 unless told. */
  readonly minDelta?: number;
}

/**
 * Tells after a round whether it was the last one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Result, type StopRule } from "corolla";
 *
 * const goodEnough: StopRule = (round, { evaluateMetricsClientapp: rounds }) =>
 *   (rounds.get(round)?.getFloat("accuracy") ?? 0) > 0.95;
 * // await new FedAvg().start(grid, model, { numRounds: 100, stop: goodEnough });
 * assertEquals(await goodEnough(1, new Result()), false);
 * ```
 */
export type StopRule = (round: number, result: Result) => boolean | Promise<boolean>;

/**
 * A metric by which rounds are compared.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { earlyStopping, type MetricWatch, type StartOptions } from "corolla";
 *
 * const loss: MetricWatch = { metric: "loss", mode: "min" };
 * const options: StartOptions = { stop: earlyStopping(loss), checkpoint: { best: loss } };
 * assertEquals(options.checkpoint!.best!.metric, "loss");
 * ```
 */
export interface MetricWatch {
  /** The metric's name. */
  readonly metric: string;
  /** Whether the least or the most is best. */
  readonly mode: "min" | "max";
  /** Who reports it: nodes at training, nodes at evaluation (unless told), or `evaluateFn`. */
  readonly of?: "train" | "evaluate" | "server";
}

/**
 * When the rest of the nodes is not waited for.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { StartOptions, StragglerOptions } from "corolla";
 *
 * // Once nine of ten nodes have answered, the others have half a minute.
 * const stragglers: StragglerOptions = { enough: 0.9, graceSeconds: 30 };
 * const options: StartOptions = { numRounds: 10, stragglers };
 * assertEquals(options.stragglers!.enough, 0.9);
 * ```
 */
export interface StragglerOptions {
  /** How many replies are enough; below 1, which part of the nodes asked. */
  readonly enough: number;
  /** Seconds that the others still have once there are enough; 0 unless told. */
  readonly graceSeconds?: number;
}

/**
 * A run after one of its rounds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Checkpoint, RecordDict } from "corolla";
 *
 * const checkpoint: Checkpoint = {
 *   round: 3,
 *   arrays: new ArrayRecord(),
 *   strategy: "FedAvg",
 *   state: new RecordDict(),
 *   metrics: { train: new Map(), evaluate: new Map(), server: new Map() },
 * };
 * // await new FedAvg().start(grid, model, { numRounds: 10, resume: checkpoint });
 * assertEquals(checkpoint.round, 3);
 * ```
 */
export interface Checkpoint {
  /** The round that was done last. */
  readonly round: number;
  /** The model after that round. */
  readonly arrays: ArrayRecord;
  /** The name of the strategy's class. */
  readonly strategy: string;
  /** What the strategy remembers. */
  readonly state: RecordDict;
  /** The metrics of all rounds so far. */
  readonly metrics: CheckpointMetrics;
}

/**
 * The metrics of all rounds so far.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type CheckpointMetrics, MetricRecord } from "corolla";
 *
 * const metrics: CheckpointMetrics = {
 *   train: new Map([[1, new MetricRecord({ loss: 0.5 })]]),
 *   evaluate: new Map(),
 *   server: new Map(),
 * };
 * assertEquals(metrics.train.get(1)!.getFloat("loss"), 0.5);
 * ```
 */
export interface CheckpointMetrics {
  /** What the ClientApps reported from training, aggregated. */
  readonly train: MetricsByRound;
  /** What the ClientApps reported from evaluation, aggregated. */
  readonly evaluate: MetricsByRound;
  /** What `evaluateFn` reported; round 0 is the initial model. */
  readonly server: MetricsByRound;
}

/**
 * The checkpoint in a file.
 * @throws {TypeError} when it is no checkpoint of this program, or is cut
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ArrayRecord, decodeCheckpoint, encodeCheckpoint, NDArray, RecordDict } from "corolla";
 *
 * // In an app: const file = await Deno.readFile(`${context.runFolder}/checkpoints/round-000003.safetensors`);
 * const pieces = encodeCheckpoint({
 *   round: 3,
 *   arrays: ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 2)) }),
 *   strategy: "FedAvg",
 *   state: new RecordDict(),
 *   metrics: { train: new Map(), evaluate: new Map(), server: new Map() },
 * });
 * const file = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
 * assertEquals([...decodeCheckpoint(file).arrays.toArrays()[0].toNumbers()], [1, 2]);
 * assertThrows(() => decodeCheckpoint(file.subarray(0, 100)), TypeError);
 * ```
 */
export declare function decodeCheckpoint(file: Uint8Array): Checkpoint;

/**
 * The file, as consecutive pieces. Arrays are not copied.
 * @throws {TypeError} when an array cannot be written
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, decodeCheckpoint, encodeCheckpoint, NDArray, RecordDict } from "corolla";
 *
 * const pieces = encodeCheckpoint({
 *   round: 3,
 *   arrays: ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 2)) }),
 *   strategy: "FedAvg",
 *   state: new RecordDict(),
 *   metrics: { train: new Map(), evaluate: new Map(), server: new Map() },
 * });
 * const file = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
 * assertEquals(decodeCheckpoint(file).round, 3);
 * ```
 */
export declare function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array[];

/**
 * What is kept of a run on the way.
 * @throws {RangeError} from {@link Strategy.start} when `every` or `keep` is no whole number above 0
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { CheckpointOptions, StartOptions } from "corolla";
 *
 * const checkpoint: CheckpointOptions = { every: 10, keep: 3, best: { metric: "loss", mode: "min" } };
 * const options: StartOptions = { numRounds: 100, checkpoint };
 * assertEquals(options.checkpoint!.every, 10);
 * ```
 */
export interface CheckpointOptions {
  /** After every so many rounds a checkpoint is written; without it, none is. */
  readonly every?: number;
  /** Where: a folder in the run's own, `checkpoints` unless told, or an absolute path that the app may write to. */
  readonly folder?: string;
  /** How many checkpoints are kept, the newest ones; 1 unless told. */
  readonly keep?: number;
  /** Keep the model that was best by this metric as `best.safetensors`, and in the result. */
  readonly best?: MetricWatch;
}

/**
 * The content of a file. The elements are views of it where they are aligned.
 * @throws {TypeError} when it is no such file, or is cut
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { decodeSafetensors, encodeSafetensors, NDArray } from "corolla";
 *
 * const saved = new Map([["weights", new NDArray(Float32Array.of(1, 2))]]);
 * const pieces = encodeSafetensors({ arrays: saved, metadata: { epoch: "7" } });
 * const file = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
 * const { arrays, metadata } = decodeSafetensors(file);
 * assertEquals([[...arrays.get("weights")!.toNumbers()], metadata.epoch], [[1, 2], "7"]);
 * assertThrows(() => decodeSafetensors(file.subarray(0, 20)), TypeError);
 * ```
 */
export declare function decodeSafetensors(file: Uint8Array): Safetensors;

/**
 * The file as consecutive pieces; the elements are those of the arrays themselves, not copied.
 * @throws {TypeError} when an array's element type is none of the format's
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeSafetensors, NDArray } from "corolla";
 *
 * const arrays = new Map([["weights", NDArray.zeros([2, 3], "float32")]]);
 * const pieces = encodeSafetensors({ arrays, metadata: {} });
 * // A header of whole eights, and six elements of four bytes.
 * assertEquals(pieces.reduce((sum, piece) => sum + piece.length, 0) % 8, 0);
 * ```
 */
export declare function encodeSafetensors({ arrays, metadata }: Safetensors): Uint8Array[];

/**
 * Arrays by name, and free text by name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type Safetensors } from "corolla";
 *
 * const model: Safetensors = {
 *   arrays: new Map([["weights", NDArray.zeros([2, 3], "float32")]]),
 *   metadata: { format: "np" },
 * };
 * assertEquals(model.arrays.get("weights")!.shape, [2, 3]);
 * ```
 */
export interface Safetensors {
  /** The arrays, in any order. */
  readonly arrays: ReadonlyMap<string, NDArray>;
  /** What else the file says, for instance where it comes from. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A flat configuration: dotted keys in the order they were written. */
type UserConfig = ReadonlyMap<string, ConfigScalar>;

/** What an app knows beside its message: where it runs, how it is configured, what it left behind last time. */
interface ContextData {
  readonly runId: RunId;
  /** The node's own id; `SUPERLINK_NODE_ID` for a ServerApp. */
  readonly nodeId: NodeId;
  readonly seriesId: SeriesId;
  /** What the node's operator configured; empty for a ServerApp. */
  readonly nodeConfig: UserConfig;
  /** The app's configuration with the run's overrides. */
  readonly runConfig: UserConfig;
  /** What an app writes here it finds again in the next message of the same run series on this node. */
  readonly state: RecordDict;
}

/** @internal */
declare const kind: unique symbol;

/** How one kind of differential privacy works. */
interface PrivacyKind {
  readonly side: ClippingSide;
  readonly norm: ClippingNorm;
  /** Whether clipped updates are counted. */
  readonly adaptive: boolean;
}

/** A value of a run or node configuration. A `bigint` is an integer, a `number` always a float. */
type ConfigScalar = boolean | bigint | number | string | Uint8Array;

/** Who clips: the server does when replies arrive, or nodes do with a mod. */
type ClippingSide = "server" | "client";

/** How long an update may be: the same in all rounds, or learned from how many updates are too long. */
interface ClippingNorm {
  readonly value: number;
  /** The noise multiplier that is left for the model when some noise goes to the count. */
  readonly noiseMultiplier: number;
  /** Lines for the log. */
  readonly summary: readonly string[];
  /** Adapts to the updates of a round. @throws {RangeError} when there were none */
  observe(updates: ObservedUpdates, numbers: NormalNumbers): void;
  /** Goes on from a value that was saved. */
  resume(value: number): void;
  /**
   * The noise on the model and on the count together, as one multiple of what a node can change.
   * @param share how much more a node can change in the model than the noise was made for; 1 when it was made for it
   */
  totalNoise(share: number): number;
}

/** What a round's updates were like. */
interface ObservedUpdates {
  /** Counted from 1, for errors. */
  readonly round: number;
  readonly replies: number;
  /** How many of them were too long. */
  readonly clipped: number;
}

/**
 * Numbers from the normal distribution with mean 0 and standard deviation 1, made of uniform ones by Marsaglia's
 * polar method. They are as unpredictable as the bytes they are made of.
 */
declare class NormalNumbers {
  #private;
  constructor(bytes: RandomBytes);
  /** The next one. */
  next(): number;
  /** A number from 0 up to, not including, 1, all multiples of 2^-53 equally likely. */
  uniform(): number;
}

/** Where randomness comes from: so many unpredictable bytes. */
type RandomBytes = (count: number) => Uint8Array;

export type { Forced, KindedRecord, FedOpt, DifferentialPrivacy };
