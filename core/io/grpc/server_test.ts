import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import net from "node:net";
import { count, Door, echo, endless, held, measure, produce, refuse } from "../../../tests/fakes/door.ts";
import { AddressInUseError } from "./server.ts";

/** An HTTP/2 connection that says what the test wants, right or wrong. */
class Peer implements Disposable {
  readonly session: ClientHttp2Session;

  constructor(door: Door) {
    this.session = http2.connect(`http://${door.at()}`);
    this.session.on("error", () => {});
  }

  open(path: string, headers: Record<string, string | string[]> = {}): ClientHttp2Stream {
    const grpc = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
    const stream = this.session.request({ ...grpc, ...headers });
    stream.on("error", () => {});
    return stream;
  }

  async call(path: string, frames: Uint8Array | undefined, headers: Record<string, string | string[]> = {}) {
    const stream = this.open(path, headers);
    const answer = answerOf(stream);
    if (frames) stream.write(frames);
    stream.end();
    return await answer;
  }

  [Symbol.dispose](): void {
    this.session.destroy();
  }
}

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly status: string;
}

/** Everything that comes back; status is `number message` from the trailers, or the HTTP status. */
function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const chunks: Buffer[] = [];
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on("response", (got: IncomingHttpHeaders) => headers = got)
    .on("trailers", (got: IncomingHttpHeaders) => trailers = got)
    .on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) =>
    stream.on("close", () => {
      const all: IncomingHttpHeaders = { ...headers, ...trailers };
      const grpc = all["grpc-status"] !== undefined;
      const status = grpc
        ? `${all["grpc-status"]} ${decodeURIComponent(String(all["grpc-message"] ?? ""))}`.trim()
        : `HTTP ${all[":status"]}`;
      resolve({ headers, body: Buffer.concat(chunks), status });
    })
  );
}

function frame(message: string | Uint8Array, flag = 0): Buffer {
  const bytes = Buffer.from(message as Uint8Array);
  const prefix = Buffer.alloc(5, flag);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** Resolves as soon as the condition holds; the test's own time limit is the end of patience. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("a well-formed call: headers, one message, trailers", async () => {
  await using door = await Door.open();
  using peer = new Peer(door);
  const { headers, body, status } = await peer.call(echo.path, frame("hello"), {
    x: ["1", "2"],
    "x-bin": "AQ==",
  });
  assertEquals([headers[":status"], headers["content-type"]] as unknown[], [200, "application/grpc+proto"]);
  assertEquals([headers["x-got"], headers["x-got-bin"], headers["x-secure"]], ["1, 2", "AQ==", "false"]);
  assertEquals([body, status], [frame("hello"), "0 OK"]);
  const stream = await peer.call(count.path, frame("3"));
  assertEquals([stream.body, stream.status], [Buffer.concat([frame("1"), frame("2"), frame("3")]), "0 OK"]);
});

Deno.test("what is wrong with a call is answered in its status", async () => {
  await using door = await Door.open({ maxMessageBytes: 1_000_000 });
  using peer = new Peer(door);
  const large = frame(new Uint8Array(1_000_001));
  const table: [string, Promise<Answer>, string][] = [
    ["a refusal", peer.call(refuse.path, frame("nö")), "5 nö"],
    [
      "unknown method",
      peer.call("/test.Service/Nope", frame("")),
      "12 The server does not implement the method /test.Service/Nope",
    ],
    [
      "no message",
      peer.call(echo.path, undefined),
      "13 Received no request message, or one that is cut short",
    ],
    [
      "cut prefix",
      peer.call(echo.path, frame("").subarray(0, 3)),
      "13 Received no request message, or one that is cut short",
    ],
    [
      "cut body",
      peer.call(echo.path, frame("hello").subarray(0, 8)),
      "13 Received no request message, or one that is cut short",
    ],
    [
      "two messages",
      peer.call(echo.path, Buffer.concat([frame("a"), frame("b")])),
      "12 Cannot take more than one request message in this call",
    ],
    [
      "compressed",
      peer.call(echo.path, frame("a", 1)),
      "12 Cannot read compressed messages: send them with encoding identity",
    ],
    [
      "too large",
      peer.call(measure.path, large),
      "8 Cannot receive a message of 1000001 bytes: the limit is 1000000 (see --max-object-size)",
    ],
    [
      "broken bytes",
      peer.call(echo.path, frame(new Uint8Array([255]))),
      "3 Cannot decode the request of /test.Service/Echo",
    ],
    [
      "a timeout that is none",
      peer.call(echo.path, frame("a"), { "grpc-timeout": "soon" }),
      '13 Invalid grpc-timeout value "soon"',
    ],
    ["after all that", peer.call(echo.path, frame("still here")), "0 OK"],
  ];
  for (const [name, answer, expected] of table) assertEquals((await answer).status, expected, name);
  assertEquals(door.log.texts("error"), []);
});

