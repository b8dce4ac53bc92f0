import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import { makeServerFiles } from "../../../tests/fakes/certificates.ts";
import { Door, echo } from "../../../tests/fakes/door.ts";
import { connectGrpc } from "./client.ts";

const GET = "GET / HTTP/1.1\r\nhost: here\r\n\r\n";

/** All that comes back until the other side closes. */
function answerTo(socket: net.Socket, pieces: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  (async () => {
    for (const piece of pieces) {
      await new Promise((written) => socket.write(piece, written));
      // The other side sees a piece of its own.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return new Promise((resolve) => socket.on("close", () => resolve(Buffer.concat(chunks).toString())));
}

function plain(door: Door): net.Socket {
  return net.connect({ port: door.server.port, host: "127.0.0.1", noDelay: true });
}

Deno.test("HTTP/1 on a plain port is told what the port speaks, whole or byte by byte", async () => {
  await using door = await Door.open();
  const table: [string, string[]][] = [
    ["whole", [GET]],
    ["in pieces", ["G", "E", "T / HTTP/1.1\r\nhost: here\r\n\r\n"]],
    ["a method that begins like HTTP/2's preface", ["P", "UT / HTTP/1.1\r\n\r\n"]],
    ["an upgrade to HTTP/2", ["GET / HTTP/1.1\r\nconnection: Upgrade\r\nupgrade: h2c\r\n\r\n"]],
  ];
  for (const [name, pieces] of table) {
    const answer = await answerTo(plain(door), pieces);
    assertMatch(answer, /^HTTP\/1\.1 505 This port speaks gRPC, which needs HTTP\/2\.\r\n/, name);
    assertStringIncludes(answer, "\r\nconnection: close\r\n", name);
    const [head, body] = answer.split("\r\n\r\n");
    assertEquals(body, "This port speaks gRPC, which needs HTTP/2.\n", name);
    assertStringIncludes(head, `content-length: ${body.length}`, name);
  }
  assertEquals((await answerTo(plain(door), ["HEAD / HTTP/1.1\r\n\r\n"])).split("\r\n\r\n")[1], "");
});

Deno.test("Flower's HTTP clients get the sentence where they look for it", async () => {
  await using door = await Door.open();
  const request = "POST /v1/fleet/pull-messages HTTP/1.1\r\nContent-Type: application/protobuf\r\n" +
    "content-length: 100000\r\n\r\n" + "x".repeat(100_000);
  const answer = await answerTo(plain(door), [request]);
  assertStringIncludes(answer, "content-type: application/json");
  assertEquals(JSON.parse(answer.split("\r\n\r\n")[1]), {
    detail: "This port speaks gRPC, which needs HTTP/2.",
  });
});

Deno.test("HTTP/1 over TLS is told, too, with ALPN or without; other protocols are closed", async () => {
  const { ca, server } = await makeServerFiles();
  const files = { certificateChain: server.certificate, privateKey: server.privateKey };
  await using door = await Door.open({ tls: { ...files, rootCertificates: ca.certificate } });
  const secure = (ALPNProtocols?: string[]) =>
    tls.connect({
      ...{ port: door.server.port, host: "127.0.0.1", servername: "localhost", ALPNProtocols },
      ca: Buffer.from(ca.certificate),
    });
  assertMatch(await answerTo(secure(["http/1.1"]), [GET]), /^HTTP\/1\.1 505 .*This port speaks gRPC/s);
  assertMatch(await answerTo(secure(), [GET]), /^HTTP\/1\.1 505 .*This port speaks gRPC/s);
  assertEquals(await answerTo(secure(), ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]), "");
  const transport = connectGrpc({
    address: door.at("localhost"),
    tls: { rootCertificates: ca.certificate },
  });
  const { body } = await transport.unary(echo.path, echo.encodeRequest("still"));
  assertEquals(echo.decodeResponse(body), "still");
  transport.close();
});

Deno.test("a preface in pieces is HTTP/2 all the same", async () => {
  await using door = await Door.open();
  const socket = plain(door);
  const [first] = await Promise.all([
    new Promise<Buffer>((resolve) => socket.once("data", resolve)),
    (async () => {
      const settings = "\0\0\0\x04\0\0\0\0\0";
      for (const piece of ["P", "R", "I * HT", `TP/2.0\r\n\r\nSM\r\n\r\n${settings}`]) {
        await new Promise((written) => socket.write(piece, written));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })(),
  ]);
  // The type of the server's first frame: SETTINGS.
  assertEquals(first[3], 4);
  socket.destroy();
});

Deno.test("stopping ends connections that have not said what they speak", async () => {
  const door = await Door.open();
  const socket = plain(door);
  const over = answerTo(socket, ["P"]);
  await new Promise((resolve) => socket.once("connect", resolve));
  await new Promise((resolve) => setTimeout(resolve, 30));
  await door.server.stop(60_000);
  assertEquals(await over, "");
  assert(socket.destroyed);
});

Deno.test("stopping ends a connection that never begins its handshake", async () => {
  const { ca, server } = await makeServerFiles();
  const files = { certificateChain: server.certificate, privateKey: server.privateKey };
  const door = await Door.open({ tls: { ...files, rootCertificates: ca.certificate } });
  const socket = plain(door);
  const over = answerTo(socket, []);
  await new Promise((resolve) => socket.once("connect", resolve));
  // Accepted one after the other: when the second is through, the first is with the door.
  const transport = connectGrpc({
    address: door.at("localhost"),
    tls: { rootCertificates: ca.certificate },
  });
  await transport.ready(60_000);
  transport.close();
  await door.server.stop(60_000);
  assertEquals(await over, "");
});

Deno.test("stopping ends a connection that is through with its handshake only then", async () => {
  const { ca, server } = await makeServerFiles();
  const files = { certificateChain: server.certificate, privateKey: server.privateKey };
  const door = await Door.open({ tls: { ...files, rootCertificates: ca.certificate } });
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  // Holds back the server's half of the handshake until the door is about to close.
  const between = net.createServer((near) => {
    const far = plain(door);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.on("close", () => far.destroy()).on("data", (chunk: Buffer) => far.write(chunk));
    far.on("close", () => near.destroy()).on("data", async (chunk: Buffer) => {
      begun.resolve();
      await go.promise;
      near.write(chunk);
    });
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  const { port } = between.address() as net.AddressInfo;
  const host = { port, host: "127.0.0.1", servername: "localhost" };
  const socket = tls.connect({ ...host, ca: Buffer.from(ca.certificate), ALPNProtocols: ["h2"] });
  const over = answerTo(socket, []);
  await begun.promise;
  const stopped = door.server.stop(60_000);
  go.resolve();
  await stopped;
  await over;
  assert(socket.destroyed);
  between.close();
});
