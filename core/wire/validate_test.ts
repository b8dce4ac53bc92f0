import { assertEquals } from "@std/assert";
import { metadataOf, objectVectors } from "../../tests/suites/object_vectors.ts";
import { plainMetadata } from "../model/app_message.ts";
import { validateEnvelope } from "./validate.ts";

/** Sound metadata, which each case changes a little. */
function soundCase(isReply: boolean) {
  return objectVectors.messages.find(({ name }) => name === (isReply ? "train_reply" : "train_instruction"))!
    .metadata;
}

for (const { name, is_reply: isReply, now, overrides, errors } of objectVectors.message_validation) {
  Deno.test(`message ${name} is judged as Flower's SuperLink judges it`, () => {
    const metadata = metadataOf({ ...soundCase(isReply), ...overrides as Record<string, never> });
    assertEquals(validateEnvelope({ metadata }, { isReply, now }), errors);
  });
}

Deno.test("every fault is named, in Flower's order", () => {
  const sound = plainMetadata(metadataOf(soundCase(false)));
  const nothing = {
    ...sound,
    messageType: "",
    messageId: "",
    createdAt: 1,
    ttl: 0,
    srcNodeId: 0n,
    dstNodeId: 0n,
  };
  const both = [
    "empty `metadata.message_id`",
    "`metadata.created_at` must be a float that records the unix timestamp in seconds when the message was created.",
    "`metadata.ttl` must be higher than zero",
    "Message TTL has expired",
    "`metadata.src_node_id` is not set.",
    "`metadata.dst_node_id` is not set.",
    "`metadata.message_type` MUST be set",
  ];
  const instruction = { metadata: { ...nothing, replyToMessageId: "x" } };
  assertEquals(validateEnvelope(instruction, { isReply: false, now: 2 }), [
    ...both,
    "`metadata.reply_to_message_id` MUST not be set.",
    "`metadata.src_node_id` is not 1 (SuperLink node ID)",
  ]);
  const reply = { metadata: { ...nothing, replyToMessageId: "" } };
  assertEquals(validateEnvelope(reply, { isReply: true, now: 2 }), [
    ...both,
    "`metadata.reply_to_message_id` MUST be set.",
    "`metadata.dst_node_id` is not 1 (SuperLink node ID)",
  ]);
});

Deno.test("times that are no numbers are faults", () => {
  const metadata = { ...plainMetadata(metadataOf(soundCase(false))), createdAt: NaN, ttl: NaN };
  assertEquals(validateEnvelope({ metadata }, { isReply: false, now: 0 }).length, 3);
});
