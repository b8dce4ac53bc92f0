import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../proto/mod.ts";
import {
  bytes,
  contentsOf,
  type MessageCase,
  metadataOf,
  objectVectors,
  type ParentCase,
  recordOf,
  treeOf,
} from "../../tests/suites/object_vectors.ts";
import { Message } from "../model/app_message.ts";
import type { ObjectId } from "../model/ids.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { type FlowerRecord, RecordDict } from "../model/record/record_dict.ts";
import { deflateMessage } from "./deflate.ts";
import { messageObject } from "./head_object.ts";
import { inflateMessage } from "./inflate.ts";
import { frameObject, ObjectFormatError, objectIdOf } from "./object.ts";
import { recordDictToProto } from "./record_dict.ts";

type Contents = Map<ObjectId, Uint8Array>;

const getFrom = (contents: Contents) => (id: ObjectId) => {
  const content = contents.get(id);
  return content ? Promise.resolve(content) : Promise.reject(new Error(`no object ${id}`));
};

function add(contents: Contents, content: Uint8Array): ObjectId {
  const id = objectIdOf(content);
  contents.set(id, content);
  return id;
}

const metadata = metadataOf(objectVectors.messages[0].metadata);
const text = (value: string) => new TextEncoder().encode(value);

/** The message whose content is the RecordDict object with this id. */
function around(contents: Contents, recordDict: ObjectId): Promise<Message> {
  return inflateMessage(add(contents, messageObject(metadata, recordDict)), getFrom(contents));
}

/** The message with one record, which is the object with this id. */
function withRecord(contents: Contents, record: ObjectId): Promise<Message> {
  const body = text(`{"r": "${record}"}`);
  return around(contents, add(contents, frameObject("RecordDict", [record], body)));
}

/** Asserts that a message taken apart again gives these objects to the byte. */
function assertObjects(message: Message, given: ParentCase): void {
  const deflated = deflateMessage(message);
  for (const [id, content] of contentsOf([given, ...given.objects_post_order])) {
    assertEquals(deflated.contentOf(id), content);
  }
}

for (const given of objectVectors.arrayrecords) {
  Deno.test(`array record ${given.name} is read and written again as it was`, async () => {
    const message = await withRecord(contentsOf([given, ...given.objects_post_order]), given.object_id);
    assertEquals([...message.content.arrays("r").keys()], given.keys);
    assertObjects(message, given);
  });
}

for (const given of objectVectors.recorddicts) {
  Deno.test(`records ${given.name} are read and written again as they were`, async () => {
    const message = await around(contentsOf([given, ...given.objects_post_order]), given.object_id);
    assertEquals([...message.content.keys()], given.keys);
    const inline = encode("RecordDict", recordDictToProto(message.content));
    assertEquals(new Uint8Array(inline), bytes(given.recorddict_proto_b64!));
    assertObjects(message, given);
  });
}

for (const kind of ["metric", "config"] as const) {
  for (const given of objectVectors.records[kind]) {
    Deno.test(`${kind} record ${given.name} is read with values and kinds`, async () => {
      const message = await withRecord(contentsOf([given]), given.object_id);
      const record = message.content.get("r") as MetricRecord | ConfigRecord;
      assertEquals([...record.entries()], [...recordOf(kind, given).entries()]);
    });
  }
}

function assertMetadata(message: Message, { metadata }: MessageCase): void {
  const wanted = metadataOf(metadata);
  assertEquals({ ...message.metadata }, { ...wanted });
  assertEquals(message.metadata.messageType, wanted.messageType);
}

for (const given of objectVectors.messages) {
  Deno.test(`message ${given.name} is read and written again as it was`, async () => {
    const contents = contentsOf([given, ...given.objects_post_order]);
    const message = await inflateMessage(given.object_id, getFrom(contents));
    assertMetadata(message, given);
    assertEquals(message.hasError(), given.error !== null);
    if (given.error) {
      assertEquals(message.error, { code: given.error.code, reason: given.error.reason ?? "" });
    }
    assertObjects(message, given);
    const deflated = deflateMessage(message);
    assertEquals(deflated.messageId, given.object_id);
    assertEquals(deflated.tree, treeOf(given.tree));
  });
}

