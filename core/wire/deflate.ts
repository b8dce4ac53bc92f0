/**
 * Messages into objects: what an app sends, cut into the parts that travel.
 *
 * @module
 */
import { encode } from "../../proto/mod.ts";
import type { Message } from "../model/app_message.ts";
import type { MessageId, ObjectId } from "../model/ids.ts";
import { type ObjectTree, postOrder } from "../model/object_tree.ts";
import type { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { FlowerRecord, RecordDict } from "../model/record/record_dict.ts";
import { CHUNK_SIZE_BYTES, cut } from "./chunks.ts";
import { messageObject } from "./head_object.ts";
import { writeJson } from "./json.ts";
import { frameObject, objectIdOf, type ObjectType } from "./object.ts";
import { recordToProto } from "./record.ts";

/** A message as objects. Large contents are views of the message's arrays until they are asked for. */
export interface DeflatedMessage {
  /** The id of its head object. */
  readonly messageId: MessageId;
  readonly tree: ObjectTree;
  /** Every object once, children before their parents: the order in which they are sent. */
  readonly ids: readonly ObjectId[];
  /** The content of one object. @throws {RangeError} when the message has no such object */
  contentOf(id: ObjectId): Uint8Array;
}

/** Takes one message apart. Several that share records are quicker through one {@link Deflater}. */
export function deflateMessage(message: Message, options?: DeflateOptions): DeflatedMessage {
  return new Deflater(options).deflate(message);
}

/** How messages are cut. */
export interface DeflateOptions {
  readonly chunkSizeBytes?: number;
}

type Contents = Map<ObjectId, () => Uint8Array>;

/**
 * Takes messages apart, and a record that several of them share only once: a model for a hundred nodes is hashed one
 * time. Records must not change while one deflater sees them, nor before the contents are sent.
 */
export class Deflater {
  readonly #chunkSizeBytes: number;
  readonly #seen = new Map<FlowerRecord, { tree: ObjectTree; contents: Contents }>();

  /** @param options how messages are cut */
  constructor({ chunkSizeBytes = CHUNK_SIZE_BYTES }: DeflateOptions = {}) {
    this.#chunkSizeBytes = chunkSizeBytes;
  }

  /** The objects of a message, whose metadata is final but for the message id. */
  deflate(message: Message): DeflatedMessage {
    const contents: Contents = new Map();
    const tree = message.hasError()
      ? keep(contents, messageObject(message.metadata, message.error), [])
      : this.#withContent(message, contents);
    const contentOf = (id: ObjectId) => {
      const content = contents.get(id);
      if (!content) {
        throw new RangeError(`Cannot send object ${id} as message ${tree.objectId} has no such object`);
      }
      return content();
    };
    return { messageId: tree.objectId, tree, ids: postOrder(tree), contentOf };
  }

  #withContent(message: Message, contents: Contents): ObjectTree {
    const content = this.#recordDict(message.content, contents);
    return keep(contents, messageObject(message.metadata, content.objectId), [content]);
  }

  #recordDict(dict: RecordDict, contents: Contents): ObjectTree {
    const trees = Array.from(dict, ([key, record]) => [key, this.#record(record, contents)] as const);
    return keepNames(contents, "RecordDict", trees);
  }

  #record(record: FlowerRecord, contents: Contents): ObjectTree {
    let seen = this.#seen.get(record);
    if (!seen) {
      const own: Contents = new Map();
      seen = { tree: this.#freshRecord(record, own), contents: own };
      this.#seen.set(record, seen);
    }
    for (const [id, content] of seen.contents) contents.set(id, content);
    return seen.tree;
  }

  #freshRecord(record: FlowerRecord, contents: Contents): ObjectTree {
    if (record instanceof ArrayRecord) {
      const trees = Array.from(record, ([key, array]) => [key, this.#array(array, contents)] as const);
      return keepNames(contents, "ArrayRecord", trees);
    }
    return keep(
      contents,
      frameObject(record.recordType, [], encode(record.recordType, recordToProto(record))),
      [],
    );
  }

  #array({ dtype, shape, stype, pieces }: FlowerArray, contents: Contents): ObjectTree {
    const { chunks, indices } = cut(pieces, this.#chunkSizeBytes);
    for (const chunk of chunks) contents.set(chunk.objectId, chunk.content);
    const body = new Map(Object.entries({ dtype, shape, stype, arraychunk_ids: indices }));
    const children = chunks.map(({ objectId }) => ({ objectId, children: [] }));
    return keepJson(contents, "Array", { body: writeJson(body), children });
  }
}

/** The object of a record whose body maps names to the ids of its parts. */
function keepNames(
  contents: Contents,
  type: ObjectType,
  trees: (readonly [string, ObjectTree])[],
): ObjectTree {
  const body = writeJson(new Map(trees.map(([key, { objectId }]) => [key, objectId])));
  const distinct = new Map(trees.map(([, tree]) => [tree.objectId, tree]));
  return keepJson(contents, type, { body, children: [...distinct.values()] });
}

function keepJson(
  contents: Contents,
  type: ObjectType,
  part: { body: string; children: ObjectTree[] },
): ObjectTree {
  const ids = part.children.map(({ objectId }) => objectId);
  return keep(contents, frameObject(type, ids, new TextEncoder().encode(part.body)), part.children);
}

function keep(contents: Contents, content: Uint8Array, children: readonly ObjectTree[]): ObjectTree {
  const objectId = objectIdOf(content);
  contents.set(objectId, () => content);
  return { objectId, children };
}
