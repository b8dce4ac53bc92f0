import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { fromPlainMessages, type PlainMessage, toPlainMessages } from "../app/plain_message.ts";
import { Message } from "../model/app_message.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { SharedRecords } from "./shared_records.ts";

const model = (...numbers: number[]) =>
  ArrayRecord.from({
    w: new NDArray(Float32Array.from(numbers)),
    half: new NDArray(Uint8Array.of(1, 2, 3)),
  });

function plain(records: readonly ArrayRecord[]): PlainMessage[] {
  return toPlainMessages(records.map((arrays, i) => {
    const content = new RecordDict({ arrays, config: new ConfigRecord({ i }) });
    return new Message(content, { dstNodeId: BigInt(i + 2), messageType: "train", createdAt: 1 });
  }));
}

/** The memory of each array of a message. */
function memories({ body }: PlainMessage): ArrayBufferLike[] {
  if ("code" in body) return [];
  return body.flatMap(([, record]) =>
    record.type === "ArrayRecord"
      ? record.arrays.map(([, array]) => ("numbers" in array ? array.numbers : array.data).buffer)
      : []
  );
}

const numbersOf = (
  message: Message,
) => [...message.content.arrays("arrays").get("w")!.toNDArray().toNumbers()];

Deno.test("a record of several messages is in memory once, and every receiver's numbers are its own", () => {
  const record = model(1, 2);
  const shared = new SharedRecords().share(plain([record, record, model(3)]));
  const [first, second, third] = shared.map(memories);
  assert(first.every((memory) => memory instanceof SharedArrayBuffer && memory === first[0]));
  assertStrictEquals(first[0], second[0]);
  assert(third[0] !== first[0]);
  const [one, two, three] = fromPlainMessages(shared);
  assertEquals([one, two, three].map(numbersOf), [[1, 2], [1, 2], [3]]);
  const mine = fromPlainMessages(shared.slice(0, 1))[0].content.arrays("arrays").get("w")!.toNDArray();
  (mine.data as Float32Array).fill(9);
  assertEquals(numbersOf(fromPlainMessages(shared)[1]), [1, 2]);
  assert(mine.data.buffer instanceof ArrayBuffer);
});

Deno.test("memory is used again when the last of its messages is done, and not before", () => {
  const records = new SharedRecords();
  const record = model(1, 2);
  const [first, second] = records.share(plain([record, record]));
  records.release(first);
  const [other] = records.share(plain([model(5, 6)]));
  assert(memories(other)[0] !== memories(first)[0]);
  assertEquals(numbersOf(fromPlainMessages([second])[0]), [1, 2]);
  records.release(second);
  const [again] = records.share(plain([model(7, 8)]));
  assertStrictEquals(memories(again)[0], memories(first)[0]);
  assertEquals(numbersOf(fromPlainMessages([again])[0]), [7, 8]);
});

Deno.test("what has no numbers, and what is an error, passes as it is", () => {
  const records = new SharedRecords();
  const [empty] = plain([ArrayRecord.from({ w: new NDArray(new Float32Array(0)) })]);
  const error: PlainMessage = { metadata: empty.metadata, body: { code: 2, reason: "no" } };
  const shared = records.share([error]);
  assertEquals(shared, [error]);
  records.release(shared[0]);
  const [received] = fromPlainMessages(records.share([empty]));
  assertEquals(numbersOf(received), []);
});

Deno.test("a record under two names in one message counts once", () => {
  const records = new SharedRecords();
  const arrays = model(1, 2);
  const message = new Message(new RecordDict({ arrays, again: arrays }), {
    dstNodeId: 2n,
    messageType: "train",
    createdAt: 1,
  });
  const [shared] = records.share(toPlainMessages([message]));
  records.release(shared);
  const [next] = records.share(plain([model(3, 4)]));
  assertStrictEquals(memories(next)[0], memories(shared)[0]);
});