Deno.test("an unknown method and a too large message are refused without reading the body", async () => {
  await using door = await Door.open({ maxMessageBytes: 100_000 });
  using peer = new Peer(door);
  for (const path of ["/test.Service/Nope", measure.path]) {
    const stream = peer.open(path);
    const answer = answerOf(stream);
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(2 ** 31, 1);
    stream.write(prefix);
    await new Promise((resolve) => stream.once("response", resolve));
    stream.end();
    assert(["12", "8"].includes((await answer).status.split(" ")[0]));
  }
  assertEquals(door.budget.takenBytes, 0);
});

Deno.test("a deadline ends the call on both sides", async () => {
  await using door = await Door.open();
  using peer = new Peer(door);
  // On a slow machine a short one is over before the handler has begun.
  for (let timeoutMs = 50; door.signals.length === 0; timeoutMs *= 2) {
    const { status } = await peer.call(held.path, frame(""), { "grpc-timeout": `${timeoutMs}m` });
    assertEquals(status, "4 Deadline exceeded");
  }
  assert(door.signals[0].aborted);
});

Deno.test("a caller that resets its stream, or its connection, aborts the signal; the connection is told apart", async () => {
  await using door = await Door.open();
  using peer = new Peer(door);
  using other = new Peer(door);
  for (const [index, path] of [held.path, endless.path].entries()) {
    const stream = peer.open(path);
    stream.end(frame(""));
    await until(() => door.signals.length === index + 1);
    assertEquals(door.signals[index].aborted, false);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await until(() => door.signals[index].aborted);
  }
  await peer.call(echo.path, frame(""));
  await other.call(echo.path, frame(""));
  const [first, second, third, fourth] = door.connections;
  assertEquals([first === second, second === third, third === fourth], [true, true, false]);
  assert(third.id !== fourth.id && third.peerAddress !== fourth.peerAddress);
  const stream = peer.open(held.path);
  stream.end(frame(""));
  await until(() => door.signals.length === 3);
  peer.session.destroy();
  await until(() => door.signals[2].aborted && first.closed.aborted);
  assertEquals(fourth.closed.aborted, false);
});

Deno.test("a large request waits for room before it is read, and HTTP/2 holds its sender back", async () => {
  await using door = await Door.open({ budgetBytes: 1_000_000 });
  using peer = new Peer(door);
  const release = door.budget.charge(900_000);
  const stream = peer.open(measure.path);
  const answer = answerOf(stream);
  stream.end(frame(new Uint8Array(700_000)));
  await until(() => door.budget.waiting === 1);
  const small = await peer.call(echo.path, frame("passes by"));
  assertEquals([small.status, door.budget.waiting], ["0 OK", 1]);
  release();
  const { body, status } = await answer;
  assertEquals([body.subarray(5).toString(), status], ["700000", "0 OK"]);
  await until(() => door.budget.takenBytes === 0);
});

Deno.test("room is given back when the sender leaves: while waiting, while sending, and after", async () => {
  await using door = await Door.open({ budgetBytes: 1_000_000 });
  const release = door.budget.charge(900_000);
  for (const whileWaiting of [true, false]) {
    using peer = new Peer(door);
    if (!whileWaiting) release();
    const stream = peer.open(measure.path);
    stream.write(frame(new Uint8Array(700_000)).subarray(0, 200_000));
    await until(() => whileWaiting ? door.budget.waiting === 1 : door.budget.takenBytes === 700_000);
    peer.session.destroy();
    await until(() => door.budget.waiting === 0 && door.budget.takenBytes === (whileWaiting ? 900_000 : 0));
  }
});

