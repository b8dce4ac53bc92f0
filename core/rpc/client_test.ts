import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { textMethod } from "../../tests/fakes/methods.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { RpcClient } from "./client.ts";
import { Metadata } from "./metadata.ts";
import { RpcError } from "./status.ts";
import type { CallOptions, Transport } from "./transport.ts";

const echo = textMethod("Echo");
const count = textMethod("Count", { streaming: true });
const away = new RpcError("UNAVAILABLE", "connection refused");

/** A peer that answers each try as its script says: a text, or an error. */
class ScriptedTransport implements Transport {
  readonly address = "scripted";
  readonly calls: { path: string; request: string; metadata: [string, string | Uint8Array][] }[] = [];
  readonly #script: (string | RpcError)[];

  constructor(...script: (string | RpcError)[]) {
    this.#script = script;
  }

  // deno-lint-ignore require-await -- errors are rejections
  async unary(path: string, request: Uint8Array, options?: CallOptions) {
    this.calls.push({
      path,
      request: new TextDecoder().decode(request),
      metadata: [...options?.metadata ?? []],
    });
    const answer = this.#script.shift() ?? "the script is over";
    if (answer instanceof RpcError) throw answer;
    return { headers: new Metadata([["x", answer]]), body: new TextEncoder().encode(answer) };
  }

  async *stream(path: string, request: Uint8Array, options?: CallOptions) {
    yield (await this.unary(path, request, options)).body;
    yield (await this.unary(path, request, options)).body;
  }

  ready() {
    return Promise.resolve();
  }

  close() {}
}

function setting(...script: (string | RpcError)[]) {
  const [transport, clock, log] = [new ScriptedTransport(...script), new FakeClock(), new FakeLog()];
  let asked = 0;
  const stamp = ({ requestBytes }: { requestBytes: Uint8Array }) =>
    new Metadata([["stamp", `${++asked}:${requestBytes.length}`]]);
  const credentials = [stamp, () => Promise.resolve(new Metadata([["version", "1"]]))];
  const patient = new RpcClient(transport, { credentials, retry: {}, clock, random: new FakeRandom(), log });
  return { transport, clock, log, credentials, patient };
}

Deno.test("a call carries its own metadata and every credential's", async () => {
  const { transport, patient } = setting("world");
  const metadata = new Metadata([["mine", "0"]]);
  const { response, headers } = await patient.callWithHeaders(echo, "hello", { metadata });
  assertEquals([response, headers.text("x")], ["world", "world"]);
  assertEquals(transport.calls, [{
    path: echo.path,
    request: "hello",
    metadata: [["mine", "0"], ["stamp", "1:5"], ["version", "1"]],
  }]);
  assertEquals([...metadata].length, 1);
});

Deno.test("a peer that is away is tried again, with fresh credentials", async () => {
  const { transport, patient, clock, log } = setting(away, away, "back");
  const reply = patient.call(echo, "hello");
  await clock.advance(60_000);
  assertEquals(await reply, "back");
  assertEquals(transport.calls.map((call) => call.metadata[0][1]), ["1:5", "2:5", "3:5"]);
  assertEquals(log.texts("warn").length, 2);
});

Deno.test("without a policy a failure is the caller's", async () => {
  const { transport } = setting(away, "never");
  const client = new RpcClient(transport);
  assertEquals(await client.call(echo, "").catch((error) => error), away);
});

Deno.test("a refusal is not tried again, and shows that the peer is back", async () => {
  const { patient, clock, log } = setting(away, new RpcError("PERMISSION_DENIED", "Run is finished."));
  const reply = patient.call(echo, "").catch((error) => error.message);
  await clock.advance(60_000);
  assertEquals(await reply, "PERMISSION_DENIED: Run is finished.");
  assertEquals(log.texts("info").length, 1);
});

Deno.test("a caller that leaves ends the waiting", async () => {
  const { patient, clock } = setting(away);
  const caller = new AbortController();
  const reply = patient.call(echo, "", { signal: caller.signal }).catch((error) => error.code);
  await settled();
  caller.abort();
  assertEquals([await reply, clock.sleeping], ["CANCELLED", 0]);
});

Deno.test("a stream is tried again before its first message, not after", async () => {
  const { patient, clock } = setting(away, "one", away);
  const seen: string[] = [];
  const reading = assertRejects(async () => {
    for await (const message of patient.stream(count, "")) seen.push(message);
  }, RpcError);
  await clock.advance(60_000);
  assertEquals([(await reading).code, seen], ["UNAVAILABLE", ["one"]]);
});

Deno.test("a reply that cannot be decoded is an error of its own", async () => {
  const transport = new ScriptedTransport();
  transport.unary = () => Promise.resolve({ headers: new Metadata(), body: new Uint8Array([255]) });
  const error = await assertRejects(() => new RpcClient(transport).call(echo, ""), RpcError);
  assertEquals(error.message, "INTERNAL: Cannot decode the reply of /test.Service/Echo");
});
