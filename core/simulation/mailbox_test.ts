import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Mailbox } from "./mailbox.ts";

const to = (messageId: string, dstNodeId: bigint) => ({ metadata: { messageId, dstNodeId } });

function mailbox(inOrder = false) {
  return new Mailbox<ReturnType<typeof to>, string>({ inOrder });
}

const begun = (box: ReturnType<typeof mailbox>, hasRoom = true) => box.begin({ hasRoom })?.metadata.messageId;

Deno.test("instructions are begun in order, one at a time for each node", () => {
  const box = mailbox();
  for (const [id, node] of [["a", 1n], ["b", 1n], ["c", 2n]] as const) box.add(to(id, node));
  assertEquals([begun(box), begun(box), begun(box)], ["a", "c", undefined]);
  box.end("a", "done");
  assertEquals(begun(box), "b");
});

Deno.test("without room only what somebody asks for is begun", () => {
  const box = mailbox();
  box.add(to("a", 1n));
  box.add(to("b", 2n));
  assertEquals(begun(box, false), undefined);
  const unask = box.ask(["b"]);
  assertEquals(begun(box, false), "b");
  unask();
  assertEquals(begun(box, false), undefined);
});

Deno.test("two who ask do not hide each other", () => {
  const box = mailbox();
  box.add(to("a", 1n));
  box.add(to("b", 2n));
  const unask = [box.ask(["a"]), box.ask(["b"])];
  unask[1]();
  assertEquals([begun(box, false), begun(box, false)], ["a", undefined]);
});

Deno.test("a reply is given once; after that, and for ids nobody knows, there is nothing to come", () => {
  const box = mailbox();
  box.add(to("a", 1n));
  assertEquals(box.take(["a"]), { kind: "nothing" });
  begun(box);
  assertEquals(box.take(["a"]), { kind: "nothing" });
  box.end("a", "done");
  assertEquals(box.take(["a"]), { kind: "reply", reply: "done" });
  assertEquals(box.take(["a"]), { kind: "unknown", id: "a" });
  assertEquals(box.take(["x"]), { kind: "unknown", id: "x" });
});

Deno.test("whatever order replies come in, they are given in that of their instructions when that is asked", () => {
  const order = fc.shuffledSubarray([..."abcdef"], { minLength: 6 });
  fc.assert(fc.property(order, order, (ended, asked) => {
    const box = mailbox(true);
    [..."abcdef"].forEach((id, i) => box.add(to(id, BigInt(i))));
    while (begun(box) !== undefined);
    const given: string[] = [];
    const left = new Set(asked);
    for (const id of ended) {
      box.end(id, id);
      for (let found = box.take([...left]); found.kind === "reply"; found = box.take([...left])) {
        given.push(found.reply);
        left.delete(found.reply);
        if (left.size === 0) break;
      }
    }
    assertEquals(given.join(""), "abcdef");
  }));
});
