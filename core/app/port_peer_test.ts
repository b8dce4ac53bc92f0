import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../rpc/status.ts";
import { Handover, PortPeer } from "./port_peer.ts";

type Service = {
  double(value: bigint): Promise<bigint>;
  bytes(size: number): Promise<Handover<Uint8Array>>;
  refuse(): Promise<never>;
  fail(): Promise<never>;
  wait(argument: null, signal: AbortSignal): Promise<string>;
};

function pair() {
  const { port1, port2 } = new MessageChannel();
  const made: Uint8Array<ArrayBuffer>[] = [];
  const service: Service = {
    double: (value) => Promise.resolve(value * 2n),
    bytes: (size) => {
      made.push(new Uint8Array(size));
      return Promise.resolve(new Handover(made[0], [made[0].buffer]));
    },
    refuse: () => Promise.reject(new RpcError("UNAUTHENTICATED", "Authentication failed.")),
    fail: () => Promise.reject(new RangeError("too far")),
    wait: (_, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve("cancelled"))),
  };
  const server = new PortPeer<Record<string, never>>(port1, service);
  const client = new PortPeer<Service>(port2, {});
  const close = () => {
    client.close(new Error("over"));
    server.close(new Error("over"));
  };
  return { client, made, [Symbol.dispose]: close };
}

Deno.test("a call crosses the port and its value comes back", async () => {
  using ports = pair();
  assertEquals(await ports.client.call("double", 21n), 42n);
});

Deno.test("a handed over buffer is moved, not copied", async () => {
  using ports = pair();
  const bytes = await ports.client.call("bytes", 1_000_000);
  assertEquals(bytes.byteLength, 1_000_000);
  assertEquals(ports.made[0].byteLength, 0);
});

Deno.test("an RpcError stays one, other errors keep name and message", async () => {
  using ports = pair();
  const refused = await assertRejects(() => ports.client.call("refuse", undefined as never), RpcError);
  assertEquals([refused.code, refused.details], ["UNAUTHENTICATED", "Authentication failed."]);
  const failed = await assertRejects(() => ports.client.call("fail", undefined as never), Error, "too far");
  assertEquals(failed.name, "RangeError");
});

Deno.test("an unknown name is an error on the calling side", async () => {
  using ports = pair();
  const wrong = ports.client as unknown as PortPeer<{ toString(): Promise<string> }>;
  await assertRejects(() => wrong.call("toString", undefined as never), Error, 'Cannot call "toString"');
});

Deno.test("aborting the caller's signal aborts the work on the other side", async () => {
  using ports = pair();
  const abort = new AbortController();
  const waiting = ports.client.call("wait", null, { signal: abort.signal });
  abort.abort();
  assertEquals(await waiting, "cancelled");
});

Deno.test("closing fails the calls under way and those after", async () => {
  using ports = pair();
  const waiting = ports.client.call("wait", null);
  ports.client.close(new Error("the Worker is gone"));
  await assertRejects(() => waiting, Error, "the Worker is gone");
  await assertRejects(() => ports.client.call("double", 1n), Error, "the Worker is gone");
});

Deno.test("what is no message is not heard, and an error without words is still one", async () => {
  const { port1, port2 } = new MessageChannel();
  const peer = new PortPeer<Service>(port1, {});
  const waiting = peer.call("double", 1n);
  port2.onmessage = ({ data: { id } }) => {
    for (const data of [null, 7, "text", [], { kind: "result" }, { kind: "other", id }]) {
      port2.postMessage(data);
    }
    port2.postMessage({ kind: "error", id });
  };
  const failed = await assertRejects(() => waiting, Error);
  assertEquals(failed.name, "Error");
  peer.close(new Error("over"));
  port2.close();
});
