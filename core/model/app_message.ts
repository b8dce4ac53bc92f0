import type { MessageId, NodeId, RunId, TaskId } from "./ids.ts";
import { DEFAULT_TTL_S, type Envelope, type MessageError, type Metadata } from "./message.ts";
import { checkMessageType } from "./message_type.ts";
import { now } from "./now.ts";
import { shown } from "./record/entry.ts";
import { RecordDict } from "./record/record_dict.ts";
import { replyMetadata } from "./reply.ts";

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
export class MessageMetadata implements Metadata {
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
  #messageType = "";

  /**
   * A copy of the metadata that may be changed until the message is sent.
   * @throws {RangeError} when the message type is none of Flower's
   */
  constructor(metadata: Metadata) {
    this.runId = metadata.runId;
    this.messageId = metadata.messageId;
    this.srcNodeId = metadata.srcNodeId;
    this.dstNodeId = metadata.dstNodeId;
    this.replyToMessageId = metadata.replyToMessageId;
    this.groupId = metadata.groupId;
    this.ttl = metadata.ttl;
    this.createdAt = metadata.createdAt;
    this.srcTaskId = metadata.srcTaskId;
    this.dstTaskId = metadata.dstTaskId;
    this.messageType = metadata.messageType;
  }

  /** `train`, `evaluate`, `query` or `system`, alone or with `.action`. */
  get messageType(): string {
    return this.#messageType;
  }

  set messageType(type: string) {
    checkMessageType(type);
    this.#messageType = type;
  }
}

/** A copy without accessors, which spreading an app's metadata or sending it to a Worker would lose. */
export function plainMetadata(metadata: Metadata): Metadata {
  const plain = { ...metadata, messageType: metadata.messageType };
  if (plain.srcTaskId === undefined) delete plain.srcTaskId;
  if (plain.dstTaskId === undefined) delete plain.dstTaskId;
  return plain;
}

/** The message as it travels, its content left out. */
export function envelopeOf(message: Message): Envelope {
  const metadata = plainMetadata(message.metadata);
  return message.hasError() ? { metadata, error: message.error } : { metadata };
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
export class MessageInitializationError extends TypeError {
  /** The class's name. */
  override name = "MessageInitializationError";
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
export interface ReplyOptions {
  /** Seconds; what the instruction has left unless told, and at most that. */
  readonly ttl?: number;
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
export class Message {
  /** Where it comes from and goes to, what it asks for, and how long it lives. */
  readonly metadata: MessageMetadata;
  #body: RecordDict | MessageError;

  /**
   * An instruction for a node. Replies are made by {@link Message.reply}.
   * @throws {MessageInitializationError} when the content is no RecordDict or the node is no bigint
   * @throws {RangeError} when the message type is none of Flower's
   */
  constructor(content: RecordDict, options: InstructionOptions);
  /** A message that exists already, as decoded. */
  constructor(body: RecordDict | MessageError, metadata: MessageMetadata);
  constructor(body: RecordDict | MessageError, about: InstructionOptions | MessageMetadata) {
    const restored = about instanceof MessageMetadata;
    if (!restored) {
      checkContent(body);
      checkNodeId(about?.dstNodeId);
    }
    this.metadata = restored ? about : new MessageMetadata(instructionMetadata(about));
    this.#body = body;
  }

  /** Whether there is a content. */
  hasContent(): boolean {
    return this.#body instanceof RecordDict;
  }

  /** Whether there is an error instead of a content. */
  hasError(): boolean {
    return !this.hasContent();
  }

  /** What the message says. @throws {TypeError} when it carries an error instead; {@link hasContent} tells */
  get content(): RecordDict {
    if (this.#body instanceof RecordDict) return this.#body;
    const { code, reason } = this.#body;
    throw new TypeError(
      `Cannot read the content of a message that carries error ${code}: ${reason || "no reason given"}`,
    );
  }

  /** @throws {TypeError} when the message carries an error, or the content is no RecordDict */
  set content(content: RecordDict) {
    if (this.hasError()) throw new TypeError("Cannot set the content of a message that carries an error");
    checkContent(content);
    this.#body = content;
  }

  /** Why the message has no content. @throws {TypeError} when it has one; {@link hasError} tells */
  get error(): MessageError {
    if (!(this.#body instanceof RecordDict)) return this.#body;
    throw new TypeError("Cannot read the error of a message that has a content");
  }

  /** @throws {TypeError} when the message has a content */
  set error(error: MessageError) {
    if (this.hasContent()) throw new TypeError("Cannot set the error of a message that has a content");
    this.#body = error;
  }

  /**
   * The reply to this message: same run, group and type, sent back to where this one came from.
   * @throws {MessageInitializationError} when the content is no RecordDict
   */
  reply(content: RecordDict, options: ReplyOptions = {}): Message {
    checkContent(content);
    return new Message(content, this.#replyMetadata(options));
  }

  /**
   * The reply that says why there is no content.
   * @param code one of `ErrorCode`, or a code of the app's own
   */
  replyError(code: number, reason: string, options: ReplyOptions = {}): Message {
    return new Message({ code, reason }, this.#replyMetadata(options));
  }

  #replyMetadata({ ttl, createdAt }: ReplyOptions): MessageMetadata {
    return new MessageMetadata(replyMetadata(this.metadata, { now: createdAt ?? now(), ttl }));
  }
}

/** What a message gets when it is sent, and apps cannot change. */
export interface MessageIdentity {
  readonly runId?: RunId;
  readonly srcNodeId?: NodeId;
  readonly messageId?: MessageId;
}

/** Stamps a message with what only its sender's runtime knows. Apps have no use for it. */
export function identify(message: Message, identity: MessageIdentity): void {
  Object.assign(message.metadata, identity);
}

function instructionMetadata(options: InstructionOptions): Metadata {
  const { dstNodeId, messageType, ttl, groupId = "", dstTaskId, createdAt = now() } = options;
  return {
    runId: 0n,
    messageId: "",
    srcNodeId: 0n,
    dstNodeId,
    replyToMessageId: "",
    groupId,
    // As in Flower, 0 means the default; a negative one is kept and refused by the receiver.
    ttl: ttl || DEFAULT_TTL_S,
    messageType,
    createdAt,
    ...dstTaskId === undefined ? {} : { dstTaskId },
  };
}

function checkNodeId(id: unknown): void {
  if (typeof id === "bigint") return;
  throw new MessageInitializationError(
    `Cannot make a message as dstNodeId must be a bigint: current value is ${shown(id)}`,
  );
}

function checkContent(content: unknown): asserts content is RecordDict {
  if (content instanceof RecordDict) return;
  throw new MessageInitializationError(
    `Cannot make a message as its content must be a RecordDict: current value is ${shown(content)}`,
  );
}
