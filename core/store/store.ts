import type { Fab, FabComponents } from "../model/fab.ts";
import type { MessageId, NodeId, ObjectId, RunId, SeriesId, TaskId } from "../model/ids.ts";
import type { Envelope } from "../model/message.ts";
import type { Node, NodeStatus } from "../model/node.ts";
import type { Run, RunSeries } from "../model/run.ts";
import type { Task } from "../model/task.ts";

/** How a transaction is written. */
export interface TransactionOptions {
  /**
   * Nobody relies on it after a loss of power, as with a sign of life or with mere reading, so it need not wait for the
   * disk. It survives the end of the process like any other.
   */
  readonly lazily?: boolean;
}

/**
 * What is remembered. A store keeps rows and allows everything; what may happen is decided in `core/rules`.
 *
 * A transaction sees its own writes, happens whole or (when `work` throws) not at all, and two never overlap.
 * When `transaction` resolves, what it wrote survives a crash (for a store that remembers at all), unless `lazily`.
 * `work` awaits nothing but the transaction's own methods.
 */
export interface Store {
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Gives back to the disk what forgotten rows took. Failing to is no loss: it stays for use. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

/** The rows of one store, within one transaction. `put…` inserts or replaces by id. */
export interface Transaction extends NodeRows, RunRows, MessageRows, ObjectRows, LogRows {
  /**
   * Remembers a one-time word; false when it is remembered already. Words past `untilMs` are forgotten, sooner or later:
   * one that has lapsed may be known again when the clock is set back.
   */
  useNonce(scope: string, nonce: string, nowMs: number, untilMs: number): Promise<boolean>;
}

/** SuperNodes by id and key. */
export interface NodeRows {
  node(id: NodeId): Promise<Node | undefined>;
  /** By the exact bytes of the public key, in any status; of several the one registered last. */
  nodeByKey(publicKey: Uint8Array): Promise<Node | undefined>;
  /** In order of registration. */
  nodes(statuses?: readonly NodeStatus[]): Promise<Node[]>;
  putNode(node: Node): Promise<void>;
}

/** An app as it is kept: the archive and what was read from it once. */
export interface StoredFab extends Fab {
  readonly components: FabComponents;
}

/** Runs, their tasks, series and apps. */
export interface RunRows {
  run(id: RunId): Promise<Run | undefined>;
  /** Newest pending time first, at most `limit`. */
  runs(filter?: { ownerId?: string; seriesId?: SeriesId; limit?: number }): Promise<Run[]>;
  putRun(run: Run): Promise<void>;

  task(id: TaskId): Promise<Task | undefined>;
  taskByToken(tokenHash: string): Promise<Task | undefined>;
  tasksOfRun(id: RunId): Promise<Task[]>;
  /** Oldest pending time first. */
  pendingTasks(): Promise<Task[]>;
  /** Tasks that hold a lease, the one that lapses first leading. */
  leasedTasks(): Promise<Task[]>;
  putTask(task: Task): Promise<void>;

  series(id: SeriesId): Promise<RunSeries | undefined>;
  /** Newest update first. */
  listSeries(): Promise<RunSeries[]>;
  putSeries(series: RunSeries): Promise<void>;
  /** The serialised `Context` of a series. */
  context(id: SeriesId): Promise<Uint8Array | undefined>;
  putContext(id: SeriesId, context: Uint8Array): Promise<void>;

