import { assertEquals } from "@std/assert";
import { bytes, type MessageCase, metadataOf, objectVectors } from "../../tests/suites/object_vectors.ts";
import { plainMetadata } from "../model/app_message.ts";
import type { Metadata } from "../model/message.ts";
import {
  type ErrorMessage,
  errorReply,
  messageUnavailable,
  nodeUnavailable,
  replyUnavailable,
} from "./error_message.ts";

const named = (name: string) => objectVectors.messages.find((given) => given.name === name)!;
const instruction: Metadata = plainMetadata(metadataOf(named("train_instruction").metadata));

function assertMade(made: ErrorMessage, given: MessageCase): void {
  assertEquals(made.content, bytes(given.content_b64!));
  assertEquals(made.objectId, given.object_id);
  assertEquals(made.tree, { objectId: given.object_id, children: [] });
  assertEquals(made.envelope.metadata, plainMetadata(metadataOf(given.metadata)));
  assertEquals(made.envelope.error, { code: given.error!.code, reason: given.error!.reason ?? "" });
}

for (const given of objectVectors.messages.filter(({ name }) => name.startsWith("error_reply"))) {
  Deno.test(`a node answers with ${given.name} as Flower's do`, () => {
    const { code, reason } = given.error!;
    assertMade(
      errorReply(instruction, { code, reason: reason ?? "", now: given.metadata.created_at }),
      given,
    );
  });
}

Deno.test("the SuperLink answers as Flower's does for messages that will not come", () => {
  const gone = named("superlink_MESSAGE_UNAVAILABLE");
  assertMade(messageUnavailable(gone.metadata.reply_to_message_id, gone.metadata.created_at), gone);
  const expired = named("superlink_REPLY_MESSAGE_UNAVAILABLE");
  assertMade(replyUnavailable(instruction, expired.metadata.created_at), expired);
  const offline = named("superlink_NODE_UNAVAILABLE");
  assertMade(nodeUnavailable(instruction, offline.metadata.created_at), offline);
});

Deno.test("an answer to an expired instruction lives for no time, not for less", () => {
  const late = instruction.createdAt + instruction.ttl + 5;
  assertEquals(nodeUnavailable(instruction, late).envelope.metadata.ttl, 0);
});
