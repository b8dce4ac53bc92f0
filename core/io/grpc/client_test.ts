import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import http2, { type Http2Server, type ServerHttp2Stream } from "node:http2";
import net, { type AddressInfo } from "node:net";
import { makeCertificate, makeServerFiles, type TestCertificate } from "../../../tests/fakes/certificates.ts";
import { count, Door, echo, endless, held, measure, produce, refuse } from "../../../tests/fakes/door.ts";
import { RpcClient } from "../../rpc/client.ts";
import { Metadata } from "../../rpc/metadata.ts";
import { RpcError } from "../../rpc/status.ts";
import type { Transport } from "../../rpc/transport.ts";
import { connectGrpc, type GrpcClientOptions } from "./client.ts";

/** A client that is closed with its block. */
function connect(address: string, options: Partial<GrpcClientOptions> = {}) {
  const transport = connectGrpc({ address, tls: "insecure", ...options });
  const client = new RpcClient(transport);
  return { client, transport, [Symbol.dispose]: () => transport.close() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("calls, streams, metadata and refusals, by name and by address", async () => {
  await using door = await Door.open();
  for (const host of ["127.0.0.1", "localhost"]) {
    using peer = connect(door.at(host));
    await peer.transport.ready(5_000);
    const metadata = new Metadata([["x", "1"], ["x", "2"], ["x-bin", new Uint8Array([0, 255])]]);
    const { response, headers } = await peer.client.callWithHeaders(echo, "hällo", { metadata });
    assertEquals([response, headers.text("x-got"), [...headers.binaries("x-got-bin")[0]]], ["hällo", "1, 2", [
      0,
      255,
    ]]);
    assertEquals(
      await Array.fromAsync(peer.client.stream(count, "40")),
      Array.from({ length: 40 }, (_, i) => `${i + 1}`),
    );
    const error = await assertRejects(() => peer.client.call(refuse, "100 % nö\n"), RpcError);
    assertEquals([error.code, error.details], ["NOT_FOUND", "100 % nö\n"]);
    assertEquals((await peer.client.call(produce, "3000000")).length, 3_000_000);
    const size = await peer.client.call(measure, new Uint8Array(3_000_000));
    assertEquals(new TextDecoder().decode(size), "3000000");
  }
  assertEquals(new Set(door.connections.map((connection) => connection.id)).size, 2);
  await until(() => door.budget.takenBytes === 0);
});

Deno.test("many calls at a time share one connection and come back to their callers", async () => {
  await using door = await Door.open();
  using peer = connect(door.at());
  const texts = Array.from({ length: 200 }, (_, index) => `call ${index}`);
  assertEquals(await Promise.all(texts.map((text) => peer.client.call(echo, text))), texts);
  assertEquals(new Set(door.connections.map((connection) => connection.id)).size, 1);
});

Deno.test("a deadline ends a call here and there", async () => {
  await using door = await Door.open();
  using peer = connect(door.at());
  // On a slow machine a short one is over before the call has reached the server.
  for (let timeoutMs = 100; door.signals.length === 0; timeoutMs *= 2) {
    const error = await assertRejects(() => peer.client.call(held, "", { timeoutMs }), RpcError);
    assertEquals(error.code, "DEADLINE_EXCEEDED");
  }
  await until(() => door.signals[0].aborted);
});

Deno.test("a caller that leaves and a closed client end a call here and there", async () => {
  const table: [string, (end: { caller: AbortController; close: () => void }) => void][] = [
    ["caller", ({ caller }) => caller.abort()],
    ["close", ({ close }) => close()],
  ];
  for (const [name, end] of table) {
    await using door = await Door.open();
    using peer = connect(door.at());
    const caller = new AbortController();
    const reply = peer.client.call(held, "", { signal: caller.signal }).catch((error) => error.code);
    await until(() => door.signals.length === 1);
    end({ caller, close: () => peer.transport.close() });
    assertEquals(await reply, "CANCELLED", name);
    await until(() => door.signals[0].aborted);
  }
});

Deno.test("a stream can be left in the middle", async () => {
  await using door = await Door.open();
  using peer = connect(door.at());
  for await (const message of peer.client.stream(endless, "first")) {
    assertEquals(message, "first");
    break;
  }
  await until(() => door.signals[0].aborted);
});

Deno.test("a reply larger than wanted ends the call", async () => {
  await using door = await Door.open();
  using peer = connect(door.at(), { maxMessageBytes: 1_000 });
  const error = await assertRejects(() => peer.client.call(produce, "1001"), RpcError);
  assertEquals(error.message, "RESOURCE_EXHAUSTED: Received message larger than max (1001 vs 1000)");
  assertEquals((await peer.client.call(produce, "1000")).length, 1_000);
});

Deno.test("a peer that is away: UNAVAILABLE with the reason; when it is back the next call reaches it", async () => {
  const first = await Door.open();
  const address = first.server.address;
  using peer = connect(address);
  assertEquals(await peer.client.call(echo, "one"), "one");
  const reply = peer.client.call(held, "").catch((error) => error);
  await until(() => first.signals.length === 1);
  await first.server.stop(1_000);
  assertEquals(await reply, "released");
  const error = await assertRejects(() => peer.client.call(echo, ""), RpcError);
  assertStringIncludes(error.message, `UNAVAILABLE: Cannot connect to ${address}: connect ECONNREFUSED`);
  await using second = await Door.open({ address });
  await peer.transport.ready(5_000);
  assertEquals([await peer.client.call(echo, "two"), second.connections.length], ["two", 1]);
});

/** What `ready` says of a peer that refuses, when it is given long enough to hear of it on this machine. */
async function whyNotReady(transport: Transport): Promise<string> {
  let details = "";
  for (let timeoutMs = 100; timeoutMs < 20_000; timeoutMs *= 2) {
    ({ details } = await assertRejects(() => transport.ready(timeoutMs), RpcError));
    if (details !== "The peer does not answer") break;
  }
  return details;
}

Deno.test("ready says why a peer cannot be reached, and takes no longer than it may", async () => {
  const silent = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as AddressInfo;
  using peer = connect(`127.0.0.1:${port}`);
  assertEquals(
    (await assertRejects(() => peer.transport.ready(100), RpcError)).details,
    "The peer does not answer",
  );
  silent.close();
  using nobody = connect("127.0.0.1:1");
  assertStringIncludes(
    await whyNotReady(nobody.transport),
    "Cannot connect to 127.0.0.1:1: connect ECONNREFUSED",
  );
  using nameless = connect("nosuchhost.invalid:1");
  assertStringIncludes(
    (await assertRejects(() => nameless.client.call(echo, ""), RpcError)).details,
    "nosuchhost.invalid",
  );
});

/** An HTTP/2 server that answers as the test says. */
async function rawServer(answer: (stream: ServerHttp2Stream, server: Http2Server) => void) {
  const server = http2.createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    stream.resume();
    answer(stream, server);
  });
  server.on("session", (session) => session.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

Deno.test("replies that are no gRPC, broken or cut have an error each", async () => {
  const ok = { ":status": 200, "content-type": "application/grpc" };
  const withTrailers = (stream: ServerHttp2Stream, body: Buffer, trailers: Record<string, string>) => {
    stream.respond(ok, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end(body);
  };
  const one = Buffer.from([0, 0, 0, 0, 1, 65]);
  const table: [string, (stream: ServerHttp2Stream) => void, string][] = [
    ["web server", (stream) => {
      stream.respond({ ":status": 404 });
      stream.end("<html>");
    }, "UNIMPLEMENTED: Received HTTP status code 404"],
    [
      "busy proxy",
      (stream) => stream.respond({ ":status": 503 }, { endStream: true }),
      "UNAVAILABLE: Received HTTP status code 503",
    ],
    [
      "no message",
      (stream) => withTrailers(stream, Buffer.alloc(0), { "grpc-status": "0" }),
      "INTERNAL: Expected one reply message, received 0",
    ],
    [
      "two messages",
      (stream) => withTrailers(stream, Buffer.concat([one, one]), { "grpc-status": "0" }),
      "INTERNAL: Expected one reply message, received 2",
    ],
    [
      "cut message",
      (stream) => withTrailers(stream, one.subarray(0, 5), { "grpc-status": "0" }),
      "INTERNAL: Expected one reply message, received 0",
    ],
    [
      "compressed",
      (stream) => withTrailers(stream, Buffer.from([1, 0, 0, 0, 0]), { "grpc-status": "0" }),
      "INTERNAL: The reply cannot be read",
    ],
    [
      "status after a message",
      (stream) => withTrailers(stream, one, { "grpc-status": "8", "grpc-message": "full" }),
      "RESOURCE_EXHAUSTED: full",
    ],
    [
      "refused",
      (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
      "UNAVAILABLE: Stream refused by server",
    ],
    [
      "too many",
      (stream) => stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM),
      "RESOURCE_EXHAUSTED: Bandwidth exhausted",
    ],
    [
      "broken",
      (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
      "INTERNAL: Received RST_STREAM with code 2",
    ],
    ["cut connection", (stream) => stream.session!.destroy(), "UNAVAILABLE: The connection was lost"],
  ];
  for (const [name, answer, expected] of table) {
    await using server = await rawServer(answer);
    using peer = connect(server.address);
    const error = await assertRejects(() => peer.client.call(echo, "hello"), RpcError, undefined, name);
    assertStringIncludes(error.message, expected, name);
  }
});

/** Something between two peers that passes on so many bytes, and then cuts the connection. */
async function cutter(port: number, mostBytes: number) {
  const server = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    const cut = () => [near, far].forEach((socket) => socket.destroy());
    for (const socket of [near, far]) socket.on("error", cut).on("close", cut);
    far.pipe(near);
    let passed = 0;
    near.on("data", (chunk) => {
      passed += chunk.length;
      if (passed >= mostBytes) cut();
      else far.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

Deno.test("a peer that goes away amid a large request is away, wherever it was cut", async () => {
  await using door = await Door.open();
  for (const mostBytes of [200, 500, 70_000, 300_000, 2_000_000, 7_900_000]) {
    await using between = await cutter(door.server.port, mostBytes);
    using peer = connect(between.address);
    const error = await assertRejects(() => peer.client.call(measure, new Uint8Array(8_000_000)), RpcError);
    assertEquals(error.code, "UNAVAILABLE", `cut after ${mostBytes} bytes: ${error.details}`);
  }
});

Deno.test("a peer that says goodbye keeps its calls; new ones go over a new connection", async () => {
  const sessions = new Set<unknown>();
  await using server = await rawServer((stream) => {
    sessions.add(stream.session);
    stream.session!.goaway(0);
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    setTimeout(() => stream.end(Buffer.from([0, 0, 0, 0, 1, 65])), 20);
  });
  using peer = connect(server.address);
  for (let turn = 0; turn < 3; turn++) assertEquals(await peer.client.call(echo, ""), "A");
  assertEquals(sessions.size, 3);
});

const serverTls = ({ ca, server }: { ca: TestCertificate; server: TestCertificate }) => ({
  certificateChain: server.certificate,
  privateKey: server.privateKey,
  rootCertificates: ca.certificate,
});

Deno.test("TLS by name and by address", async () => {
  const made = await makeServerFiles();
  await using door = await Door.open({ tls: serverTls(made) });
  for (const host of ["localhost", "127.0.0.1"]) {
    using peer = connect(door.at(host), { tls: { rootCertificates: made.ca.certificate } });
    await peer.transport.ready(5_000);
    assertEquals((await peer.client.callWithHeaders(echo, "")).headers.text("x-secure"), "true");
    assertEquals((await peer.client.call(produce, "3000000")).length, 3_000_000);
  }
});

Deno.test("what TLS refuses is told at once, with the words that official clients look for", async () => {
  const good = await makeServerFiles();
  const others: Record<
    string,
    { made: Awaited<ReturnType<typeof makeServerFiles>>; host?: string; reason: string }
  > = {
    "another CA": { made: await makeServerFiles(), reason: "was not signed by a trusted CA" },
    "expired": { made: await withCa(good.ca, { validDays: [-9, -1] }), reason: "has expired" },
    "not valid yet": { made: await withCa(good.ca, { validDays: [1, 9] }), reason: "not valid yet" },
    "another name": {
      made: await withCa(good.ca, { hosts: ["example.org"] }),
      host: "localhost",
      reason: "localhost",
    },
    "another address": {
      made: await withCa(good.ca, { hosts: ["127.0.0.2"] }),
      reason: "127.0.0.1 is not in",
    },
    "name only": { made: await withCa(good.ca, { hosts: ["localhost"] }), reason: "127.0.0.1" },
  };
  for (const [name, { made, host, reason }] of Object.entries(others)) {
    await using door = await Door.open({ tls: serverTls(made) });
    using peer = connect(door.at(host), { tls: { rootCertificates: good.ca.certificate } });
    const error = await assertRejects(() => peer.transport.ready(5_000), RpcError, undefined, name);
    assertEquals(error.code, "UNAVAILABLE", name);
    assertStringIncludes(error.details, `TLS handshake failed with ${door.at(host)}: `, name);
    assertStringIncludes(error.details, reason, name);
    assertEquals(door.connections.length, 0, name);
  }
});

Deno.test("one side with TLS, the other without: each is told what to do", async () => {
  const made = await makeServerFiles();
  await using plain = await Door.open();
  await using secure = await Door.open({ tls: serverTls(made) });
  using toPlain = connect(plain.at(), { tls: { rootCertificates: made.ca.certificate } });
  const first = await assertRejects(() => toPlain.transport.ready(5_000), RpcError);
  assertStringIncludes(first.details, "TLS handshake failed");
  assertStringIncludes(first.details, "does not speak TLS");
  using toSecure = connect(secure.at());
  const second = await assertRejects(() => toSecure.client.call(echo, ""), RpcError);
  assertEquals(second.code, "UNAVAILABLE");
  assertStringIncludes(second.details, "it may expect TLS");
  assert(!second.details.includes("handshake failed"));
});

Deno.test("a chain over an intermediate CA is served whole", async () => {
  const ca = await makeCertificate({ name: "Root CA", isCa: true });
  const middle = await makeCertificate({ name: "Middle CA", isCa: true, issuer: ca });
  const server = await makeCertificate({ name: "leaf", issuer: middle, hosts: ["localhost"] });
  const certificateChain = new Uint8Array([...server.certificate, ...middle.certificate]);
  const tls = { certificateChain, privateKey: server.privateKey, rootCertificates: ca.certificate };
  await using door = await Door.open({ tls });
  using peer = connect(door.at("localhost"), { tls: { rootCertificates: ca.certificate } });
  assertEquals(await peer.client.call(echo, "through"), "through");
});

async function withCa(ca: TestCertificate, options: { validDays?: [number, number]; hosts?: string[] }) {
  const hosts = ["localhost", "127.0.0.1"];
  return { ca, server: await makeCertificate({ name: "server", issuer: ca, hosts, ...options }) };
}
