import { assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "./failure.ts";
import { inThread, ThreadFailedError, ThreadPeer } from "./thread_peer.ts";

/** A thread in which the app has taken the framework's place: it answers the first call as it likes. */
async function outcomeOf(answer: (id: number) => unknown[]) {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = ({ data }) => {
    if (data.kind === "call") { for (const message of answer(data.id)) port2.postMessage(message); }
  };
  const thread = { port: port1, failed: new Promise<Failure>(() => {}), stop: () => port2.close() };
  const never = new AbortController().signal;
  return await inThread(
    thread,
    { calls: {}, signal: never },
    (peer) => peer.call("runClientApp", undefined as never),
  );
}

Deno.test("an app's thread cannot pass an error off as the end of its task", async () => {
  const status = { code: "UNAUTHENTICATED", details: "over" };
  const error = { name: "RpcError", message: "over", status };
  const failed = await assertRejects(
    () => outcomeOf((id) => [{ kind: "error", id, error }]),
    ThreadFailedError,
  );
  assertEquals([failed.failure.type, failed.failure.message.includes("over")], ["RpcError", true]);
});

for (
  const [told, failure] of [
    [null, {}],
    [7, {}],
    [{ type: 7, message: { deep: [] } }, { type: "7", message: "[object Object]" }],
    [{ type: "A", message: "b", stack: ["c", "d"] }, { type: "A", message: "b", stack: "c,d" }],
  ] as const
) {
  Deno.test(`a failure told as ${JSON.stringify(told)} is read as one`, async () => {
    const value = { failure: told, state: "none", reply: { body: [] } };
    const outcome = await outcomeOf((id) => [{ kind: "result", id, value }]);
    const expected = { type: "Error", message: "", ...failure };
    assertEquals(outcome.failure, { ...expected, stage: "run" });
    assertEquals(outcome.reply, undefined);
  });
}

Deno.test("an app that says it crashed or left is believed, whatever else it says", async () => {
  for (const [name, argument] of [["crashed", null], ["exited", { valueOf: "no" }]] as const) {
    await assertRejects(
      () => outcomeOf(() => [null, "text", { kind: "call", id: 1, name, argument }]),
      ThreadFailedError,
    );
  }
});

Deno.test("a thread takes one order after the other until it fails, and is ended once", async () => {
  const { port1, port2 } = new MessageChannel();
  let stopped = 0;
  port2.onmessage = ({ data: { id, argument } }) => {
    if (argument !== "hang") port2.postMessage({ kind: "result", id, value: { state: [], reply: argument } });
  };
  const { promise: failed, resolve: fail } = Promise.withResolvers<Failure>();
  const stop = () => {
    stopped++;
    port2.close();
  };
  const peer = new ThreadPeer({ port: port1, failed, stop }, {});
  const leave = new AbortController();
  const order = (argument: string) =>
    peer.work(leave.signal, (peer) => peer.call("runClientApp", argument as never));
  assertEquals((await order("one")).reply, "one" as never);
  assertEquals((await order("two")).reply, "two" as never);
  const hanging = assertRejects(() => order("hang"), ThreadFailedError, "out of memory");
  assertEquals(peer.hasFailed, false);
  fail({ type: "Error", message: "out of memory" });
  await hanging;
  assertEquals(peer.hasFailed, true);
  await assertRejects(() => order("three"), ThreadFailedError, "out of memory");
  peer.stop();
  peer.stop();
  assertEquals(stopped, 1);
});
