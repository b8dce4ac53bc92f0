import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Message, MessageMetadata } from "../model/app_message.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { float, int } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { deflateMessage } from "../wire/deflate.ts";
import {
  buffersOf,
  fromPlainMessage,
  fromPlainMessages,
  type PlainMessage,
  toPlainMessage,
  toPlainMessages,
} from "./plain_message.ts";

const metadata = (change: Partial<ConstructorParameters<typeof MessageMetadata>[0]> = {}) =>
  new MessageMetadata({
    ...{ runId: 2n ** 63n, messageId: "", srcNodeId: 1n, dstNodeId: 12n, replyToMessageId: "", groupId: "3" },
    ...{ ttl: 12.5, messageType: "train.fit", createdAt: 1_800_000_000.25, ...change },
  });

/** Crosses to another thread and back, as a posted message does. */
function posted(message: Message, { move = false } = {}): Message {
  const plain = toPlainMessage(message);
  return fromPlainMessage(structuredClone(plain, { transfer: move ? buffersOf(plain) : [] }));
}

/** Equal ids mean equal metadata and equal content, to the last bit and kind. */
const idOf = (message: Message) => deflateMessage(message).messageId;

const key = fc.string({ unit: "binary", maxLength: 6 });
const float32s = fc.float32Array({ maxLength: 8 }).map((data) => new NDArray(data));
const bytes = fc.uint8Array({ maxLength: 8 }).map((data) => Uint8Array.from(data));
const foreign = bytes.map((data) => new FlowerArray({ dtype: "", shape: [], stype: "custom", data }));
const arrays = fc.array(fc.tuple(key, fc.oneof(float32s.map((array) => FlowerArray.from(array)), foreign)), {
  maxLength: 3,
})
  .map((pairs) => new ArrayRecord(pairs));
const number = fc.oneof(
  fc.double().map(float),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(int),
);
const metrics = fc.array(fc.tuple(key, number), { maxLength: 3 }).map((pairs) => new MetricRecord(pairs));
const setting = fc.oneof(number, fc.boolean(), fc.string(), bytes, fc.array(fc.boolean(), { maxLength: 2 }));
const config = fc.array(fc.tuple(key, setting), { maxLength: 3 }).map((pairs) => new ConfigRecord(pairs));
const dict = fc.array(fc.tuple(key, fc.oneof(arrays, metrics, config)), { maxLength: 4 })
  .map((pairs) => new RecordDict(pairs));

Deno.test("a message arrives in the other thread as it was", () => {
  fc.assert(fc.property(dict, fc.boolean(), (content, move) => {
    const message = new Message(content, metadata());
    const id = idOf(message);
    assertEquals(idOf(posted(message, { move })), id);
  }));
});

Deno.test("an error arrives as it was, and so do task ids", () => {
  const error = { code: 2, reason: "<class 'ValueError'>:<'no'>" };
  const about = metadata({ srcTaskId: 0n, dstTaskId: 2n ** 64n - 1n });
  const arrived = posted(new Message(error, about));
  assertEquals([arrived.error, arrived.metadata.srcTaskId, arrived.metadata.dstTaskId], [
    error,
    0n,
    2n ** 64n - 1n,
  ]);
});

Deno.test("a content with a record named code is still a content", () => {
  const content = new RecordDict({ code: new MetricRecord({ reason: 1 }) });
  assertEquals(posted(new Message(content, metadata())).content.metrics("code").getInt("reason"), 1);
});

Deno.test("large numbers are moved, each buffer once", () => {
  const array = new NDArray(new Float32Array(1_000));
  const record = ArrayRecord.from([array, array], { keepInput: false });
  const plain = toPlainMessage(new Message(new RecordDict({ a: record, b: record }), metadata()));
  assertEquals(buffersOf(plain).length, 1);
  structuredClone(plain, { transfer: buffersOf(plain) });
  assertEquals(array.data.byteLength, 0);
});

Deno.test("messages that share a record share it in the other thread", () => {
  const content = new RecordDict({ model: ArrayRecord.from([new NDArray(new Float32Array(10))]) });
  const messages = [11n, 12n].map((dstNodeId) => new Message(content, metadata({ dstNodeId })));
  const arrived = fromPlainMessages(structuredClone(toPlainMessages(messages)) as PlainMessage[]);
  assertEquals(arrived[0].content.get("model") === arrived[1].content.get("model"), true);
  assertEquals(arrived.map((message) => idOf(message)), messages.map((message) => idOf(message)));
});