const key = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom("10", "2", "1", "__proto__", ""),
);
const float64 = fc.double();
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
const number = fc.oneof(float64, int64);
const metricValue = fc.oneof(
  number,
  fc.array(float64),
  fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
);
const configValue = fc.oneof(
  metricValue,
  fc.boolean(),
  fc.string({ unit: "grapheme" }),
  fc.uint8Array(),
  fc.array(fc.boolean()),
  fc.array(fc.string()),
  fc.array(fc.uint8Array()),
);
const array = fc.oneof(
  fc.float32Array({ maxLength: 40 }).map((data) => FlowerArray.from(new NDArray(data))),
  fc.record({
    dtype: fc.string({ unit: "grapheme" }),
    shape: fc.array(fc.nat()),
    stype: fc.string(),
    data: fc.uint8Array({ maxLength: 100 }),
  }).map((fields) => new FlowerArray(fields)),
);
const pairs = <T>(value: fc.Arbitrary<T>) => fc.array(fc.tuple(key, value), { maxLength: 4 });
const record: fc.Arbitrary<FlowerRecord> = fc.oneof(
  pairs(metricValue).map((items) => new MetricRecord(items)),
  pairs(configValue).map((items) => new ConfigRecord(items)),
  pairs(array).map((items) => new ArrayRecord(items)),
);

Deno.test("any records come out of their objects as they went in, whatever the chunks", async () => {
  const chunkSizeBytes = fc.integer({ min: 1, max: 200 });
  await fc.assert(
    fc.asyncProperty(pairs(record), chunkSizeBytes, async (items, chunkSizeBytes) => {
      const dict = new RecordDict(items);
      const sent = new Message(dict, { dstNodeId: 2n, messageType: "train", createdAt: 1 });
      const deflated = deflateMessage(sent, { chunkSizeBytes });
      const message = await inflateMessage(
        deflated.messageId,
        (id) => Promise.resolve(deflated.contentOf(id)),
      );
      assertEquals(
        encode("RecordDict", recordDictToProto(message.content)),
        encode("RecordDict", recordDictToProto(dict)),
      );
      assertEquals(deflateMessage(message, { chunkSizeBytes }).messageId, deflated.messageId);
      assertEquals([...message.content.keys()], [...dict.keys()]);
    }),
    { numRuns: 200 },
  );
});

Deno.test("arrays with equal bytes do not share memory", async () => {
  const zeros = () => new NDArray(new Float32Array(8));
  const dict = new RecordDict({
    a: ArrayRecord.from([zeros(), zeros()]),
    b: ArrayRecord.from([zeros(), zeros()]),
  });
  const deflated = deflateMessage(new Message(dict, { dstNodeId: 2n, messageType: "train", createdAt: 1 }));
  const { content } = await inflateMessage(
    deflated.messageId,
    (id) => Promise.resolve(deflated.contentOf(id)),
  );
  content.arrays("a").toArrays()[0].as("float32").data.fill(1);
  const others = [...content.arrays("a").toArrays().slice(1), ...content.arrays("b").toArrays()];
  for (const { data } of others) assertEquals(data, new Float32Array(8));
});

Deno.test("no more contents are asked for at a time than told, and few are held", async () => {
  const data = Float32Array.from({ length: 10_000 }, (_, i) => i);
  const dict = new RecordDict({ a: ArrayRecord.from([new NDArray(data)]) });
  const sent = new Message(dict, { dstNodeId: 2n, messageType: "train", createdAt: 1 });
  const deflated = deflateMessage(sent, { chunkSizeBytes: 1000 });
  let [running, most] = [0, 0];
  const message = await inflateMessage(deflated.messageId, async (id) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return deflated.contentOf(id);
  }, { parallel: 3 });
  assertEquals(most, 3);
  assertEquals(message.content.arrays("a").toArrays()[0].data, data);
});

Deno.test("what the envelope says counts before what the head object says", async () => {
  const [given] = objectVectors.messages;
  const contents = contentsOf([given, ...given.objects_post_order]);
  const announced = { ...metadataOf(given.metadata), messageType: "train", srcNodeId: 77n };
  const message = await inflateMessage(given.object_id, getFrom(contents), {
    envelope: { metadata: announced },
  });
  assertEquals(message.metadata.srcNodeId, 77n);
  assertEquals(message.metadata.messageId, given.object_id);
  await assertRejects(
    () =>
      inflateMessage(given.object_id, getFrom(contents), {
        envelope: { metadata: announced, error: { code: 1, reason: "" } },
      }),
    ObjectFormatError,
    "whether it carries an error",
  );
});

