import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { textMethod } from "../../tests/fakes/methods.ts";
import { Metadata } from "./metadata.ts";
import { type CallContext, type Guard, type Handler, route, Router, type RouterOptions } from "./router.ts";
import { RpcError } from "./status.ts";
import type { IncomingCall } from "./transport.ts";

const echo = textMethod("Echo");
const count = textMethod("Count", { streaming: true });
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: unknown) => new TextDecoder().decode(content as Uint8Array);

function incoming(
  path: string,
  request: string | Uint8Array,
  signal = new AbortController().signal,
): IncomingCall {
  return {
    path,
    metadata: new Metadata([["token", "secret"]]),
    request: typeof request === "string" ? bytes(request) : request,
    connection: { id: "1", peerAddress: "here", secure: true, closed: signal },
    signal,
    reserve: () => Promise.resolve(),
  };
}

function setting(
  handler: Handler<string, string, string>,
  options: Partial<RouterOptions<string>> & { method?: typeof echo } = {},
) {
  const log = new FakeLog();
  const guard: Guard<string> = { admit: (call) => Promise.resolve(`caller ${call.metadata.text("token")}`) };
  const { method = echo, ...others } = options;
  return { log, router: new Router<string>({ routes: [route(method, handler)], guard, log, ...others }) };
}

Deno.test("a call goes through decoding, guard, handler and encoding", async () => {
  const { router } = setting((request, context) => {
    context.setHeader("x-seen", context.metadata.text("token")!);
    return Promise.resolve(`${request} from ${context.caller} at ${context.connection.peerAddress}`);
  });
  const reply = await router.dispatch(incoming(echo.path, "hello"));
  assertEquals(text(reply.body), "hello from caller secret at here");
  assertEquals([...reply.headers], [["x-seen", "secret"]]);
});

Deno.test("what cannot be answered is refused before a handler sees it", async () => {
  const seen: string[] = [];
  const handler = (request: string) => {
    seen.push(request);
    return Promise.resolve(request);
  };
  const denying: Guard<string> = { admit: () => Promise.reject(new RpcError("UNAUTHENTICATED", "No")) };
  const table: [string, IncomingCall, Guard<string> | undefined, string][] = [
    [
      "unknown method",
      incoming("/test.Service/Nope", ""),
      undefined,
      "UNIMPLEMENTED: Method not found: /test.Service/Nope",
    ],
    [
      "broken bytes",
      incoming(echo.path, new Uint8Array([255])),
      denying,
      "INVALID_ARGUMENT: Cannot decode the request of /test.Service/Echo",
    ],
    ["unknown caller", incoming(echo.path, "hello"), denying, "UNAUTHENTICATED: No"],
  ];
  for (const [name, call, guard, expected] of table) {
    const { router, log } = setting(handler, guard && { guard });
    const error = await assertRejects(() => router.dispatch(call), RpcError);
    assertEquals([error.message, log.lines], [expected, []], name);
  }
  assertEquals(seen, []);
});

Deno.test("the guard sees the bytes as received and seals the bytes as sent", async () => {
  const guard: Guard<string> = {
    admit: ({ requestBytes, request, method }) =>
      Promise.resolve(`${text(requestBytes)}/${request}/${method.name}`),
    seal: ({ requestBytes }, { caller, replyBytes }) =>
      new Metadata([["seal", `${caller}: ${text(requestBytes)} -> ${text(replyBytes)}`]]),
  };
  const { router } = setting(() => Promise.resolve("world"), { guard });
  const reply = await router.dispatch(incoming(echo.path, "hello"));
  assertEquals(reply.headers.text("seal"), "hello/hello/Echo: hello -> world");
});