  fab(hash: string): Promise<StoredFab | undefined>;
  putFab(fab: StoredFab): Promise<void>;
  deleteFab(hash: string): Promise<void>;
}

/** A message and how far it came. Times are Unix milliseconds. */
export interface StoredMessage extends Envelope {
  /** Rises with each message stored: the order of delivery. Given by `putMessage` to a new one when 0. */
  readonly sequence: number;
  /** Whether every object of it is uploaded; only then may its receiver see it. */
  readonly complete: boolean;
  /** When it was last handed to its receiver. */
  readonly deliveredAt?: number;
  /** How often it was handed out. */
  readonly deliveries: number;
  /** When its receiver said that it has all objects. */
  readonly confirmedAt?: number;
}

/** Messages, always within their run: the same id in another run is another message. */
export interface MessageRows {
  message(run: RunId, id: MessageId): Promise<StoredMessage | undefined>;
  /** The reply to an instruction, complete or not. */
  replyTo(run: RunId, instruction: MessageId): Promise<StoredMessage | undefined>;
  /** Complete instructions for a node that were never delivered, in sequence. */
  undelivered(dst: NodeId): Promise<StoredMessage[]>;
  /** Complete instructions for a node that were delivered and not confirmed, in sequence. */
  unconfirmed(dst: NodeId): Promise<StoredMessage[]>;
  messagesOfRun(run: RunId): Promise<StoredMessage[]>;
  putMessage(message: StoredMessage): Promise<void>;
  /** Forgets a message; its objects are let go separately. */
  deleteMessage(run: RunId, id: MessageId): Promise<void>;
}

/** What is known about a content that is held. */
export interface StoredContent {
  readonly objectId: ObjectId;
  readonly sizeBytes: number;
  /** As the head of the uploaded content names them. */
  readonly children: readonly ObjectId[];
}

/**
 * The objects of one message, taken together. It stands beside the {@link StoredMessage} and not in it because
 * objects are announced before their message is judged, and for messages that are refused in the end.
 */
export interface Parcel {
  readonly runId: RunId;
  readonly messageId: MessageId;
  readonly src: NodeId;
  readonly dst: NodeId;
  /** Whether every object that the heads lead to from the message is uploaded. */
  readonly complete: boolean;
}

/** One object as part of one parcel. */
export interface Member {
  readonly objectId: ObjectId;
  /** Whether the sender still has to upload it. */
  readonly missing: boolean;
}

/**
 * Objects. A content is stored once; a member says that a parcel needs it. The row of a content lives as long
 * as a member that is not missing: what takes away the last one takes away the row, and says so.
 *
 * A peer *holds* an object in a run through a member that is not missing, in a parcel that it sent, or that was
 * sent to it and is complete. Only what a peer holds may be read by it, or be sent on without an upload.
 * `ObjectExchange` is the one caller.
 */
export interface ObjectRows {
  content(id: ObjectId): Promise<StoredContent | undefined>;
  /** Of these ids, the contents that have a row, in no particular order. */
  contents(ids: readonly ObjectId[]): Promise<StoredContent[]>;
  /** To be followed by {@link arrive} within the transaction. */
  putContent(content: StoredContent): Promise<void>;
  /** The ids of every content that has a row. */
  contentIds(): Promise<ObjectId[]>;

  parcel(run: RunId, message: MessageId): Promise<Parcel | undefined>;
  /** In order of announcement. */
  parcelsOfRun(run: RunId): Promise<Parcel[]>;
  /** Runs that have parcels, each once. */
  runsWithParcels(): Promise<RunId[]>;
  /** Every parcel, of any run, with a member of this id that is not missing, in order of announcement. */
  parcelsHolding(object: ObjectId): Promise<Parcel[]>;
  putParcel(parcel: Parcel): Promise<void>;
  /** Forgets a parcel and its members; gives the ids of the contents whose row went with them. */
  deleteParcel(run: RunId, message: MessageId): Promise<ObjectId[]>;

  members(run: RunId, message: MessageId): Promise<Member[]>;
  /** Adds each object to a parcel; one that is a member already stays as it is. */
  addMembers(run: RunId, message: MessageId, members: readonly Member[]): Promise<void>;
  /** Takes objects out of a parcel; gives the ids of the contents whose row went with them. */
  deleteMembers(run: RunId, message: MessageId, objects: readonly ObjectId[]): Promise<ObjectId[]>;

  /** Of these ids, those that the peer holds in the run (see above). */
  held(run: RunId, peer: NodeId, objects: readonly ObjectId[]): Promise<ObjectId[]>;
  /** Whether a parcel of the run that `peer` sent or was sent has the object as a member, missing or not. */
  announced(run: RunId, peer: NodeId, object: ObjectId): Promise<boolean>;
  /** Whether a parcel of the run that `src` sends misses the object. */
  isAwaited(run: RunId, src: NodeId, object: ObjectId): Promise<boolean>;
  /**
   * In every parcel of the run that `src` sends and that misses the object: it is missing no more, and `members`
   * are added as by {@link addMembers}. Gives those of these parcels whose own head object is not missing (now).
   */
  arrive(run: RunId, src: NodeId, object: ObjectId, members: readonly Member[]): Promise<Parcel[]>;
}

/** A line or more that an app printed. */
export interface LogEntry {
  /** Unix seconds, strictly rising within a run. */
  readonly at: number;
  readonly text: string;
}

/** Something a task reported about itself. */
export interface TaskEvent {
  /** Rises from 1 within the store. Set by `appendEvent` when 0. */
  readonly id: number;
  readonly runId: RunId;
  readonly taskId: TaskId;
  /** Unix milliseconds. */
  readonly at: number;
  readonly event: string;
  /** A JSON object, as text. */
  readonly data: string;
}

/** What runs said: logs and events. */
export interface LogRows {
  /** Stores text under `at`, moved up where needed so that times rise strictly. */
  appendLog(run: RunId, at: number, text: string): Promise<void>;
  /** Entries later than `after` (Unix seconds), in order. */
  logs(run: RunId, after: number): Promise<LogEntry[]>;
  appendEvent(event: TaskEvent): Promise<void>;
  /** Events of a run with an id above `after`, in order. */
  events(run: RunId, after: number): Promise<TaskEvent[]>;
}
