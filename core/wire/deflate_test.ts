import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  arrayOf,
  bytes,
  type ObjectCase,
  objectVectors,
  recordOf,
  treeOf,
} from "../../tests/suites/object_vectors.ts";
import { Message } from "../model/app_message.ts";
import { postOrder } from "../model/object_tree.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { FlowerArray } from "../model/record/array.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { cut } from "./chunks.ts";
import { type DeflatedMessage, deflateMessage, Deflater } from "./deflate.ts";
import { objectIdOf, parseHead } from "./object.ts";

const instruction = (content: RecordDict, dstNodeId = 2n) =>
  new Message(content, { dstNodeId, messageType: "train", createdAt: 1 });

function assertObject(message: DeflatedMessage, expected: ObjectCase): void {
  const content = message.contentOf(expected.object_id);
  assertEquals(content.length, expected.length);
  assertEquals(objectIdOf(content), expected.object_id);
  if (expected.content_b64) assertEquals(content, bytes(expected.content_b64));
}

for (const given of [...objectVectors.arrays, ...objectVectors.big_arrays]) {
  Deno.test(`array ${given.name} is cut as Flower cuts it`, () => {
    const record = new ArrayRecord({ a: arrayOf(given) });
    const message = deflateMessage(instruction(new RecordDict({ r: record })));
    for (const object of [given.array, ...given.chunks]) assertObject(message, object);
    assertEquals(message.tree.children[0].children[0].children[0], treeOf(given.tree));
  });
}

for (const kind of ["metric", "config"] as const) {
  for (const given of objectVectors.records[kind]) {
    Deno.test(`${kind} record ${given.name} has Flower's bytes`, () => {
      assertObject(deflateMessage(instruction(new RecordDict({ r: recordOf(kind, given) }))), given);
    });
  }
}

Deno.test("objects are listed once, children first, and no others have a content", () => {
  const metrics = new MetricRecord({ x: 1 });
  const message = deflateMessage(instruction(new RecordDict({ a: metrics, b: metrics.copy() })));
  assertEquals(message.ids, postOrder(message.tree));
  assertEquals(message.ids.map((id) => parseHead(message.contentOf(id)).type), [
    "MetricRecord",
    "RecordDict",
    "Message",
  ]);
  assertThrows(() => message.contentOf("0".repeat(64)), RangeError, "no such object");
});

Deno.test("a record in many messages is taken apart once, and each message is whole", () => {
  const record = ArrayRecord.from([new NDArray(new Float32Array(1000))]);
  let read = 0;
  const array = record.get("0")!;
  Object.defineProperty(array, "pieces", {
    get: () => {
      read++;
      return [array.data];
    },
  });
  const deflater = new Deflater({ chunkSizeBytes: 1000 });
  const messages = [2n, 3n, 4n].map((node) =>
    deflater.deflate(instruction(new RecordDict({ r: record }), node))
  );
  assertEquals(read, 1);
  assertEquals(new Set(messages.map(({ messageId }) => messageId)).size, 3);
  for (const message of messages) {
    for (const id of message.ids) assertEquals(objectIdOf(message.contentOf(id)), id);
  }
});

Deno.test("what an app does to an array after it made the record does not show", () => {
  const model = new NDArray(new Float32Array([1, 2, 3]));
  const before = deflateMessage(instruction(new RecordDict({ r: ArrayRecord.from([model]) })));
  model.data.fill(9);
  assertEquals(before.ids.map((id) => objectIdOf(before.contentOf(id))), before.ids);
});

Deno.test("data is cut at the same places whatever pieces it comes in", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 6 });
  fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 10 }), (pieces, size) => {
    const whole = new Uint8Array(pieces.flatMap((piece) => [...piece]));
    const cutWhole = cut([whole], size);
    const cutPieces = cut(pieces, size);
    assertEquals(cutPieces.indices, cutWhole.indices);
    assertEquals(
      cutPieces.chunks.map(({ objectId }) => objectId),
      cutWhole.chunks.map(({ objectId }) => objectId),
    );
    const bodies = cutPieces.chunks.map((chunk) => parseHead(chunk.content()).body);
    assertEquals(cutPieces.indices.flatMap((index) => [...bodies[index]]), [...whole]);
    assertEquals(new Set(cutPieces.chunks.map(({ objectId }) => objectId)).size, cutPieces.chunks.length);
  }));
});

Deno.test("an array taken over without a copy has the same id as a copied one", () => {
  const idOf = (array: FlowerArray) =>
    deflateMessage(instruction(new RecordDict({ r: new ArrayRecord({ a: array }) }))).messageId;
  const model = () => new NDArray(new Float64Array([1, -2]), [2, 1]);
  const inOnePiece = FlowerArray.from(model());
  assertEquals(inOnePiece.data.length, 144);
  assertEquals(idOf(FlowerArray.from(model(), { keepInput: false })), idOf(inOnePiece));
});
