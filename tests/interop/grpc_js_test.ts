/** Our two ends of gRPC against an implementation by others. */
import { assertEquals, assertRejects } from "@std/assert";
import * as grpc from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { makeServerFiles } from "../fakes/certificates.ts";
import { count, Door, echo, held, measure, produce, refuse } from "../fakes/door.ts";

const identity = (bytes: Buffer) => bytes;
const LARGE = 6_000_000;

/** Calls one method of a door with grpc-js. */
function unary(
  client: grpc.Client,
  call: { path: string; request: Buffer; metadata?: grpc.Metadata; deadline?: number },
) {
  const { path, request, metadata = new grpc.Metadata(), deadline } = call;
  let headers: grpc.Metadata | undefined;
  return new Promise<{ body: Buffer; headers?: grpc.Metadata }>((resolve, reject) => {
    client
      .makeUnaryRequest(
        path,
        identity,
        identity,
        request,
        metadata,
        { deadline },
        (error, body) => error ? reject(error) : resolve({ body: body!, headers }),
      )
      .on("metadata", (got: grpc.Metadata) => headers = got);
  });
}

for (const secure of [false, true]) {
  Deno.test(`a grpc-js client is served (tls: ${secure})`, async () => {
    const { ca, server } = await makeServerFiles();
    const tls = {
      certificateChain: server.certificate,
      privateKey: server.privateKey,
      rootCertificates: ca.certificate,
    };
    await using door = await Door.open(secure ? { tls } : {});
    const credentials = secure
      ? grpc.credentials.createSsl(Buffer.from(ca.certificate))
      : grpc.credentials.createInsecure();
    const client = new grpc.Client(door.at("localhost"), credentials, {
      "grpc.max_receive_message_length": -1,
    });
    const metadata = new grpc.Metadata();
    metadata.add("x", "1");
    metadata.add("x-bin", Buffer.from([0, 255]));
    const { body, headers } = await unary(client, {
      path: echo.path,
      request: Buffer.from("hällo"),
      metadata,
    });
    assertEquals([body.toString(), headers!.get("x-got"), headers!.get("x-got-bin")], [
      ...["hällo", ["1"], [Buffer.from([0, 255])]],
    ]);
    const stream = client.makeServerStreamRequest(count.path, identity, identity, Buffer.from("30"));
    assertEquals(
      (await Array.fromAsync(stream)).map(String),
      Array.from({ length: 30 }, (_, index) => `${index + 1}`),
    );
    const large = await unary(client, { path: measure.path, request: Buffer.alloc(LARGE) });
    assertEquals(large.body.toString(), String(LARGE));
    assertEquals(
      (await unary(client, { path: produce.path, request: Buffer.from(String(LARGE)) })).body.length,
      LARGE,
    );
    const failures: [string, Parameters<typeof unary>[1]][] = [
      ["5 NOT_FOUND: nö 100 %", { path: refuse.path, request: Buffer.from("nö 100 %") }],
      ["12 UNIMPLEMENTED: Method not found: /test.Service/Nope", {
        path: "/test.Service/Nope",
        request: Buffer.alloc(0),
      }],
      ["4 DEADLINE_EXCEEDED", { path: held.path, request: Buffer.alloc(0), deadline: Date.now() + 100 }],
    ];
    for (const [expected, call] of failures) {
      const error = await assertRejects(() => unary(client, call), Error);
      assertEquals(error.message.slice(0, expected.length), expected);
    }
    client.close();
  });

  Deno.test(`a grpc-js server is called (tls: ${secure})`, async () => {
    const { ca, server: files } = await makeServerFiles();
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
    const method = (name: string, responseStream = false) => ({
      ...{ path: `/test.Service/${name}`, requestStream: false, responseStream },
      ...{ requestSerialize: identity, requestDeserialize: identity },
      ...{ responseSerialize: identity, responseDeserialize: identity },
    });
    server.addService({
      Echo: method("Echo"),
      Refuse: method("Refuse"),
      Held: method("Held"),
      Produce: method("Produce"),
      Count: method("Count", true),
    }, {
      Echo: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
        const headers = new grpc.Metadata();
        for (const value of call.metadata.get("x")) headers.add("x-got", value);
        for (const value of call.metadata.get("x-bin")) headers.add("x-got-bin", value);
        call.sendMetadata(headers);
        reply(null, call.request);
      },
      Refuse: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) =>
        reply({ code: grpc.status.NOT_FOUND, details: call.request.toString() }),
      Held: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) =>
        void call.on("cancelled", () => reply(null, Buffer.alloc(0))),
      Produce: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) =>
        reply(null, Buffer.alloc(Number(call.request))),
      Count: (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
        for (let number = 1; number <= Number(call.request); number++) {
          call.write(Buffer.from(String(number)));
        }
        call.end();
      },
    });
    const credentials = secure
      ? grpc.ServerCredentials.createSsl(Buffer.from(ca.certificate), [{
        cert_chain: Buffer.from(files.certificate),
        private_key: Buffer.from(files.privateKey),
      }])
      : grpc.ServerCredentials.createInsecure();
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) => error ? reject(error) : resolve(bound))
    );
    const tls = secure ? { rootCertificates: ca.certificate } : "insecure" as const;
    const transport = connectGrpc({ address: `127.0.0.1:${port}`, tls });
    const client = new RpcClient(transport);
    const metadata = new Metadata([["x", "1"], ["x-bin", new Uint8Array([0, 255])]]);
    const { response, headers } = await client.callWithHeaders(echo, "hällo", { metadata });
    assertEquals([response, headers.text("x-got"), [...headers.binaries("x-got-bin")[0]]], ["hällo", "1", [
      0,
      255,
    ]]);
    assertEquals((await client.call(echo, "x".repeat(LARGE))).length, LARGE);
    assertEquals((await client.call(produce, String(LARGE))).length, LARGE);
    assertEquals((await Array.fromAsync(client.stream(count, "30"))).length, 30);
    const refused = await assertRejects(() => client.call(refuse, "nö 100 %"), RpcError);
    assertEquals([refused.code, refused.details], ["NOT_FOUND", "nö 100 %"]);
    assertEquals(
      (await assertRejects(() => client.call(held, "", { timeoutMs: 100 }), RpcError)).code,
      "DEADLINE_EXCEEDED",
    );
    assertEquals(
      (await assertRejects(() => client.call(measure, new Uint8Array()), RpcError)).code,
      "UNIMPLEMENTED",
    );
    transport.close();
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  });
}
