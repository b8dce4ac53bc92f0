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
  /** @param data as the AppIo service gave it */
  constructor(data: ContextData, { runFolder }?: {
    runFolder?: string;
  });
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
}

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

/** Replies that are alike but cannot be aggregated. */
export declare class AggregationError extends Error {
  name: string;
}

/** Replies that cannot be put together: they hold different records, or lack what weighs them. */
export declare class InconsistentMessageReplies extends Error {
  name: string;
}

/**
 * Federated averaging (McMahan et al., 2017): each round, nodes chosen at random train the model on their own data,
 * and the new model is the mean of theirs, weighed by how many examples each has.
 */
export declare class FedAvg extends Strategy {
  #private;
  protected readonly settings: Required<FedAvgOptions>;
  constructor(options?: FedAvgOptions);
  summary(): string[];
  configureTrain(phase: Phase): Promise<Message[]>;
  configureEvaluate(phase: Phase): Promise<Message[]>;
  aggregateTrain(_round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  aggregateEvaluate(_round: number, replies: Message[], grid: Grid): Promise<MetricRecord | undefined>;
}

/** The settings of {@link FedAvg}; each has Flower's name and default. */
export interface FedAvgOptions {
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
  /** How training metrics are aggregated; the weighted mean unless told. */
  readonly trainMetricsAggrFn?: MetricsAggregator;
  /** How evaluation metrics are aggregated; the weighted mean unless told. */
  readonly evaluateMetricsAggrFn?: MetricsAggregator;
  /** Refuse arrays of different shapes instead of stretching them as NumPy does. Ours; off unless told. */
  readonly strictShapes?: boolean;
}

/**
 * The weighted mean of every metric but the weight itself; lists are averaged place by place. The results are
 * floating point.
 * @param replies checked by `checkReplies`
 * @throws {RangeError} when the weights add up to 0, or lists differ in length
 * @throws {TypeError} when a metric is a number here and a list there
 */
export declare function meanOfMetrics(replies: readonly RecordDict[], weightedByKey: string): MetricRecord;

/** Makes one MetricRecord of those of all replies. */
export type MetricsAggregator = (replies: readonly RecordDict[], weightedByKey: string) => MetricRecord;

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
  /** The size of the model and all metrics, in the form that Flower prints. */
  toString(): string;
}

/** Evaluates the model where the ServerApp runs. Without a result, nothing is recorded for the round. */
export type EvaluateFn = (round: number, arrays: ArrayRecord) => MetricRecord | undefined | Promise<MetricRecord | undefined>;

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

/** How a strategy is run. */
export interface StartOptions {
  /** 3 unless told. */
  readonly numRounds?: number;
  /** Seconds that the nodes have for each phase of a round; 3600 unless told. */
  readonly timeout?: number;
  /** Settings for the ClientApps' training. */
  readonly trainConfig?: ConfigRecord;
  /** Settings for the ClientApps' evaluation. */
  readonly evaluateConfig?: ConfigRecord;
  /** Called with the initial model as round 0, and after each round. */
  readonly evaluateFn?: EvaluateFn;
}

/** Leads the rounds of a run: what is sent to which nodes, and what their replies come to. */
export declare abstract class Strategy {
  #private;
  /** The name in the log. */
  get name(): string;
  /** The instructions of a round's training; none skips it. */
  abstract configureTrain(phase: Phase): Promise<Message[]>;
  /** Makes one model and one set of metrics of the replies. */
  abstract aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  /** The instructions of a round's evaluation; none skips it. */
  abstract configureEvaluate(phase: Phase): Promise<Message[]>;
  /** Makes one set of metrics of the replies. */
  abstract aggregateEvaluate(round: number, replies: Message[], grid: Grid): Promise<MetricRecord | undefined>;
  /** The strategy's settings, as lines for the log. */
  abstract summary(): string[];
  /**
   * Runs all rounds and gives the final model and all metrics.
   * @throws {InconsistentMessageReplies | AggregationError} when replies cannot be put together
   * @throws {RpcError} when the run was stopped
   */
  start(grid: Grid, initialArrays: ArrayRecord, options?: StartOptions): Promise<Result>;
}

/** What training came to; what is absent stays as it was. */
export interface TrainOutcome {
  readonly arrays?: ArrayRecord;
  readonly metrics?: MetricRecord;
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

/** A value of a run or node configuration. A `bigint` is an integer, a `number` always a float. */
type ConfigScalar = boolean | bigint | number | string | Uint8Array;

declare const kind: unique symbol;

export type { Forced };
