/** Peers that connect and then do nothing, or next to nothing: whoever does something is served all the same. */
import { assert, assertEquals } from "@std/assert";
import http2 from "node:http2";
import net from "node:net";
import { connectGrpc } from "../core/io/grpc/client.ts";
import { systemClock } from "../core/io/clock.ts";
import { systemRandom } from "../core/io/random.ts";
import { RpcClient } from "../core/rpc/client.ts";
import { Door, echo, measure } from "./fakes/door.ts";

/** How long an honest call may take meanwhile. */
const PATIENCE_MS = 10_000;

async function served(door: Door): Promise<void> {
  const transport = connectGrpc({ address: door.at(), tls: "insecure" });
  const client = new RpcClient(transport, { clock: systemClock, random: systemRandom });
  try {
    const began = performance.now();
    assertEquals(await client.call(echo, "hello"), "hello");
    assert(performance.now() - began < PATIENCE_MS);
  } finally {
    transport.close();
  }
}

/** Connects, says this and no more. */
function silent(door: Door, said: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port: door.server.port, host: "127.0.0.1" });
    socket.on("error", reject);
    socket.on("connect", () => {
      socket.off("error", reject).on("error", () => {});
      if (said !== "") socket.write(said);
      resolve(socket);
    });
  });
}

const BEGINNINGS = ["", "P", "PRI * HTTP/2.0\r\n", "GET / HT", "\u0016\u0003\u0001"];

Deno.test({
  name: "half-open connections: thousands that say nothing keep nobody out",
  sanitizeResources: false,
  fn: async () => {
    await using door = await Door.open();
    const sockets: net.Socket[] = [];
    try {
      for (let batch = 0; batch < 20; batch++) {
        const some = Array.from(
          { length: 100 },
          (_, index) => silent(door, BEGINNINGS[index % BEGINNINGS.length]),
        );
        sockets.push(...await Promise.all(some));
      }
      await served(door);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await served(door);
  },
});

Deno.test("slow clients: announced requests that do not come hold up no small call, and their room comes back", async () => {
  await using door = await Door.open({ budgetBytes: 4 << 20, maxMessageBytes: 4 << 20 });
  const session = http2.connect(`http://${door.at()}`);
  session.on("error", () => {});
  const streams = Array.from({ length: 8 }, () => {
    const headers = { ":method": "POST", "content-type": "application/grpc", te: "trailers" };
    const stream = session.request({ ...headers, ":path": measure.path });
    stream.on("error", () => {});
    // 4 MiB are announced, and one byte of them comes.
    stream.write(new Uint8Array([0, 0, 0x40, 0, 0, 1]));
    return stream;
  });
  await served(door);
  for (const stream of streams) stream.close(http2.constants.NGHTTP2_CANCEL);
  session.destroy();
  const transport = connectGrpc({ address: door.at(), tls: "insecure" });
  const client = new RpcClient(transport, { clock: systemClock, random: systemRandom });
  assertEquals(
    new TextDecoder().decode(await client.call(measure, new Uint8Array(3 << 20))),
    String(3 << 20),
  );
  transport.close();
});