Deno.test("an error nobody foresaw is logged with its stack and told without", async () => {
  const failing = () => Promise.reject(new TypeError("x is undefined"));
  const { router, log } = setting(failing);
  const error = await assertRejects(() => router.dispatch(incoming(echo.path, "")), RpcError);
  assertEquals(error.message, "UNKNOWN: Exception calling application: x is undefined");
  assertStringIncludes(
    log.texts("error")[0],
    "Unexpected error in /test.Service/Echo: TypeError: x is undefined",
  );
  assertStringIncludes(log.texts("error")[0], "router_test.ts");

  const unexpected = () => new RpcError("INTERNAL", "Internal server error.");
  const quiet = await assertRejects(
    () => setting(failing, { unexpected }).router.dispatch(incoming(echo.path, "")),
    RpcError,
  );
  assertEquals(quiet.message, "INTERNAL: Internal server error.");
  const thrown = setting(() => {
    throw new Error("at once");
  });
  await assertRejects(() => thrown.router.dispatch(incoming(echo.path, "")), RpcError, "at once");
});

Deno.test("a handler that fails because its caller left is not logged", async () => {
  for (
    const [reason, expected] of [[undefined, "CANCELLED"], [
      new RpcError("UNAVAILABLE", "stop"),
      "UNAVAILABLE",
    ]]
  ) {
    const caller = new AbortController();
    const { router, log } = setting((_request, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
    );
    const reply = router.dispatch(incoming(echo.path, "", caller.signal));
    await settled();
    caller.abort(reason);
    const error = await assertRejects(() => reply, RpcError);
    assertEquals([error.code, log.lines], [expected, []]);
  }
});

Deno.test("a stream: headers at once, messages as they come, errors in their place", async () => {
  const { router } = setting(async function* (request, context: CallContext<string>) {
    context.setHeader("x-early", request);
    for (let number = 0; number < 3; number++) {
      yield String(number);
      await settled();
    }
    throw new RpcError("ABORTED", "no more");
  }, { method: count });
  const reply = await router.dispatch(incoming(count.path, "now"));
  assertEquals(reply.headers.text("x-early"), "now");
  const seen: string[] = [];
  const error = await assertRejects(async () => {
    for await (const message of reply.body as AsyncIterable<Uint8Array>) seen.push(text(message));
  }, RpcError);
  assertEquals([seen, error.message], [["0", "1", "2"], "ABORTED: no more"]);
});

Deno.test("a stream's headers cannot be set once they are sent", async () => {
  const { router } = setting(async function* (_request, context: CallContext<string>) {
    yield "first";
    context.setHeader("x-late", "1");
  }, { method: count });
  const reply = await router.dispatch(incoming(count.path, ""));
  const error = await assertRejects(
    () => Array.fromAsync(reply.body as AsyncIterable<Uint8Array>),
    RpcError,
  );
  assertStringIncludes(error.details, `Cannot set header "x-late"`);
});

Deno.test("a stream ends when its caller leaves, even while the handler waits, and the handler is told", async () => {
  const caller = new AbortController();
  let ended = false;
  const { router } = setting(async function* (_request, { signal }) {
    try {
      yield "one";
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      yield "never";
    } finally {
      ended = true;
    }
  }, { method: count });
  const reply = await router.dispatch(incoming(count.path, "", caller.signal));
  const all = Array.fromAsync(reply.body as AsyncIterable<Uint8Array>, text);
  await settled();
  caller.abort();
  assertEquals(await all, ["one"]);
  await settled();
  assert(ended);
});

Deno.test("a stream that nobody reads fails nobody", async () => {
  const { router } = setting(async function* () {
    await settled();
    yield* [];
    throw new Error("unread");
  }, { method: count });
  await router.dispatch(incoming(count.path, ""));
  await settled();
});

Deno.test("one method has one handler", () => {
  const handler = (request: string) => Promise.resolve(request);
  const guard = { admit: () => Promise.resolve("anyone") };
  const routes = [route(echo, handler), route(echo, handler)];
  assertThrows(() => new Router<string>({ routes, guard, log: new FakeLog() }), TypeError, "two handlers");
});
