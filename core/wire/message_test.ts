import { assertEquals, assertThrows } from "@std/assert";
import { decode, encode, type Init, type Message as MessageProto } from "../../proto/mod.ts";
import { bytes, metadataOf, objectVectors, treeOf } from "../../tests/suites/object_vectors.ts";
import { plainMetadata } from "../model/app_message.ts";
import type { Envelope } from "../model/message.ts";
import type { ObjectTree } from "../model/object_tree.ts";
import { envelopeFromProto, envelopeToProto, treeFromProto, treeToProto } from "./message.ts";

for (const given of objectVectors.messages) {
  const metadata = plainMetadata(metadataOf(given.metadata));
  const error = given.error && { code: given.error.code, reason: given.error.reason ?? "" };
  const envelope: Envelope = error ? { metadata, error } : { metadata };

  Deno.test(`message ${given.name} travels in Flower's bytes`, () => {
    const wire = bytes(given.wire_message_b64);
    assertEquals(new Uint8Array(encode("Message", envelopeToProto(envelope))), wire);
    assertEquals(envelopeFromProto(decode("Message", wire)), envelope);
  });

  Deno.test(`the tree of message ${given.name} travels in Flower's bytes`, () => {
    const wire = bytes(given.tree_proto_b64);
    assertEquals(new Uint8Array(encode("ObjectTree", treeToProto(treeOf(given.tree)))), wire);
    assertEquals(treeFromProto(decode("ObjectTree", wire)), treeOf(given.tree));
  });
}

const received = (message: Init<MessageProto>) =>
  envelopeFromProto(decode("Message", encode("Message", message)));

Deno.test("a message has either a content or an error", () => {
  const metadata = { message_type: "train" };
  assertThrows(() => received({ metadata }), TypeError, "current value is neither");
  assertThrows(() => received({ metadata, content: {}, error: {} }), TypeError, "current value is both");
  assertThrows(() => received({ content: {} }), RangeError, 'message type ""');
  assertEquals(received({ metadata, error: {} }).error, { code: 0, reason: "" });
});

Deno.test("a tree deeper than any message is refused before it fills the stack", () => {
  let tree: ObjectTree = { objectId: "a", children: [] };
  for (let i = 0; i < 70; i++) tree = { objectId: "a", children: [tree] };
  assertThrows(
    () => treeFromProto(decode("ObjectTree", encode("ObjectTree", treeToProto(tree)))),
    RangeError,
    "deep",
  );
});
