/**
 * Objects into messages: what came in parts, put together for an app.
 *
 * @module
 */
import { decode } from "../../proto/mod.ts";
import { Message, MessageMetadata } from "../model/app_message.ts";
import type { MessageId, ObjectId } from "../model/ids.ts";
import type { Envelope, Metadata } from "../model/message.ts";
import { type ArrayFields, FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { type FlowerRecord, RecordDict } from "../model/record/record_dict.ts";
import { readArrayBody, readNames } from "./body.ts";
import { assemble, inOrder } from "./assemble.ts";
import { readMessageBody } from "./head_object.ts";
import { limited } from "./limit.ts";
import { malformedObject, type ObjectType, type ParsedObject, parseHead } from "./object.ts";
import { configRecordFromProto, metricRecordFromProto } from "./record.ts";

/** Gives the content of an object; it is not changed and not kept. */
export type GetContent = (id: ObjectId) => Promise<Uint8Array>;

/** How a message is put together. */
export interface InflateOptions {
  /**
   * The message as it was announced. What the SuperLink has checked stands here, so it counts before what the head
   * object says; without it the head object is believed.
   */
  readonly envelope?: Envelope;
  /** How many contents are asked for at a time; 2 unless told. */
  readonly parallel?: number;
  /**
   * Makes an array whose bytes come later, from its fields and from what gives its bytes in order, each piece in
   * memory of its own. Asked for arrays of more than one chunk; without it all bytes are fetched.
   */
  readonly distant?: (fields: Omit<ArrayFields, "data">, pieces: AsyncGenerator<Uint8Array>) => FlowerArray;
}

/**
 * The message with this head object. Each array gets memory of its own, even when two have the same bytes, so that
 * an app may write to one and not change the other.
 * @param rootId the id of the head object, which becomes the message's
 * @throws {ObjectFormatError} when an object is of another type than its place asks for, does not name the parts it
 * uses, or says otherwise than the envelope whether there is an error
 * @throws whatever `get` throws
 */
export async function inflateMessage(
  rootId: MessageId,
  get: GetContent,
  { envelope, parallel = 2, distant }: InflateOptions = {},
): Promise<Message> {
  const inflater = new Inflater(get, { parallel, distant });
  const head = await inflater.object(rootId, "Message");
  const told = readMessageBody(head.body);
  if (envelope && !envelope.error !== !told.error) {
    throw malformedObject("Message", "it says otherwise than its envelope whether it carries an error");
  }
  const metadata = new MessageMetadata(merged(told.metadata, envelope?.metadata, rootId));
  const expected = told.error ? 0 : 1;
  if (head.children.length !== expected) {
    throw malformedObject("Message", `it must have ${expected} children: it has ${head.children.length}`);
  }
  if (told.error) return new Message(told.error, metadata);
  return new Message(await inflater.recordDict(head.children[0]), metadata);
}

/** Official servers lose the task ids from the envelope; the head object still has them. */
function merged(told: Metadata, announced: Metadata | undefined, messageId: MessageId): Metadata {
  const { srcTaskId, dstTaskId } = told;
  return { srcTaskId, dstTaskId, ...announced ?? told, messageId };
}

class Inflater {
  readonly #get: GetContent;
  readonly #ahead: number;
  readonly #distant: InflateOptions["distant"];

  constructor(
    get: GetContent,
    { parallel, distant }: { parallel: number } & Pick<InflateOptions, "distant">,
  ) {
    this.#get = limited(parallel, get);
    this.#ahead = parallel;
    this.#distant = distant;
  }

  async object(id: ObjectId, type: ObjectType): Promise<ParsedObject> {
    return ofType(parseHead(await this.#get(id)), type);
  }

  async recordDict(id: ObjectId): Promise<RecordDict> {
    const names = namesOf(await this.object(id, "RecordDict"));
    return new RecordDict(await this.#all(names, (recordId) => this.#record(recordId)));
  }

  async #record(id: ObjectId): Promise<FlowerRecord> {
    const object = parseHead(await this.#get(id));
    if (object.type === "ArrayRecord") return await this.#arrayRecord(object);
    requireLeaf(object);
    if (object.type === "MetricRecord") return metricRecordFromProto(decode("MetricRecord", object.body));
    if (object.type === "ConfigRecord") return configRecordFromProto(decode("ConfigRecord", object.body));
    throw malformedObject("RecordDict", `one of its parts is of type ${object.type}, which is no record`);
  }

  async #arrayRecord(object: ParsedObject): Promise<ArrayRecord> {
    return new ArrayRecord(await this.#all(namesOf(object), (id) => this.#array(id)));
  }

  async #array(id: ObjectId): Promise<FlowerArray> {
    const { body, children } = await this.object(id, "Array");
    const { indices, ...fields } = readArrayBody(body);
    if (new Set(indices).size !== children.length) {
      throw malformedObject("Array", "it must use exactly its children");
    }
    const bodyOf = async (chunk: ObjectId) => requireLeaf(await this.object(chunk, "ArrayChunk")).body;
    const assembly = { chunks: children, indices, bodyOf, ahead: this.#ahead };
    if (this.#distant && children.length > 1) return this.#distant(fields, inOrder(assembly));
    return new FlowerArray({ ...fields, data: await assemble(assembly) });
  }

  /** Every part by its name, in order; the first failure is everybody's. */
  #all<T>(names: ReadonlyMap<string, ObjectId>, part: (id: ObjectId) => Promise<T>): Promise<[string, T][]> {
    return Promise.all(Array.from(names, async ([name, id]): Promise<[string, T]> => [name, await part(id)]));
  }
}

function ofType(object: ParsedObject, type: ObjectType): ParsedObject {
  if (object.type !== type) throw malformedObject(type, `it is of type ${object.type}`);
  return object;
}

function requireLeaf(object: ParsedObject): ParsedObject {
  if (object.children.length) throw malformedObject(object.type, "it must have no children");
  return object;
}

/** The names in a record's body, once it is sure that they refer to exactly the object's children. */
function namesOf(object: ParsedObject): Map<string, ObjectId> {
  const names = readNames(object);
  const used = new Set(names.values());
  const named = new Set(object.children);
  if (used.size !== named.size || [...used].some((id) => !named.has(id))) {
    throw malformedObject(object.type, "it must use exactly its children");
  }
  return names;
}