Deno.test("task ids that the envelope lost are taken from the head object", async () => {
  const given = objectVectors.messages.find(({ metadata }) => metadata.src_task_id !== null)!;
  const contents = contentsOf([given, ...given.objects_post_order]);
  const announced = { ...metadataOf(given.metadata), messageType: given.metadata.message_type };
  delete announced.srcTaskId;
  delete announced.dstTaskId;
  const message = await inflateMessage(given.object_id, getFrom(contents), {
    envelope: { metadata: announced },
  });
  assertEquals(message.metadata.srcTaskId, BigInt(given.metadata.src_task_id!));
  assertEquals(message.metadata.dstTaskId, BigInt(given.metadata.dst_task_id!));
});

Deno.test("the first failure to get a content ends all asking", async () => {
  const arrays = Array.from({ length: 20 }, (_, i) => new NDArray(new Float32Array([i])));
  const dict = new RecordDict({ a: ArrayRecord.from(arrays) });
  const deflated = deflateMessage(new Message(dict, { dstNodeId: 2n, messageType: "train", createdAt: 1 }));
  let asked = 0;
  const failing = (id: ObjectId) =>
    ++asked > 5 ? Promise.reject(new Error("gone")) : Promise.resolve(deflated.contentOf(id));
  await assertRejects(() => inflateMessage(deflated.messageId, failing), Error, "gone");
  assertEquals(asked <= 7, true, `asked ${asked} times`);
});

const malformed: [string, string, (contents: Contents) => Promise<unknown>][] = [
  [
    "a content that is no RecordDict",
    "it is of type MetricRecord",
    (contents) => around(contents, add(contents, frameObject("MetricRecord", [], new Uint8Array()))),
  ],
  [
    "a record that is none",
    "which is no record",
    (contents) => withRecord(contents, add(contents, frameObject("RecordDict", [], text("{}")))),
  ],
  [
    "a leaf with children",
    "must have no children",
    (contents) =>
      withRecord(contents, add(contents, frameObject("ConfigRecord", ["a".repeat(64)], new Uint8Array()))),
  ],
  [
    "a child that is not used",
    "use exactly its children",
    (contents) => around(contents, add(contents, frameObject("RecordDict", ["a".repeat(64)], text("{}")))),
  ],
  [
    "a part that is no child",
    "use exactly its children",
    (contents) =>
      around(contents, add(contents, frameObject("RecordDict", [], text(`{"r": "${"a".repeat(64)}"}`)))),
  ],
  [
    "a body that is no JSON",
    "Cannot read JSON",
    (contents) => around(contents, add(contents, frameObject("RecordDict", [], text("{")))),
  ],
  [
    "a body that is no JSON object",
    "must be a JSON object",
    (contents) => around(contents, add(contents, frameObject("RecordDict", [], text("[]")))),
  ],
  [
    "a message without a part",
    "must have 1 children",
    (contents) =>
      inflateMessage(
        add(contents, frameObject("Message", [], encode("Message", { metadata: { message_type: "train" } }))),
        getFrom(contents),
      ),
  ],
];

for (const [name, reason, attempt] of malformed) {
  Deno.test(`${name} is refused`, async () => {
    const error = await assertRejects(() => attempt(new Map()), ObjectFormatError);
    assertEquals(error.message.includes(reason), true, error.message);
  });
}

Deno.test("an array whose chunk list names no chunk is refused", async () => {
  const contents: Contents = new Map();
  const chunk = add(contents, frameObject("ArrayChunk", [], text("x")));
  const body = text('{"dtype": "a", "shape": [], "stype": "b", "arraychunk_ids": [1]}');
  const given = add(contents, frameObject("Array", [chunk], body));
  const record = add(contents, frameObject("ArrayRecord", [given], text(`{"a": "${given}"}`)));
  await assertRejects(() => withRecord(contents, record), ObjectFormatError, "names no chunk");
});
