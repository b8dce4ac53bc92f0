import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { envelopeOf, identify, Message } from "../model/app_message.ts";
import type { ObjectId } from "../model/ids.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { connectDistant, distantArray, loadDistant, takePieces, ticketOf } from "./distant_array.ts";
import { type AppLink, ObjectUnavailableError, type TravellingMessage } from "./link.ts";
import { LinkCarrier } from "./link_carrier.ts";
import { PortCarrier, serveCarrier } from "./port_carrier.ts";
import { PortPeer } from "./port_peer.ts";

const CHUNK_BYTES = 256;
const numbers = () => Float32Array.from({ length: 300 }, (_, i) => i);

/** A link over which one reply comes, in chunks; notes what is asked of it. */
class ReplyLink {
  readonly calls: string[] = [];
  readonly #parts;
  readonly #travelling: TravellingMessage;
  #told = false;

  constructor({ isWhole, lacks }: { isWhole: boolean; lacks?: number }) {
    const arrays = ArrayRecord.from({
      large: new NDArray(numbers()),
      small: new NDArray(Float32Array.of(7)),
    });
    const content = new RecordDict({ arrays });
    const reply = new Message(content, { dstNodeId: 1n, messageType: "train", createdAt: 1_760_000_000 });
    identify(reply, { runId: 7n, srcNodeId: 55n });
    this.#parts = deflateMessage(reply, { chunkSizeBytes: CHUNK_BYTES });
    identify(reply, { messageId: this.#parts.messageId });
    const { metadata } = envelopeOf(reply);
    const envelope = { metadata: { ...metadata, replyToMessageId: "i" } };
    this.#travelling = { envelope, tree: this.#parts.tree, isWhole };
    this.#lacks = lacks;
  }

  readonly #lacks: number | undefined;

  readonly link = {
    pullMessages: () => {
      const messages = this.#told ? [] : [this.#travelling];
      this.#told = true;
      return Promise.resolve(messages);
    },
    pullObject: (id: ObjectId) => {
      this.calls.push("object");
      if (this.calls.length === this.#lacks) {
        return Promise.reject(new ObjectUnavailableError("Cannot pull an object"));
      }
      return Promise.resolve(this.#parts.contentOf(id).slice());
    },
    confirm: () => {
      this.calls.push("confirm");
      return Promise.resolve();
    },
  } as unknown as AppLink;
}

/** The carrier that an app's thread has, over a port from the process's. */
async function acrossPort(link: AppLink, work: (carrier: PortCarrier) => Promise<void>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const carrier = new LinkCarrier({ link, clock: new FakeClock(), runId: 7n, ownsPushed: true });
  const process = new PortPeer(port1, serveCarrier(carrier));
  const thread = new PortPeer<ReturnType<typeof serveCarrier>>(port2, {});
  try {
    await work(new PortCarrier(thread, 7n));
  } finally {
    for (const peer of [process, thread]) peer.close(new Error("over"));
  }
}

Deno.test("a large array of a whole reply comes when it is read, and then the reply is confirmed", async () => {
  const reply = new ReplyLink({ isWhole: true });
  await acrossPort(reply.link, async (carrier) => {
    const message = await carrier.next(["i"], { holdMs: 0, distant: true });
    const [large, small] = [...message!.content.arrays("arrays")].map(([, array]) => array);
    assertEquals([ticketOf(large) !== undefined, ticketOf(small)], [true, undefined]);
    assertEquals([...small.toNDArray().toNumbers()], [7]);
    const before = reply.calls.length;
    assert(!reply.calls.includes("confirm"));
    const sizes: number[] = [];
    await takePieces(large, ({ length }) => {
      sizes.push(length);
      // The one that is read, and the next one.
      return reply.calls.length <= before + sizes.length + 1;
    });
    assertEquals(sizes, [256, 256, 256, 256, 256, 128 + 1200 - 5 * 256].filter((size) => size > 0));
    assertEquals(reply.calls.at(-1), "confirm");
  });
});

Deno.test("the memory of a piece goes when it has been read, and is kept until then", async () => {
  const array = distantArray({ dtype: "uint8", shape: [], stype: "numpy.ndarray" }, 7);
  const pieces = [1, 2, 3].map((value) => new Uint8Array(100_000).fill(value));
  const coming = [...pieces];
  const records = new RecordDict({ arrays: new ArrayRecord({ array }) });
  connectDistant(
    new Message(records, { dstNodeId: 1n, messageType: "train", createdAt: 0 }),
    () => Promise.resolve(coming.shift()),
  );
  const seen: number[][] = [];
  await takePieces(array, (piece) => {
    seen.push([piece[0], ...pieces.map(({ length }) => length)]);
    return true;
  });
  assertEquals(seen, [[1, 100_000, 100_000, 100_000], [2, 0, 100_000, 100_000], [3, 0, 0, 100_000]]);
  assertEquals(pieces.map(({ length }) => length), [0, 0, 0]);
});

Deno.test("distant arrays that are loaded are arrays like others", async () => {
  const reply = new ReplyLink({ isWhole: true });
  await acrossPort(reply.link, async (carrier) => {
    const message = (await carrier.next(["i"], { holdMs: 0, distant: true }))!;
    await loadDistant(message);
    const [large] = message.content.arrays("arrays").toArrays();
    assertEquals(large.as("float32").data, numbers());
    assertEquals(reply.calls.at(-1), "confirm");
  });
});

for (
  const [name, isWhole, distant] of [["nobody asks for it", true, false], [
    "its objects may not come",
    false,
    true,
  ]] as const
) {
  Deno.test(`a reply comes with all arrays, and is confirmed, where ${name}`, async () => {
    const reply = new ReplyLink({ isWhole });
    await acrossPort(reply.link, async (carrier) => {
      const message = await carrier.next(["i"], { holdMs: 0, distant });
      assertEquals(message!.content.arrays("arrays").toArrays()[0].as("float32").data, numbers());
      assertEquals(reply.calls.at(-1), "confirm");
    });
  });
}

Deno.test("an object that is gone while a distant array is read is an error for the reader", async () => {
  const reply = new ReplyLink({ isWhole: true, lacks: 9 });
  await acrossPort(reply.link, async (carrier) => {
    const message = (await carrier.next(["i"], { holdMs: 0, distant: true }))!;
    await assertRejects(() => loadDistant(message), Error, "Cannot pull an object");
    assert(!reply.calls.includes("confirm"));
  });
});

Deno.test("a model that is sent is copied once, and the copy goes when it is uploaded; the app's own stays", async () => {
  const uploaded: Uint8Array[] = [];
  const link = {
    pushMessages: (messages: TravellingMessage[]) =>
      Promise.resolve({
        messageIds: messages.map(({ tree }) => tree.objectId),
        objectsToPush: messages.flatMap(({ tree }) => idsIn(tree)),
      }),
    pushObject: (_id: ObjectId, content: Uint8Array) => Promise.resolve(void uploaded.push(content)),
  } as unknown as AppLink;
  const model = new NDArray(new Float32Array(50_000).fill(3));
  const content = new RecordDict({ arrays: ArrayRecord.from({ w: model }, { keepInput: false }) });
  const to = (dstNodeId: bigint) =>
    new Message(content, { dstNodeId, messageType: "train", createdAt: 1_760_000_000 });
  await acrossPort(link, async (carrier) => {
    const ids = await carrier.push([to(11n), to(12n)]);
    assertEquals(ids.filter((id) => id !== null).length, 2);
    assertEquals(uploaded.filter(({ length }) => length > 200_000).length, 1);
    assertEquals([model.data.length, model.data[49_999]], [50_000, 3]);
  });
});

function idsIn({ objectId, children }: TravellingMessage["tree"]): ObjectId[] {
  return [...children.flatMap(idsIn), objectId];
}
