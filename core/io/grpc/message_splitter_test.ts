import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { settled } from "../../../tests/fakes/clock.ts";
import { MessageSplitter } from "./message_splitter.ts";

function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, 5);
  return frame;
}

/** The bytes cut at the given places, each piece in memory of its own. */
function cut(bytes: Uint8Array, places: readonly number[]): Buffer[] {
  const ends = [...new Set([...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort((
    a,
    b,
  ) => a - b);
  return ends.map((end, index) => Buffer.from(bytes.slice(ends[index - 1] ?? 0, end)));
}

Deno.test("property: however the stream is cut, and whether or not room is waited for, the messages come out", async () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(messages, fc.array(fc.nat()), fc.boolean(), async (sent, places, waits) => {
      const received: number[][] = [];
      const lengths: number[] = [];
      const splitter = new MessageSplitter({
        begin: ({ length }) => {
          lengths.push(length);
          return waits && length % 2 === 1 ? Promise.resolve() : undefined;
        },
        message: (bytes) => received.push([...bytes]),
      });
      const all = Buffer.concat(sent.map(framed));
      for (const chunk of cut(all, places)) await splitter.take(chunk);
      assertEquals(received, sent.map((message) => [...message]));
      assertEquals(lengths, sent.map((message) => message.length));
      assertEquals(splitter.isBetweenMessages, true);
    }),
  );
});

Deno.test("no memory is taken before there is room", async () => {
  const room = Promise.withResolvers<void>();
  const received: number[] = [];
  const splitter = new MessageSplitter({
    begin: () => room.promise,
    message: ({ length }) => received.push(length),
  });
  const taken = splitter.take(Buffer.from(framed(new Uint8Array(100))));
  await settled();
  assertEquals([received, splitter.isBetweenMessages], [[], false]);
  room.resolve();
  await taken;
  assertEquals([received, splitter.isBetweenMessages], [[100], true]);
});

Deno.test("a message that is not wanted stops the splitting, at once or after a wait", async () => {
  const unwanted = new Error("too large");
  const at = (begin: () => void | Promise<void>) => new MessageSplitter({ begin, message: () => {} });
  const frame = () => Buffer.from(framed(new Uint8Array(3)));
  assertThrows(
    () =>
      at(() => {
        throw unwanted;
      }).take(frame()),
    Error,
    "too large",
  );
  await assertRejects(async () => await at(() => Promise.reject(unwanted)).take(frame()), Error, "too large");
});

Deno.test("the compression flag is told", () => {
  const flags: boolean[] = [];
  const splitter = new MessageSplitter({
    begin: ({ compressed }) => void flags.push(compressed),
    message: () => {},
  });
  splitter.take(Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
  assertEquals(flags, [false, true]);
});
