import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fleet } from "../wire/methods.ts";
import { contentRoom, pulledAroundContent, pushedAroundContent } from "./content_room.ts";

const push = pushedAroundContent(fleet.PushObject);
const pull = pulledAroundContent(fleet.PullObject);

function inRoom(content: Uint8Array): Uint8Array {
  const room = contentRoom(content.length);
  room.set(content);
  return room;
}

Deno.test("a message around its content is the message, in the memory of the content", () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 70_000, size: "max" }),
    fc.record({ node_id: fc.bigInt(0n, 2n ** 64n - 1n) }),
    fc.bigInt(0n, 2n ** 64n - 1n),
    (content, node, run_id) => {
      const request = { node, run_id, object_id: "ab".repeat(32) };
      const room = inRoom(content);
      const pushed = push.encodeRequest({ ...request, object_content: room });
      assertEquals(pushed.buffer === room.buffer, true);
      assertEquals(
        pushed,
        new Uint8Array(fleet.PushObject.encodeRequest({ ...request, object_content: content })),
      );
      const found = { object_found: true, object_available: true };
      const pulled = pull.encodeResponse({ ...found, object_content: inRoom(content) });
      assertEquals(
        pulled,
        new Uint8Array(fleet.PullObject.encodeResponse({ ...found, object_content: content })),
      );
    },
  ));
});

Deno.test("a content in a part of its room is sent alone", () => {
  const room = contentRoom(10).fill(7).subarray(0, 4);
  const bytes = pull.encodeResponse({ object_found: true, object_available: true, object_content: room });
  assertEquals([...fleet.PullObject.decodeResponse(bytes).object_content], [7, 7, 7, 7]);
});

Deno.test("what does not fit before a content is written elsewhere, and an ordinary content is copied", () => {
  const object_content = inRoom(new Uint8Array([1, 2, 3]));
  const request = { run_id: 1n, object_id: "x".repeat(1_000), object_content };
  const bytes = push.encodeRequest(request);
  assertEquals(bytes.buffer === object_content.buffer, false);
  assertEquals(fleet.PushObject.decodeRequest(bytes).object_id.length, 1_000);
  const ordinary = new Uint8Array(100_000).fill(5);
  const response = { object_found: true, object_available: true, object_content: ordinary };
  const copied = pull.encodeResponse(response);
  assertEquals(fleet.PullObject.decodeResponse(copied).object_content.length, 100_000);
  assertEquals(ordinary.length, 0);
});

Deno.test("a reply without a content is as it was", () => {
  const response = { object_found: true, object_available: false };
  assertEquals(pull.encodeResponse(response), fleet.PullObject.encodeResponse(response));
});