Deno.test("large replies are produced one after the other when there is room for one", async () => {
  await using door = await Door.open({ budgetBytes: 1_000_000 });
  using peer = new Peer(door);
  const answers = Array.from({ length: 5 }, () => peer.call(produce.path, frame("800000")));
  for (const answer of answers) assertEquals((await answer).body.length, 800_005);
  await until(() => door.budget.takenBytes === 0);
  const larger = await peer.call(produce.path, frame("3000000"));
  assertEquals([larger.body.length, larger.status], [3_000_005, "0 OK"]);
});

Deno.test("stopping ends what is held, refuses what is new, lets replies out and closes", async () => {
  const door = await Door.open();
  using peer = new Peer(door);
  const answers = [peer.call(held.path, frame("")), peer.call(endless.path, frame("first"))];
  await until(() => door.signals.length === 2);
  const stopped = door.server.stop(5_000);
  const [unary, stream] = await Promise.all(answers);
  assertEquals([unary.body, unary.status], [frame("released"), "0 OK"]);
  assertEquals([stream.body, stream.status], [frame("first"), "14 The server is shutting down"]);
  await stopped;
  const refused = new Promise((resolve) => net.connect(door.server.port, "127.0.0.1").on("error", resolve));
  assertStringIncludes(String(await refused), "ECONNREFUSED");
});

Deno.test("stopping cuts connections that do not end in time", async () => {
  const door = await Door.open();
  using peer = new Peer(door);
  const stream = peer.open(measure.path);
  stream.write(frame(new Uint8Array(10)).subarray(0, 7));
  await peer.call(echo.path, frame(""));
  await door.server.stop(20);
  await until(() => peer.session.destroyed);
});

Deno.test("a taken port has an error of its own, an impossible address another", async () => {
  await using door = await Door.open();
  const error = await assertRejects(() => Door.open({ address: door.server.address }), AddressInUseError);
  assertEquals(error.message, `Port in server address ${door.server.address} is already in use.`);
  await assertRejects(() => Door.open({ address: "192.0.2.1:0" }), Error, "Cannot listen on 192.0.2.1:0");
  await assertRejects(() => Door.open({ address: "nowhere" }), TypeError, "expected host:port");
});

Deno.test("an IPv6 address can be listened on, when the machine has any", async () => {
  try {
    await using door = await Door.open({ address: "[::1]:0" });
    assertEquals(door.server.address, `[::1]:${door.server.port}`);
  } catch (error) {
    assertStringIncludes(String(error), "Cannot listen on [::1]:0");
  }
});

Deno.test({
  name: "a socket in a folder can be listened on, and is gone afterwards",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/door.sock`;
    const door = await Door.open({ address: `unix:${path}` });
    assertEquals([door.server.address, door.server.port], [`unix:${path}`, 0]);
    const session = http2.connect("http://door", { createConnection: () => net.connect({ path }) });
    const stream = session.request({
      ...{ ":method": "POST", ":path": echo.path, "content-type": "application/grpc", te: "trailers" },
    });
    const answer = answerOf(stream);
    stream.end(Buffer.from([0, 0, 0, 0, 2, 0x68, 0x69]));
    assertEquals((await answer).body.subarray(5).toString(), "hi");
    session.destroy();
    await door.server.stop(0);
    assertEquals([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder);
  },
});

Deno.test("HTTP/1.1, TLS and garbage on a plain port do not disturb anybody", async () => {
  await using door = await Door.open();
  for (const greeting of ["GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00", "\0".repeat(5_000)]) {
    await new Promise<void>((resolve) => {
      const socket = net.connect(door.server.port, "127.0.0.1", () => socket.write(greeting));
      socket.on("error", () => {}).on("close", () => resolve()).resume();
      setTimeout(() => socket.end(), 50);
    });
  }
  using peer = new Peer(door);
  assertEquals((await peer.call(echo.path, frame("fine"))).status, "0 OK");
});
