/** Our two ends of gRPC against the implementation that the official programs use. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { count, Door, echo, held, measure, produce, refuse } from "../fakes/door.ts";
import { peerFolder } from "./harness.ts";

const LARGE = 6_000_000;
const keys = `${import.meta.dirname}/../vectors/keys`;
const numbers = Array.from({ length: 30 }, (_, index) => index + 1);

/** grpcio in a process of its own. */
function python(...args: string[]): Deno.Command {
  const script = `${import.meta.dirname}/grpcio_peer.py`;
  return new Deno.Command(`${peerFolder()}/python`, {
    args: [script, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
}

async function* answers(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

for (const secure of [false, true]) {
  Deno.test(`a grpcio client is served (tls: ${secure})`, async () => {
    const [certificateChain, privateKey, rootCertificates] = await Promise.all(
      ["server.pem", "server.key", "ca.crt"].map((name) => Deno.readFile(`${keys}/${name}`)),
    );
    await using door = await Door.open(
      secure ? { tls: { certificateChain, privateKey, rootCertificates } } : {},
    );
    const peer = python("call", door.at("localhost"), ...secure ? [`${keys}/ca.crt`] : []).spawn();
    const said = await Array.fromAsync(answers(peer.stdout));
    await peer.stdin.close();
    assertEquals((await peer.status).code, 0);
    const late = said.pop();
    assertEquals(said, [
      ["hällo", "1", [0, 255]],
      numbers,
      LARGE,
      LARGE,
      ["NOT_FOUND", "nö 100 %"],
      ["UNIMPLEMENTED", "The server does not implement the method /test.Service/Nope"],
    ]);
    // The words are of the end whose clock rings first.
    assertMatch(String(late), /^DEADLINE_EXCEEDED,Deadline [Ee]xceeded$/);
  });

  Deno.test(`a grpcio server is called (tls: ${secure})`, async () => {
    const peer = python("serve", ...secure ? [`${keys}/server.pem`, `${keys}/server.key`] : []).spawn();
    const said = answers(peer.stdout);
    const port = (await said.next()).value;
    const rootCertificates = await Deno.readFile(`${keys}/ca.crt`);
    const transport = connectGrpc({
      address: `127.0.0.1:${port}`,
      tls: secure ? { rootCertificates } : "insecure",
    });
    const client = new RpcClient(transport);
    const metadata = new Metadata([["x", "1"], ["x-bin", new Uint8Array([0, 255])]]);
    const { response, headers } = await client.callWithHeaders(echo, "hällo", { metadata });
    assertEquals([response, headers.text("x-got")], ["hällo", "1"]);
    assertEquals([...headers.binaries("x-got-bin")[0]], [0, 255]);
    assertEquals((await client.call(echo, "x".repeat(LARGE))).length, LARGE);
    assertEquals((await client.call(produce, String(LARGE))).length, LARGE);
    assertEquals((await Array.fromAsync(client.stream(count, "30"))).map(Number), numbers);
    const refused = await assertRejects(() => client.call(refuse, "nö 100 %"), RpcError);
    assertEquals([refused.code, refused.details], ["NOT_FOUND", "nö 100 %"]);
    const late = await assertRejects(() => client.call(held, "", { timeoutMs: 100 }), RpcError);
    assertEquals(late.code, "DEADLINE_EXCEEDED");
    const unknown = await assertRejects(() => client.call(measure, new Uint8Array()), RpcError);
    assertEquals(unknown.code, "UNIMPLEMENTED");
    transport.close();
    await peer.stdin.close();
    await said.return(undefined);
    assertEquals((await peer.status).code, 0);
  });
}
