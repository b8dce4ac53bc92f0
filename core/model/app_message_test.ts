import { assertEquals, assertThrows } from "@std/assert";
import { objectVectors } from "../../tests/suites/object_vectors.ts";
import { envelopeOf, identify, Message, MessageInitializationError, plainMetadata } from "./app_message.ts";
import { checkMessageType, isMessageType, splitMessageType } from "./message_type.ts";
import { setTimeSource } from "./now.ts";
import { RecordDict } from "./record/record_dict.ts";

// deno-lint-ignore no-explicit-any -- values that the types forbid
type Anything = any;

const instruction = (more: object = {}) =>
  new Message(new RecordDict(), { dstNodeId: 5n, messageType: "train", createdAt: 100, ...more });

for (const { type, valid, legacy } of objectVectors.message_types) {
  Deno.test(`message type "${type}" is ${valid || legacy ? "" : "not "}one of Flower's`, () => {
    assertEquals(isMessageType(type), valid || legacy);
    if (!valid && !legacy) assertThrows(() => checkMessageType(type), RangeError, `message type "${type}"`);
  });
}

Deno.test("a message type falls into category and action", () => {
  assertEquals(splitMessageType("train"), { category: "train", action: "default" });
  assertEquals(splitMessageType("query.été"), { category: "query", action: "été" });
});

Deno.test("an instruction has what it was given and defaults for the rest", () => {
  assertEquals(plainMetadata(instruction({ groupId: "3", dstTaskId: 0n }).metadata), {
    runId: 0n,
    messageId: "",
    srcNodeId: 0n,
    dstNodeId: 5n,
    replyToMessageId: "",
    groupId: "3",
    ttl: 43200,
    createdAt: 100,
    messageType: "train",
    dstTaskId: 0n,
  });
  assertEquals(instruction({ ttl: 0 }).metadata.ttl, 43200);
  assertEquals(instruction({ ttl: -1 }).metadata.ttl, -1);
});

Deno.test("a message that cannot be is refused", () => {
  assertThrows(
    () => new Message({} as Anything, { dstNodeId: 1n, messageType: "train" }),
    MessageInitializationError,
  );
  assertThrows(() => instruction({ dstNodeId: 5 }), MessageInitializationError, "must be a bigint");
  assertThrows(() => instruction({ messageType: "dance" }), RangeError, '"dance"');
  assertThrows(() => new Message(new RecordDict(), undefined as Anything), MessageInitializationError);
  assertThrows(
    () => instruction().reply({} as Anything),
    MessageInitializationError,
    "current value is Object",
  );
});

Deno.test("a message has a content or an error, for ever", () => {
  const message = instruction();
  const failed = message.replyError(2, "why", { createdAt: 101 });
  assertEquals([message.hasContent(), message.hasError(), failed.hasContent(), failed.hasError()], [
    true,
    false,
    false,
    true,
  ]);
  assertEquals(failed.error, { code: 2, reason: "why" });
  assertThrows(() => failed.content, TypeError, "carries error 2: why");
  assertThrows(() => message.error, TypeError, "has a content");
  assertThrows(() => failed.content = new RecordDict(), TypeError, "carries an error");
  assertThrows(() => message.error = { code: 0, reason: "" }, TypeError, "has a content");
  const content = new RecordDict();
  message.content = content;
  assertEquals(message.content === content, true);
});

Deno.test("a reply goes back to where the instruction came from", () => {
  const message = instruction({ groupId: "3", dstTaskId: 8n });
  identify(message, { runId: 7n, srcNodeId: 1n, messageId: "ab" });
  assertEquals(plainMetadata(message.reply(new RecordDict(), { createdAt: 150 }).metadata), {
    runId: 7n,
    messageId: "",
    srcNodeId: 5n,
    dstNodeId: 1n,
    replyToMessageId: "ab",
    groupId: "3",
    ttl: 43150,
    createdAt: 150,
    messageType: "train",
    srcTaskId: 8n,
  });
});

Deno.test("a reply lives at most as long as its instruction", () => {
  const ttl = (wanted?: number) =>
    instruction({ ttl: 60 }).reply(new RecordDict(), { ttl: wanted, createdAt: 110 }).metadata.ttl;
  assertEquals([ttl(), ttl(20), ttl(50.05), ttl(51), ttl(0)], [50, 20, 50.05, 50, 50]);
});

Deno.test("metadata may be changed where Flower lets apps, and types are checked again", () => {
  const { metadata } = instruction();
  metadata.ttl = 3;
  metadata.messageType = "query.x";
  assertEquals([metadata.ttl, metadata.messageType], [3, "query.x"]);
  assertThrows(() => metadata.messageType = "no", RangeError, '"no"');
});

Deno.test("an envelope is plain data, so that it can be sent to a Worker", () => {
  const envelope = envelopeOf(instruction().replyError(1, "r", { createdAt: 101 }));
  assertEquals(structuredClone(envelope), envelope);
  assertEquals([envelope.metadata.messageType, envelope.error], ["train", { code: 1, reason: "r" }]);
  assertEquals("error" in envelopeOf(instruction()), false);
});

Deno.test("messages are dated by the source that was set, and not without one", () => {
  const make = () => new Message(new RecordDict(), { dstNodeId: 5n, messageType: "train" });
  assertThrows(make, Error, "no time source is set");
  setTimeSource(() => 1234.5);
  try {
    assertEquals([make().metadata.createdAt, make().reply(new RecordDict()).metadata.createdAt], [
      1234.5,
      1234.5,
    ]);
  } finally {
    setTimeSource(undefined);
  }
});
