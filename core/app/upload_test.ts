import { assertEquals, assertRejects } from "@std/assert";
import { contentOf } from "../../tests/fakes/federation.ts";
import { Message } from "../model/app_message.ts";
import type { ObjectId } from "../model/ids.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { type AppLink, ObjectUnavailableError } from "./link.ts";
import { uploadMessages } from "./upload.ts";

const message = deflateMessage(
  new Message(contentOf("hello"), { dstNodeId: 7n, messageType: "train", createdAt: 1_760_000_000 }),
);

/** A receiver that knows some objects already, and does not expect some that it asked for. */
class Receiver {
  readonly pushed: ObjectId[] = [];
  readonly lacking: ObjectId[][];
  readonly #unexpected: readonly ObjectId[];

  /** @param lacking what it says to lack, announcement by announcement */
  constructor(lacking: ObjectId[][], unexpected: readonly ObjectId[] = []) {
    this.lacking = lacking;
    this.#unexpected = unexpected;
  }

  upload() {
    const pushObject = (id: ObjectId) => {
      if (this.#unexpected.includes(id)) {
        return Promise.reject(new ObjectUnavailableError(`not expected: ${id}`));
      }
      this.pushed.push(id);
      return Promise.resolve();
    };
    const announce = () =>
      Promise.resolve({ messageIds: [message.messageId], objectsToPush: this.lacking.shift()! });
    return uploadMessages({ link: { pushObject } as unknown as AppLink, messages: [message], announce });
  }
}

Deno.test("what the receiver lacks is uploaded, children first", async () => {
  const receiver = new Receiver([[...message.ids].reverse()]);
  assertEquals(await receiver.upload(), [message.messageId]);
  assertEquals(receiver.pushed, message.ids);
  const partly = new Receiver([[message.messageId]]);
  await partly.upload();
  assertEquals(partly.pushed, [message.messageId]);
});

Deno.test("an object that the receiver does not expect any more has arrived before, or is missed", async () => {
  const [first, ...others] = message.ids;
  const receiver = new Receiver([[...message.ids], []], [first]);
  assertEquals(await receiver.upload(), [message.messageId]);
  assertEquals([receiver.pushed, receiver.lacking], [others, []]);
  const strange = new Receiver([[...message.ids], [first]], [first]);
  await assertRejects(() => strange.upload(), ObjectUnavailableError, `not expected: ${first}`);
});
