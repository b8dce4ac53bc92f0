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
 * ```ts
 * import { ClientApp, MetricRecord, RecordDict } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train((message, context) => {
 *     const epochs = context.runConfig.int("local-epochs");
 *     return message.reply(new RecordDict({ metrics: new MetricRecord({ "num-examples": epochs }) }));
 *   });
 * ```
 */
export declare class ClientApp {
  #private;
  /** @param options.mods wrap every handler, outermost first */
  constructor({ mods }?: HandlerOptions);
  /** Answers messages of type `train`, with an action's name those of type `train.<action>`. */
  train(...registration: Registration): this;
  train(action: string, ...registration: Registration): this;
  /** Answers messages of type `evaluate`, with an action's name those of type `evaluate.<action>`. */
  evaluate(...registration: Registration): this;
  evaluate(action: string, ...registration: Registration): this;
  /** Answers messages of type `query`, with an action's name those of type `query.<action>`. */
  query(...registration: Registration): this;
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

/** Answers one message. The result is made by `message.reply(…)` or `message.replyError(…)`. */
export type ClientHandler = (message: Message, context: Context) => Message | Promise<Message>;

/** What a handler is registered with. */
export interface HandlerOptions {
  /** Outermost first; they stand inside the app's own. */
  readonly mods?: readonly Mod[];
}

/** Wraps the handling of a message: may change what goes in and what comes out, or answer by itself. */
export type Mod = (message: Message, context: Context, next: Next) => Message | Promise<Message>;

/** Calls what lies inside of a mod: the next mod, at last the handler. */
export type Next = (message: Message, context: Context) => Promise<Message>;

/**
 * The part of an app that runs once a run, beside the SuperLink, and leads it:
 *
 * ```ts
 * import { ServerApp } from "corolla";
 *
 * export const app = new ServerApp()
 *   .main(async (grid, context) => {
 *     const nodeIds = await grid.getNodeIds();
 *     console.log(`${context.runConfig.int("num-server-rounds")} rounds on ${nodeIds.length} nodes`);
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

/** The whole work of a run. */
export type ServerMain = (grid: Grid, context: Context) => void | Promise<void>;

/** What surrounds an app's work: `enter` before, `exit` after, also when the work failed. */
export interface Lifespan<Context> {
  enter?(context: Context): void | Promise<void>;
  exit?(context: Context): void | Promise<void>;
}

/** A lifespan as one generator: the app works while it waits at its only `yield`. */
export type LifespanGenerator<Context> = (context: Context) => AsyncGenerator<void> | Generator<void>;

/** Any form a lifespan may be given in. */
export type LifespanLike<Context> = Lifespan<Context> | LifespanGenerator<Context>;

/** A run's or node's configuration: dotted names and their values. */
export declare class AppConfig {
  #private;
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

/** What a configuration's value reads as: integers are numbers where that is exact, else bigints. */
export type ConfigSetting = boolean | number | bigint | string | Uint8Array;

/** What an app knows beside its message: where it runs, how it is configured, what it left behind last time. */
export declare class Context {
  #private;
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
  /** @param data as the AppIo service gave it @param options what the program that runs the app lends to it */
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

/** How long to wait for replies. */
export interface ReplyOptions {
  /** Seconds; without it, as long as it takes. */
  readonly timeout?: number;
  /** Ends the waiting at once; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What the process that runs an app lends to it. */
export interface AppHost {
  readonly clock: Clock;
  readonly random: Random;
  /** Goes to the run's log, where `flwr log` shows it. */
  readonly log: Log;
  /** A ServerApp's files; absent where there are none to be had. */
  readonly files?: RunFiles_;
  /** Told when so many bytes are not used any more, so that the collector comes in time. */
  spent?(bytes: number): void;
}

/** The files of a run. */
export type RunFiles = NonNullable<AppHost["files"]>;

/** What a new instruction needs beside its content. */
export interface InstructionOptions {
  readonly dstNodeId: NodeId;
  readonly messageType: string;
  /** Seconds; twelve hours unless told. */
  readonly ttl?: number;
  /** Free text, by convention the round. */
  readonly groupId?: string;
  readonly dstTaskId?: TaskId;
  /** Unix seconds; now unless told. */
  readonly createdAt?: number;
}

/** A message as apps see it: metadata with either a content or an error. */
export declare class Message {
  #private;
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

/** A message was put together in a way that cannot be. */
export declare class MessageInitializationError extends TypeError {
  name: string;
}

/** What stands beside a message's content. An app may change what is not read-only until the message is sent. */
export declare class MessageMetadata implements Metadata {
  #private;
  readonly runId: RunId;
  readonly messageId: MessageId;
  readonly srcNodeId: NodeId;
  dstNodeId: NodeId;
  readonly replyToMessageId: MessageId;
  groupId: string;
  /** Seconds. */
  ttl: number;
  /** Unix seconds. */
  createdAt: number;
  srcTaskId?: TaskId;
  dstTaskId?: TaskId;
  /** @throws {RangeError} when the message type is none of Flower's */
  constructor(metadata: Metadata);
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  get messageType(): string;
  set messageType(type: string);
}

/** What may be said about a new reply. */
export interface MessageReplyOptions {
  /** Seconds; what the instruction has left unless told, and at most that. */
  readonly ttl?: number;
  /** Unix seconds; now unless told. */
  readonly createdAt?: number;
}

/** Seconds a message lives unless its sender says otherwise. */
export declare const DEFAULT_TTL_S = 43200;

/** The error codes Flower defines. */
export declare const ErrorCode: {
  readonly UNKNOWN: 0;
  readonly LOAD_CLIENT_APP_EXCEPTION: 1;
  readonly CLIENT_APP_RAISED_EXCEPTION: 2;
  readonly MESSAGE_UNAVAILABLE: 3;
  readonly REPLY_MESSAGE_UNAVAILABLE: 4;
  readonly NODE_UNAVAILABLE: 5;
  readonly MOD_FAILED_PRECONDITION: 6;
  readonly INVALID_FAB: 7;
  readonly CLIENT_APP_CRASHED: 8;
};

/** Why a message has no content. */
export interface MessageError {
  /** One of {@link ErrorCode}, or a code this version does not know. */
  readonly code: number;
  readonly reason: string;
}

/** What is said about a message beside its content. Times are Unix seconds, as on the wire. */
export interface Metadata {
  readonly runId: RunId;
  /** Empty inside the hashed body; the object id of the message elsewhere. */
  readonly messageId: MessageId;
  readonly srcNodeId: NodeId;
  readonly dstNodeId: NodeId;
  /** Empty for an instruction. */
  readonly replyToMessageId: MessageId;
  /** Free text, by convention the round. */
  readonly groupId: string;
  /** Seconds. */
  readonly ttl: number;
  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  readonly messageType: string;
  readonly createdAt: number;
  readonly srcTaskId?: TaskId;
  readonly dstTaskId?: TaskId;
}

/** The message types that an app sends most. */
export declare const MessageType: {
  readonly TRAIN: "train";
  readonly EVALUATE: "evaluate";
  readonly QUERY: "query";
  readonly SYSTEM: "system";
};

/** The object id of a message's head object. */
export type MessageId = ObjectId;

/** Names a node. Random uint64, never 0; the SuperLink and its ServerApps are {@link SUPERLINK_NODE_ID}. */
export type NodeId = Id<"node">;

/** Names a run. Random uint64, chosen by the SuperLink. */
export type RunId = Id<"run">;

/** Names a series of runs that share their ServerApp's and ClientApps' state. */
export type SeriesId = Id<"series">;

/** Names a task. Random uint64. */
export type TaskId = Id<"task">;

/**
 * A serialised array, as records hold it (Flower's `Array`). One made elsewhere keeps its bytes, so that it travels
 * on unchanged; what they mean is read when asked for.
 */
export declare class FlowerArray implements ArrayFields {
  #private;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly stype: string;
  /** @throws {TypeError} when a field is of the wrong kind. `data` is not copied. */
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

/** Named arrays in order, for instance the parameters of a model. */
export declare class ArrayRecord {
  #private;
  readonly recordType = "ArrayRecord";
  /** @throws {TypeError} when a value is no serialised array; {@link ArrayRecord.from} takes NDArrays */
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

/** What can be written into a {@link ConfigRecord}. */
export type ConfigInput = number | bigint | boolean | string | Uint8Array | readonly Integer[] | readonly boolean[] | readonly string[] | readonly Uint8Array[] | Forced;

/**
 * Named settings in order: what a MetricRecord may hold, and also truth values, text and bytes, alone or in lists of
 * one kind. Bytes are not copied.
 */
export declare class ConfigRecord extends KindedRecord<ConfigValue, ConfigInput> {
  readonly recordType = "ConfigRecord";
  protected readonly kinds: ReadonlySet<Kind>;
  protected readonly emptyListKind = "bool_list";
  /** @throws {TypeError} when a value is of no kind that a config may hold */
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

/** The element types of arrays that apps can compute with. */
export type DType = keyof DTypeArrays;

/** The elements of an array, one after another; {@link DTypeArrays} tells which kind belongs to which type. */
export type TypedArray = DTypeArrays[DType];

/** What a {@link ConfigRecord}'s entry reads as. */
export type ConfigValue = MetricValue | boolean | string | Uint8Array | readonly boolean[] | readonly string[] | readonly Uint8Array[];

/**
 * Stores a number, or a list of numbers, as floating point even when it is whole: `float(8)` arrives as `8.0`.
 * @throws {TypeError} when a value is no number
 */
export declare function float(value: number | readonly number[]): Forced;

/** A value whose kind its author chose. Made by {@link float} and {@link int}. */
declare class Forced {
  readonly entry: Entry;
  /** @param entry the kind and value to store */
  constructor(entry: Entry);
}

/**
 * Stores a whole number, or a list of them, as integers, which numbers beyond 2^53 and empty lists need.
 * @throws {TypeError} when a value is not whole
 * @throws {RangeError} when a value needs more than 64 bits
 */
export declare function int(value: Integer | readonly Integer[]): Forced;

/** An integer as records give it: a number where that is exact, else a bigint. */
export type Integer = number | bigint;

/** What a {@link MetricRecord}'s entry reads as. */
export type MetricValue = number | bigint | readonly Integer[];

/** What can be written into a {@link MetricRecord}. */
export type MetricInput = number | bigint | readonly Integer[] | Forced;

/**
 * Named metrics in order: numbers and lists of numbers. Whole numbers are stored as integers and others as floating
 * point, unless `float(x)` or `int(x)` says otherwise; what came from a peer keeps the kind it came with.
 */
export declare class MetricRecord extends KindedRecord<MetricValue, MetricInput> {
  readonly recordType = "MetricRecord";
  protected readonly kinds: ReadonlySet<Kind>;
  protected readonly emptyListKind = "double_list";
  /** @throws {TypeError} when a value is neither a number nor a list of numbers */
  constructor(items?: Items<MetricInput>);
  /** A record of its own with the same entries. */
  copy(): MetricRecord;
  /** How many bytes the record counts for: 8 a number, and the characters of its keys. */
  countBytes(): number;
}

/** An array of numbers in C order (the last axis varies fastest), what NumPy calls an ndarray. */
export declare class NDArray<Data extends TypedArray = TypedArray> {
  readonly dtype: DType;
  /** The length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** The elements; not a copy. `DTypeArrays` tells how each type is kept. */
  readonly data: Data;
  /**
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
 */
export declare function decodeNpy(file: Uint8Array): NDArray;

/** A whole `.npy` file. */
export declare function encodeNpy(array: NDArray): Uint8Array;

/** Any record that a message can carry. */
export type FlowerRecord = ArrayRecord | MetricRecord | ConfigRecord;

/** The content of a message: named records in order, of three kinds. */
export declare class RecordDict {
  #private;
  /** @throws {TypeError} when a value is no record */
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

/** The records of one kind in a {@link RecordDict}. What is written here is written there, and the other way round. */
export declare class RecordsOfKind<R extends FlowerRecord> {
  #private;
  /** @param dict where the records are @param kind which ones are seen */
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
 */
export declare function encodeNpz(arrays: ArrayRecord): Uint8Array;

/**
 * Tells the log how many arrays, elements and bytes each ArrayRecord holds, of the message that came and of the reply
 * that goes.
 *
 * ```ts
 * import { arraysSizeMod, ClientApp } from "corolla";
 *
 * export const app = new ClientApp({ mods: [arraysSizeMod] });
 * ```
 */
export declare const arraysSizeMod: Mod;

/**
 * Tells the log how many bytes the message that came and the reply that goes count for.
 *
 * ```ts
 * import { ClientApp, messageSizeMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [messageSizeMod] });
 * ```
 */
export declare const messageSizeMod: Mod;

/**
 * Shortens the update to the norm that the server names, and tells it whether that was needed; see
 * {@link clippingMod}. For `DifferentialPrivacyClientSideAdaptiveClipping`.
 */
export declare const adaptiveclippingMod: Mod;

/**
 * A mod that shortens the update of a model to the norm that the server names, for differential privacy with clipping
 * on the client side. It belongs to the handler of training; replies to other messages have no update.
 *
 * ```ts
 * import { ClientApp, clippingMod } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train({ mods: [clippingMod({ floatsOnly: true })] }, (message) => message.reply(message.content));
 * ```
 */
export declare function clippingMod(options?: ClippingModOptions): Mod;

/** How updates are clipped on the node. */
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
 */
export declare const fixedclippingMod: Mod;

/**
 * A mod for differential privacy on the node: the update is clipped, and noise is added to it, before it leaves. It
 * needs nothing of the server. Each round costs `epsilon`; nothing adds that up here.
 *
 * ```ts
 * import { ClientApp, localDpMod } from "corolla";
 *
 * const mod = localDpMod({ clippingNorm: 0.5, sensitivity: 0.5, epsilon: 2, delta: 1e-5 });
 * export const app = new ClientApp()
 *   .train({ mods: [mod] }, (message) => message.reply(message.content));
 * ```
 *
 * @throws {RangeError} when a setting would give noise without bounds, or none that is a number
 */
export declare function localDpMod(options: LocalDpOptions): Mod;

/** The settings of {@link localDpMod}; each has Flower's name. */
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
 *
 * ```ts
 * import { ClientApp, legacyMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [legacyMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export declare const legacyMod: Mod;

/** The same as {@link secaggplusMod}, by the name of the protocol without neighbourhoods. */
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
 *
 * ```ts
 * import { ClientApp, legacyMod, secaggplusMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [secaggplusMod, legacyMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export declare const secaggplusMod: Mod;

/** Replies that are alike but cannot be aggregated. */
export declare class AggregationError extends Error {
  name: string;
}

/** Replies that cannot be put together: they hold different records, or lack what weighs them. */
export declare class InconsistentMessageReplies extends Error {
  name: string;
}

/** What a phase of a round starts from. */
export interface Phase {
  /** Counted from 1. */
  readonly round: number;
  /** The model so far. */
  readonly arrays: ArrayRecord;
  /** Settings for the ClientApps; a strategy adds to it. */
  readonly config: ConfigRecord;
  readonly grid: Grid;
}

/**
 * Leads the rounds of a run: what is sent to which nodes, and what their replies come to.
 *
 * ```ts
 * import { FedAvg, type Message, type Grid } from "corolla";
 *
 * // What is done with replies can be changed by deriving from a strategy.
 * class Reporting extends FedAvg {
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

/** What training came to; what is absent stays as it was. */
export interface TrainOutcome {
  readonly arrays?: ArrayRecord;
  readonly metrics?: MetricRecord;
}

/** Evaluates the model where the ServerApp runs. Without a result, nothing is recorded for the round. */
export type EvaluateFn = (round: number, arrays: ArrayRecord) => MetricRecord | undefined | Promise<MetricRecord | undefined>;

/** A number for both phases of a round, or one for each. */
export type PerPhase = number | {
  readonly train?: number;
  readonly evaluate?: number;
};

/** A run after a round. */
export interface RoundReport {
  readonly round: number;
  /** The model as it is now. */
  readonly arrays: ArrayRecord;
  /** The metrics so far. */
  readonly result: Result;
}

/** How a strategy is run. Without the settings from {@link stop} on it does what Flower does. */
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

/** The best model of a run, by a metric. */
export interface BestModel {
  readonly round: number;
  /** What the metric was. */
  readonly value: number;
  readonly arrays: ArrayRecord;
}

/** Metrics by round. */
export type MetricsByRound = Map<number, MetricRecord>;

/** What a strategy has to show at its end. */
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
 */
export declare function meanOfMetrics(replies: readonly RecordDict[], weightedByKey: string): MetricRecord;

/** Makes one MetricRecord of those of all replies. */
export type MetricsAggregator = (replies: readonly RecordDict[], weightedByKey: string) => MetricRecord;

/** Chooses the nodes that take part in a phase of a round, out of those online. */
export type NodeSelector = (online: readonly NodeId[], selection: Selection) => readonly NodeId[] | Promise<readonly NodeId[]>;

/** There were too few nodes for too long. */
export declare class NotEnoughNodesError extends Error {
  name: string;
}

/** What a {@link NodeSelector} chooses for. */
export interface Selection {
  /** Counted from 1. */
  readonly round: number;
  readonly kind: "train" | "evaluate";
}

/**
 * Federated averaging (McMahan et al., 2017): each round, nodes chosen at random train the model on their own data,
 * and the new model is the mean of theirs, weighed by how many examples each has.
 *
 * ```ts
 * import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";
 *
 * export const app = new ServerApp()
 *   .main(async (grid) => {
 *     const model = ArrayRecord.from({ weights: NDArray.zeros([784, 10], "float32") });
 *     const result = await new FedAvg({ fractionTrain: 0.5 }).start(grid, model, { numRounds: 10 });
 *     console.log(String(result));
 *   });
 * ```
 *
 * Other strategies change one part of it: what is sent along with the model, how replies are put together, or what
 * is done with their mean.
 */
export declare class FedAvg extends Strategy {
  #private;
  protected readonly settings: FedAvgSettings;
  /** The model that was sent for the round under way. */
  protected sent: ArrayRecord | undefined;
  constructor(options?: FedAvgOptions);
  /** The metric by which replies are weighed. */
  get weightedByKey(): string;
  /** Whether the model is the weighted mean of the replies and nothing else: one node then cannot change it by more. */
  get isPlainMean(): boolean;
  summary(): string[];
  configureTrain(phase: Phase): Promise<Message[]>;
  configureEvaluate(phase: Phase): Promise<Message[]>;
  aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  streamTrain(round: number, replies: AsyncIterable<Message>, grid: Grid): Promise<TrainOutcome>;
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
  protected instructions(phase: Phase, { kind, fraction, minNodes }: PhaseSettings): Promise<Message[]>;
  /** The same message for each of these nodes. */
  protected messagesFor(nodeIds: readonly bigint[], { arrays, config, round }: Phase, messageType: "train" | "evaluate"): Message[];
}

/** One phase's settings, and how the log calls it. */
export interface PhaseSettings {
  readonly kind: "train" | "evaluate";
  readonly fraction: number;
  readonly minNodes: number;
}

/** The settings of {@link FedAvg}. */
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

/** The settings with all defaults in place. */
export type FedAvgSettings = Required<Omit<FedAvgOptions, "waitForNodes" | "selectNodes">> & Pick<FedAvgOptions, "waitForNodes" | "selectNodes">;

/** The settings of {@link FedAvg} that Flower has too, with its names and defaults. */
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

/** Puts the arrays of a round's replies together, one reply after the other. */
export interface ArrayFold {
  /**
   * Whether replies are held until the end. Where not, a reply's arrays are free once {@link add} returns, and only a
   * few models are in memory however many nodes there are.
   */
  readonly holdsReplies: boolean;
  /** @throws {AggregationError} when the reply cannot be put together with those before it */
  add(reply: GoodReply): void;
  /** What they come to. Called once, after at least one reply. */
  finish(): Folded;
}

/** What replies come to. */
export interface Folded {
  /** The new model, or what a strategy makes one of; absent when there is none. */
  readonly arrays?: ArrayRecord;
  /** The replies whose metrics count, in the order in which they do; all of them unless told. */
  readonly chosen?: readonly GoodReply[];
}

/** Where a fold stands. */
export interface FoldScene {
  /** Counted from 1. */
  readonly round: number;
  /** Whether replies come one after the other, rather than all at once. */
  readonly streaming: boolean;
  readonly log: AppHost["log"];
}

/** Holds all replies, for rules that must see them side by side. */
export declare class HeldReplies implements ArrayFold {
  #private;
  readonly holdsReplies = true;
  /** @param rule what the replies come to, in the order in which they came */
  constructor(rule: (replies: readonly GoodReply[]) => Folded);
  add(reply: GoodReply): void;
  finish(): Folded;
}

/** The content of a reply, and the node it came from. */
export interface GoodReply {
  readonly nodeId: NodeId;
  readonly content: RecordDict;
}

/**
 * Federated averaging with momentum on the server (Hsu et al., 2019). With both settings at their defaults it is
 * FedAvg.
 *
 * ```ts
 * import { FedAvgM } from "corolla";
 *
 * const strategy = new FedAvgM({ serverLearningRate: 0.5, serverMomentum: 0.9 });
 * ```
 */
export declare class FedAvgM extends FedAvg {
  #private;
  constructor({ serverLearningRate, serverMomentum, ...options }?: FedAvgMOptions);
  summary(): string[];
  configureTrain(phase: Phase): Promise<Message[]>;
  saveState(): RecordDict;
  loadState(state: RecordDict): void;
  protected update(mean: ArrayRecord, round: number): ArrayRecord;
}

/** The settings of {@link FedAvgM}. */
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
 * ```ts
 * import { FedProx } from "corolla";
 *
 * const strategy = new FedProx({ proximalMu: 0.1, fractionTrain: 0.5 });
 * ```
 */
export declare class FedProx extends FedAvg {
  #private;
  constructor({ proximalMu, ...options }?: FedProxOptions);
  summary(): string[];
  protected warnings(): string[];
  protected addTrainSettings(config: ConfigRecord): void;
}

/** The settings of {@link FedProx}. */
export interface FedProxOptions extends FedAvgOptions {
  /** How strongly nodes are held near the global model; 0, not at all, unless told. */
  readonly proximalMu?: number;
}

/**
 * FedAdagrad (Reddi et al., 2021): every element takes the smaller steps the further it has gone. `eta` is 0.1
 * unless told.
 *
 * ```ts
 * import { FedAdagrad } from "corolla";
 *
 * const strategy = new FedAdagrad({ eta: 0.05, tau: 0.01 });
 * ```
 */
export declare class FedAdagrad extends FedOpt {
  constructor({ eta, etaL, tau, ...options }?: FedOptOptions);
  protected step({ current, delta, v }: OptimiserStep, { eta, tau }: FedOptSettings): Optimised;
}

/**
 * FedAdam (Reddi et al., 2021), with Adam's correction of the bias. `eta` is 0.1 unless told. As in Flower the new
 * model is of double precision whatever the old one was; `dtypePolicy: "keep"` keeps the element types.
 *
 * ```ts
 * import { FedAdam } from "corolla";
 *
 * const strategy = new FedAdam({ eta: 0.05, dtypePolicy: "keep" });
 * ```
 */
export declare class FedAdam extends FedOpt {
  constructor({ eta, etaL, beta1, beta2, tau, ...options }?: FedAdamOptions);
  protected step({ round, current, delta, m, v }: OptimiserStep, settings: FedOptSettings): Optimised;
}

/** The settings of {@link FedAdam} and {@link FedYogi}. */
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
 * ```ts
 * import { FedYogi } from "corolla";
 *
 * const strategy = new FedYogi({ eta: 0.02 });
 * ```
 */
export declare class FedYogi extends FedOpt {
  constructor({ eta, etaL, beta1, beta2, tau, ...options }?: FedAdamOptions);
  protected step({ current, delta, m, v }: OptimiserStep, settings: FedOptSettings): Optimised;
}

/**
 * Adaptive optimisation on the server (Reddi et al., 2021): the way from the model that was sent to the mean of the
 * replies is taken for a gradient. What an optimiser does with it is its `step`.
 */
declare abstract class FedOpt extends FedAvg {
  #private;
  constructor(optimiser: FedOptSettings, options: FedAvgOptions);
  /** Computes one array of the new model, and its moments. */
  protected abstract step(step: OptimiserStep, settings: FedOptSettings): Optimised;
  summary(): string[];
  saveState(): RecordDict;
  loadState(state: RecordDict): void;
  protected update(mean: ArrayRecord, round: number): ArrayRecord;
}

/** The settings that the adaptive optimisers share. */
export interface FedOptOptions extends FedAvgOptions {
  /** The learning rate of the server. */
  readonly eta?: number;
  /** The learning rate of the nodes. Nothing is computed with it here, as in Flower: nodes set their own. */
  readonly etaL?: number;
  /** How much the optimiser adapts: the smaller, the more. 0.001 unless told. */
  readonly tau?: number;
}

/** The settings with the optimiser's defaults in place. */
export interface FedOptSettings {
  readonly eta: number;
  readonly etaL: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly tau: number;
}

/** What became of an array. */
export interface Optimised {
  readonly next: NDArray;
  readonly m: NDArray;
  readonly v: NDArray;
}

/** One array of the model on its way from one round to the next. */
export interface OptimiserStep {
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
 *
 * ```ts
 * import { QFedAvg } from "corolla";
 *
 * const strategy = new QFedAvg({ clientLearningRate: 0.01, q: 0.5 });
 * ```
 */
export declare class QFedAvg extends FedAvg {
  #private;
  /** @throws {RangeError} when the learning rate is not above 0 */
  constructor({ clientLearningRate, q, trainLossKey, ...options }: QFedAvgOptions);
  summary(): string[];
  protected openFold({ round }: FoldScene): ArrayFold;
}

/** The settings of {@link QFedAvg}. */
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
 *
 * ```ts
 * import { FedMedian } from "corolla";
 *
 * const strategy = new FedMedian({ minTrainNodes: 5 });
 * ```
 */
export declare class FedMedian extends FedAvg {
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * The mean of the replies, element by element, without the lowest and the highest (Yin et al., 2018). Replies are not
 * weighed, and all of them are held until the last one is there. What is left out may hold NaN.
 *
 * ```ts
 * import { FedTrimmedAvg } from "corolla";
 *
 * const strategy = new FedTrimmedAvg({ beta: 0.1, minTrainNodes: 10 });
 * ```
 */
export declare class FedTrimmedAvg extends FedAvg {
  #private;
  constructor({ beta, ...options }?: FedTrimmedAvgOptions);
  summary(): string[];
  protected openFold({ round }: FoldScene): ArrayFold;
}

/** The settings of {@link FedTrimmedAvg}. */
export interface FedTrimmedAvgOptions extends FedAvgOptions {
  /** The part of the replies that is left out at each end; 0.2 unless told. Below 0.5. */
  readonly beta?: number;
}

/**
 * Krum (Blanchard et al., 2017): the one reply that lies nearest to its neighbours becomes the model.
 *
 * ```ts
 * import { Krum } from "corolla";
 *
 * const strategy = new Krum({ numMaliciousNodes: 1, minTrainNodes: 5 });
 * ```
 */
export declare class Krum extends MultiKrum {
  #private;
  constructor({ numMaliciousNodes, ...options }?: KrumOptions);
  summary(): string[];
}

/** The settings of {@link Krum}. */
export interface KrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
}

/**
 * Multi-Krum (Blanchard et al., 2017): of all replies those are taken that lie nearest to their neighbours, and
 * averaged as FedAvg does. All replies are held until the last one is there.
 *
 * ```ts
 * import { MultiKrum } from "corolla";
 *
 * const strategy = new MultiKrum({ numMaliciousNodes: 2, numNodesToSelect: 5, minTrainNodes: 9 });
 * ```
 */
export declare class MultiKrum extends FedAvg {
  #private;
  /** @throws {RangeError} when no reply would ever be taken */
  constructor({ numMaliciousNodes, numNodesToSelect, ...options }?: MultiKrumOptions);
  summary(): string[];
  protected openFold({ round }: FoldScene): ArrayFold;
}

/** The settings of {@link MultiKrum}. */
export interface MultiKrumOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. */
  readonly numMaliciousNodes?: number;
  /** How many replies are taken; 1 unless told. */
  readonly numNodesToSelect?: number;
}

/**
 * Bulyan (El Mhamdi et al., 2018): of the replies that another rule chooses, element by element, the mean of the
 * values nearest to their median. Replies are not weighed. A round with too few replies changes nothing.
 *
 * ```ts
 * import { Bulyan } from "corolla";
 *
 * const strategy = new Bulyan({ numMaliciousNodes: 1, minTrainNodes: 7 });
 * ```
 */
export declare class Bulyan extends FedAvg {
  #private;
  constructor({ numMaliciousNodes, selectionRule, ...options }?: BulyanOptions);
  summary(): string[];
  protected isEnough(count: number, { round, log }: FoldScene): boolean;
  protected openFold({ round }: FoldScene): ArrayFold;
}

/** The settings of {@link Bulyan}. */
export interface BulyanOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. A round needs 4 times as many replies and 3 more. */
  readonly numMaliciousNodes?: number;
  /** Which replies are looked at; those that Multi-Krum chooses unless told. */
  readonly selectionRule?: SelectionRule;
}

/** How many replies to take, and how many may lie. */
export interface SelectionCounts {
  readonly numMaliciousNodes: number;
  readonly numNodesToSelect: number;
}

/** Chooses replies that can be trusted, the best first. */
export type SelectionRule = (replies: readonly RecordDict[], counts: SelectionCounts) => readonly RecordDict[];

/**
 * The replies that lie nearest to their neighbours (Multi-Krum, Blanchard et al., 2017), the nearest first. Distances
 * are computed in double precision. What holds NaN comes last.
 */
export declare function selectMultiKrum(replies: readonly RecordDict[], counts: SelectionCounts): readonly RecordDict[];

/**
 * Bagging of gradient-boosted trees (XGBoost): the trees that the nodes grew in a round are appended to the model one
 * node after the other. The model is the JSON that XGBoost saves, as the bytes of one array of `uint8` named `0`; an
 * empty array says that there are no trees yet.
 *
 * ```ts
 * import { ArrayRecord, FedXgbBagging, NDArray } from "corolla";
 *
 * const strategy = new FedXgbBagging({ fractionTrain: 0.5 });
 * const noTreesYet = ArrayRecord.from([new NDArray(new Uint8Array())]);
 * ```
 */
export declare class FedXgbBagging extends FedAvg {
  configureTrain(phase: Phase): Promise<Message[]>;
  protected openFold({ round }: FoldScene): ArrayFold;
}

/**
 * Gradient-boosted trees (XGBoost) that go round: each round one node trains the model and hands it on as it is. The
 * nodes take turns in the order in which they were first seen.
 *
 * ```ts
 * import { FedXgbCyclic } from "corolla";
 *
 * const strategy = new FedXgbCyclic({ minAvailableNodes: 5 });
 * ```
 */
export declare class FedXgbCyclic extends FedAvg {
  #private;
  /** @throws {RangeError} when a fraction is neither 0 nor 1 */
  constructor(options?: FedXgbCyclicOptions);
  configureTrain(phase: Phase): Promise<Message[]>;
  configureEvaluate(phase: Phase): Promise<Message[]>;
  saveState(): RecordDict;
  loadState(state: RecordDict): void;
  protected openFold(): ArrayFold;
}

/** The settings of {@link FedXgbCyclic}. Fractions are 0 or 1. */
export type FedXgbCyclicOptions = Omit<FedAvgOptions, "minTrainNodes" | "minEvaluateNodes">;

/**
 * Differential privacy around another strategy: no update may be longer than a norm, and noise is added to the model
 * that they come to, so that it does not tell whether any one node took part. The inner strategy's own noise-free
 * model never leaves this one.
 */
declare abstract class DifferentialPrivacy extends Strategy {
  #private;
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: DifferentialPrivacyOptions, kind: PrivacyKind);
  /** The longest that an update may be now. */
  get clippingNorm(): number;
  /** Epsilon so far, for the accountant's delta; undefined without an accountant. */
  get epsilon(): number | undefined;
  summary(): string[];
  configureTrain(phase: Phase): Promise<Message[]>;
  configureEvaluate(phase: Phase): Promise<Message[]>;
  aggregateEvaluate(round: number, replies: Message[], grid: Grid): Promise<MetricRecord | undefined>;
  aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  streamTrain(round: number, replies: AsyncIterable<Message>, grid: Grid): Promise<TrainOutcome>;
  saveState(): RecordDict;
  loadState(state: RecordDict): void;
}

/** The settings that all kinds of differential privacy share. */
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
 * ```ts
 * import { DifferentialPrivacyClientSideFixedClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyClientSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 20,
 * });
 * ```
 */
export declare class DifferentialPrivacyClientSideFixedClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: FixedClippingOptions);
}

/**
 * Central differential privacy in which the server clips: it sees every node's update, and what leaves it hides them.
 *
 * ```ts
 * import { DifferentialPrivacyServerSideFixedClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyServerSideFixedClipping(new FedAvg({ fractionTrain: 0.1 }), {
 *   noiseMultiplier: 1.1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 50,
 *   accountant: { delta: 1e-5, population: 500 },
 * });
 * ```
 */
export declare class DifferentialPrivacyServerSideFixedClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: FixedClippingOptions);
}

/** The settings of differential privacy with a clipping norm that stays. */
export interface FixedClippingOptions extends DifferentialPrivacyOptions {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
}

/** The settings of differential privacy with a clipping norm that follows the updates. */
export interface AdaptiveDifferentialPrivacyOptions extends DifferentialPrivacyOptions, AdaptiveClippingOptions {
}

/**
 * Central differential privacy in which nodes clip with {@link adaptiveclippingMod}, to a norm that follows how long
 * updates are. The server trusts nodes to clip, and to say whether they had to.
 *
 * ```ts
 * import { DifferentialPrivacyClientSideAdaptiveClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyClientSideAdaptiveClipping(new FedAvg(), {
 *   noiseMultiplier: 0.5,
 *   numSampledClients: 20,
 * });
 * ```
 */
export declare class DifferentialPrivacyClientSideAdaptiveClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions);
}

/**
 * Central differential privacy in which the server clips, to a norm that follows how long updates are.
 *
 * ```ts
 * import { DifferentialPrivacyServerSideAdaptiveClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyServerSideAdaptiveClipping(new FedAvg(), {
 *   noiseMultiplier: 0.8,
 *   numSampledClients: 50,
 *   quantileSemantics: "paper",
 * });
 * ```
 */
export declare class DifferentialPrivacyServerSideAdaptiveClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions);
}

/** The settings of a clipping norm that adapts; each has Flower's name and default. */
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
 */
export declare class PrivacyAccountant {
  #private;
  /** @param costs what {@link costs} of another one was, to go on from */
  constructor(costs?: readonly number[]);
  /** The cost so far at each order; to be kept, not to be read. */
  get costs(): readonly number[];
  /** Adds a round. */
  step(step: PrivacyStep): void;
  /** Epsilon for a delta above 0 and below 1; infinite when a round had no noise. */
  epsilon(delta: number): number;
}

/** What one round costs. */
export interface PrivacyStep {
  /** Standard deviation of the noise over what one node can change. 0: none. */
  readonly noiseMultiplier: number;
  /** The chance of each node to take part, above 0 up to 1. */
  readonly samplingRate: number;
}

/** How the cost of privacy is told. */
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
 *
 * ```ts
 * import { earlyStopping } from "corolla";
 *
 * const stop = earlyStopping({ metric: "loss", mode: "min", patience: 5 });
 * // await new FedAvg().start(grid, model, { numRounds: 100, stop });
 * ```
 */
export declare function earlyStopping(options: EarlyStoppingOptions): StopRule;

/** When to stop. */
export interface EarlyStoppingOptions extends MetricWatch {
  /** How many rounds without a better value to go on for; 3 unless told. */
  readonly patience?: number;
  /** By how much a value must be better to count; 0 unless told. */
  readonly minDelta?: number;
}

/** Tells after a round whether it was the last one. */
export type StopRule = (round: number, result: Result) => boolean | Promise<boolean>;

/** A metric by which rounds are compared. */
export interface MetricWatch {
  /** The metric's name. */
  readonly metric: string;
  /** Whether the least or the most is best. */
  readonly mode: "min" | "max";
  /** Who reports it: nodes at training, nodes at evaluation (unless told), or `evaluateFn`. */
  readonly of?: "train" | "evaluate" | "server";
}

/** When the rest of the nodes is not waited for. */
export interface StragglerOptions {
  /** How many replies are enough; below 1, which part of the nodes asked. */
  readonly enough: number;
  /** Seconds that the others still have once there are enough; 0 unless told. */
  readonly graceSeconds?: number;
}

/** A run after one of its rounds. */
export interface Checkpoint {
  /** The round that was done last. */
  readonly round: number;
  readonly arrays: ArrayRecord;
  /** The name of the strategy's class. */
  readonly strategy: string;
  /** What the strategy remembers. */
  readonly state: RecordDict;
  readonly metrics: CheckpointMetrics;
}

/**
 * The checkpoint in a file.
 * @throws {TypeError} when it is no checkpoint of this program, or is cut
 */
export declare function decodeCheckpoint(file: Uint8Array): Checkpoint;

/**
 * The file, as consecutive pieces. Arrays are not copied.
 * @throws {TypeError} when an array cannot be written
 */
export declare function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array[];

/** What is kept of a run on the way. */
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
 */
export declare function decodeSafetensors(file: Uint8Array): Safetensors;

/**
 * The file as consecutive pieces; the elements are those of the arrays themselves, not copied.
 * @throws {TypeError} when an array's element type is none of the format's
 */
export declare function encodeSafetensors({ arrays, metadata }: Safetensors): Uint8Array[];

/** Arrays by name, and free text by name. */
export interface Safetensors {
  readonly arrays: ReadonlyMap<string, NDArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Registration = [handler: ClientHandler] | [options: HandlerOptions, handler: ClientHandler];

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

/** Time. Nothing below `core/io` reads a clock of its own, so tests decide what time it is. */
interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Unpredictable bytes. */
interface Random {
  bytes(count: number): Uint8Array;
}

/** Where a role says what it does. One line a call, without secrets. */
interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** The files that a run may leave behind. Paths that do not start at the root are meant in the run's own folder. */
interface RunFiles_ {
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

/** Lower-case hex SHA-256 of an object's content. */
type ObjectId = string;

/** A uint64 that names something on the wire. The brand keeps a run's id from being passed as a node's. */
type Id<Name extends string> = bigint & {
  readonly [kind]?: Name;
};

/** The fields of an array as it is serialised. */
interface ArrayFields {
  /** The element type in NumPy's words; empty when old code made the array. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** How `data` is serialised. */
  readonly stype: string;
  readonly data: Uint8Array;
}

/** What the constructor of a record takes: an object, a Map, or pairs; the order is kept. */
type Items<Value> = Readonly<Record<string, Value>> | Iterable<readonly [string, Value]>;

/** What metric and config records share: named values in order, each with its kind on the wire. */
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

/** How one entry of a record stands on the wire; the names are those of the wire's fields. */
type Kind = "double" | "sint64" | "uint64" | "bool" | "string" | "bytes" | "double_list" | "sint_list" | "uint_list" | "bool_list" | "string_list" | "bytes_list";

/**
 * How the elements of each type are kept: a `float16` as its bits (see `half.ts`), a `bool` as 0 or 1, a complex
 * number as its real part followed by its imaginary part. Types are named as NumPy names them.
 */
interface DTypeArrays {
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  complex64: Float32Array;
  complex128: Float64Array;
}

/**
 * One value and its kind. The kind is kept because JavaScript does not tell 1.0 from 1, while the receiver may, and
 * because the id of an object covers it.
 */
interface Entry {
  readonly kind: Kind;
  readonly value: ConfigValue;
}

/** How one kind of differential privacy works. */
interface PrivacyKind {
  readonly side: ClippingSide;
  readonly norm: ClippingNorm;
  /** Whether clipped updates are counted. */
  readonly adaptive: boolean;
}

/** The metrics of all rounds so far. */
interface CheckpointMetrics {
  readonly train: MetricsByRound;
  readonly evaluate: MetricsByRound;
  readonly server: MetricsByRound;
}

/** A value of a run or node configuration. A `bigint` is an integer, a `number` always a float. */
type ConfigScalar = boolean | bigint | number | string | Uint8Array;

declare const kind: unique symbol;

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

export type { Forced, FedOpt, DifferentialPrivacy };
