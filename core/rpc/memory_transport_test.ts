import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { textMethod } from "../../tests/fakes/methods.ts";
import { RpcClient } from "./client.ts";
import { MemoryTransport } from "./memory_transport.ts";
import { Metadata } from "./metadata.ts";
import { type CallContext, route, Router } from "./router.ts";
import { RpcError } from "./status.ts";

const echo = textMethod("Echo");
const held = textMethod("Held");
const count = textMethod("Count", { streaming: true });

function setting() {
  const clock = new FakeClock();
  const seen: CallContext<string>[] = [];
  const router = new Router<string>({
    log: new FakeLog(),
    guard: { admit: () => Promise.resolve("anyone") },
    routes: [
      route(echo, (text, context) => {
        seen.push(context);
        if (text === "fail") throw new RpcError("NOT_FOUND", "nothing here");
        context.setHeader("x-got", context.metadata.texts("x").join());
        return Promise.resolve(text);
      }),
      route(held, (_text, context) => {
        seen.push(context);
        return new Promise((resolve) => context.signal.addEventListener("abort", () => resolve("too late")));
      }),
      route(count, async function* (text, context) {
        seen.push(context);
        for (let number = 0; number < Number(text); number++) {
          yield String(number);
          await settled();
        }
        await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
      }),
    ],
  });
  const transport = new MemoryTransport(router, { clock });
  return { clock, seen, transport, client: new RpcClient(transport) };
}

Deno.test("bytes, headers and errors cross as over a wire", async () => {
  const { client, seen } = setting();
  const metadata = new Metadata([["x", "1"], ["x", "2"]]);
  const { response, headers } = await client.callWithHeaders(echo, "hello", { metadata });
  assertEquals([response, headers.text("x-got")], ["hello", "1,2"]);
  assert(seen[0].metadata !== metadata);
  const error = await assertRejects(() => client.call(echo, "fail"), RpcError);
  assertEquals(error.message, "NOT_FOUND: nothing here");
  assertEquals(seen[0].connection, seen[1].connection);
});

Deno.test("a deadline, a caller that leaves and a closed transport each end a call on both sides", async () => {
  const table: [
    string,
    string,
    (end: { clock: FakeClock; leave: () => void; close: () => void }) => unknown,
  ][] = [
    ["deadline", "DEADLINE_EXCEEDED", ({ clock }) => clock.advance(1_000)],
    ["caller", "CANCELLED", ({ leave }) => leave()],
    ["transport", "UNAVAILABLE", ({ close }) => close()],
  ];
  for (const [name, code, end] of table) {
    const { client, clock, transport, seen } = setting();
    const caller = new AbortController();
    const reply = client.call(held, "", { timeoutMs: 1_000, signal: caller.signal }).catch((error) =>
      error.code
    );
    await settled();
    await end({ clock, leave: () => caller.abort(), close: () => transport.close() });
    assertEquals([await reply, seen[0].signal.aborted, clock.sleeping], [code, true, 0], name);
  }
});

Deno.test("a stream can be left, which ends its handler", async () => {
  const { client, seen } = setting();
  for await (const message of client.stream(count, "5")) {
    if (message === "2") break;
  }
  assert(seen[0].signal.aborted);
});

Deno.test("a stream's deadline is honoured while nothing comes", async () => {
  const { client, clock } = setting();
  const messages: string[] = [];
  const reading = assertRejects(async () => {
    for await (const message of client.stream(count, "2", { timeoutMs: 500 })) messages.push(message);
  }, RpcError);
  while (messages.length < 2) await settled();
  await clock.advance(499);
  assertEquals(clock.sleeping, 1);
  await clock.advance(1);
  assertEquals([(await reading).code, messages], ["DEADLINE_EXCEEDED", ["0", "1"]]);
});

Deno.test("a transport is ready until it is closed", async () => {
  const { transport, client } = setting();
  await transport.ready();
  transport.close();
  await assertRejects(() => transport.ready(), RpcError, "UNAVAILABLE");
  await assertRejects(() => client.call(echo, ""), RpcError, "UNAVAILABLE");
});
