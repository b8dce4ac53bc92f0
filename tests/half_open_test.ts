/** Peers that connect and then do nothing, or next to nothing: whoever does something is served all the same. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import http2 from "node:http2";
import net from "node:net";
import { connectGrpc } from "../core/io/grpc/client.ts";
import { systemClock } from "../core/io/clock.ts";
import { systemRandom } from "../core/io/random.ts";
import { RpcClient } from "../core/rpc/client.ts";
import { FakeClock } from "./fakes/clock.ts";
import { longestHoldMs } from "../core/io/grpc/sender_patience.ts";
import { Door, echo, measure, produce } from "./fakes/door.ts";

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

const HEADERS = { ":method": "POST", "content-type": "application/grpc", te: "trailers" };

/** Announces a request of so many bytes and sends one of them. */
function dripping(session: http2.ClientHttp2Session, bytes: number) {
  const stream = session.request({ ...HEADERS, ":path": measure.path });
  const seen = { stream, status: "", closed: false };
  const heed = (headers: http2.IncomingHttpHeaders) =>
    seen.status ||= `${headers["grpc-status"]} ${headers["grpc-message"]}`;
  stream.on("response", heed).on("trailers", heed);
  stream.on("error", () => {}).on("close", () => seen.closed = true);
  const message = new Uint8Array(6);
  new DataView(message.buffer).setUint32(1, bytes);
  stream.write(message);
  return seen;
}

/** A clock that moves only when what was on its way has arrived, however slow the machine is. */
class Hours implements Disposable {
  readonly clock = new FakeClock();
  #transport: ReturnType<typeof connectGrpc> | undefined;

  /** Lets time pass until it has happened. @returns the seconds that it took */
  async passed(door: Door, happened: () => boolean): Promise<number> {
    for (let seconds = 0; seconds <= 700; seconds += 2) {
      for (let turn = 0; turn < 5 && !happened(); turn++) await this.roundTrip(door);
      if (happened()) return seconds;
      await this.clock.advance(2_000);
    }
    throw new Error("It never happened");
  }

  /** What others wrote before reaches the door before this does. */
  async roundTrip(door: Door): Promise<void> {
    this.#transport ??= connectGrpc({ address: door.at(), tls: "insecure" });
    const client = new RpcClient(this.#transport, { clock: systemClock, random: systemRandom });
    assertEquals(await client.call(echo, "here"), "here");
    await turn();
  }

  [Symbol.dispose](): void {
    this.#transport?.close();
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Waits for what needs no time of the clock; the patience of the test's runner is the end of it. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await turn();
}

Deno.test("slow clients: a byte a minute keeps room as long as nobody wants it, and not a minute longer", async () => {
  using hours = new Hours();
  const { clock } = hours;
  await using door = await Door.open({ budgetBytes: 4 << 20, maxMessageBytes: 64 << 20, clock });
  const [slow, honest] = [http2.connect(`http://${door.at()}`), http2.connect(`http://${door.at()}`)];
  for (const session of [slow, honest]) session.on("error", () => {});
  try {
    const holding = dripping(slow, 4 << 20);
    await hours.passed(door, () => door.budget.takenBytes === 4 << 20);
    for (let minute = 0; minute < 10; minute++) {
      holding.stream.write(new Uint8Array(1));
      await hours.roundTrip(door);
      await clock.advance(50_000);
    }
    assertEquals([holding.closed, door.budget.takenBytes], [false, 4 << 20]);

    let reply = "";
    const upload = honest.request({ ...HEADERS, ":path": measure.path });
    upload.on("data", (bytes: Uint8Array) => reply += new TextDecoder().decode(bytes.subarray(5)));
    const body = new Uint8Array(5 + (3 << 20));
    new DataView(body.buffer).setUint32(1, 3 << 20);
    upload.end(body);
    assert(await hours.passed(door, () => holding.closed) <= 60);
    await until(() => reply !== "");
    assertEquals(reply, String(3 << 20));
    assert(holding.status.startsWith("14 The%20request%20comes%20too%20slowly"), holding.status);
    assertEquals(holding.closed, true);
  } finally {
    slow.destroy();
    honest.destroy();
  }
});

Deno.test("slow clients: many who drip keep others waiting for a turn each, and hold on to nothing", async () => {
  using hours = new Hours();
  const { clock } = hours;
  await using door = await Door.open({ budgetBytes: 4 << 20, maxMessageBytes: 64 << 20, clock });
  const session = http2.connect(`http://${door.at()}`);
  session.on("error", () => {});
  try {
    const many = Array.from({ length: 6 }, () => dripping(session, 4 << 20));
    await hours.passed(door, () => door.budget.takenBytes === 4 << 20);
    for (let turn = 0; turn < many.length; turn++) {
      const seconds = await hours.passed(door, () => many.filter(({ closed }) => closed).length > turn);
      // The last has nobody behind it, and is left alone until nothing has come for a minute.
      assert(seconds <= (turn < many.length - 1 ? 36 : 66), `${turn}: ${seconds} s`);
    }
    await hours.passed(door, () => door.budget.takenBytes === 0);
    assertEquals(many.filter(({ status }) => !status.startsWith("14 The%20request%20")), []);
  } finally {
    session.destroy();
  }
});

Deno.test("slow clients: who is refused and goes on as if nothing had been said loses the room all the same", async () => {
  using hours = new Hours();
  const { clock } = hours;
  await using door = await Door.open({ budgetBytes: 4 << 20, maxMessageBytes: 64 << 20, clock });
  const socket = net.connect({ port: door.server.port, host: "127.0.0.1" });
  // Nothing of what the door says is ever read.
  socket.on("error", () => {}).pause();
  const announced = Buffer.alloc(6);
  announced.writeUInt32BE(4 << 20, 1);
  socket.write(
    Buffer.concat([PREFACE, frame(4, 0), frame(1, 1, headerBlock(measure.path)), frame(0, 1, announced)]),
  );
  try {
    await hours.passed(door, () => door.budget.takenBytes === 4 << 20);
    assert(await hours.passed(door, () => door.budget.takenBytes === 0) <= 66);
  } finally {
    socket.destroy();
  }
});

Deno.test("slow clients: a small request that is never whole goes after a minute, and one that never begins", async () => {
  using hours = new Hours();
  const { clock } = hours;
  await using door = await Door.open({ clock });
  const session = http2.connect(`http://${door.at()}`);
  session.on("error", () => {});
  try {
    const silent = session.request({ ...HEADERS, ":path": measure.path });
    let over = false;
    silent.on("error", () => {}).on("close", () => over = true).resume();
    const started = dripping(session, 100);
    const seconds = await hours.passed(door, () => over && started.closed);
    assert(seconds >= 58 && seconds <= 66, `${seconds} s`);
  } finally {
    session.destroy();
  }
});

Deno.test("slow clients: a reply that is not taken loses its room when others wait for it", async () => {
  using hours = new Hours();
  const { clock } = hours;
  await using door = await Door.open({ budgetBytes: 4 << 20, clock });
  // No window, no reply.
  const lazy = http2.connect(`http://${door.at()}`, { settings: { initialWindowSize: 0 } });
  const honest = http2.connect(`http://${door.at()}`);
  for (const session of [lazy, honest]) session.on("error", () => {});
  const wanted = (session: http2.ClientHttp2Session) => {
    const size = new TextEncoder().encode(String(3 << 20));
    const stream = session.request({ ...HEADERS, ":path": produce.path });
    stream.on("error", () => {});
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, size.length]), size]));
    return stream;
  };
  try {
    wanted(lazy);
    await hours.passed(door, () => door.budget.takenBytes >= 3 << 20);
    let bytes = 0;
    wanted(honest).on("data", (chunk: Uint8Array) => bytes += chunk.length);
    await hours.passed(door, () => door.budget.waiting === 1);
    const seconds = await hours.passed(door, () => bytes > 0);
    await until(() => bytes === 5 + (3 << 20));
    assert(seconds > 90 && seconds <= longestHoldMs(3 << 20) / 1_000 + 6, `${seconds} s`);
  } finally {
    lazy.destroy();
    honest.destroy();
  }
});

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** A frame of HTTP/2; headers are whole in theirs. */
function frame(type: number, stream: number, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = type === 1 ? 4 : 0;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The headers of a call, each as a literal. */
function headerBlock(path: string): Uint8Array {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const all = { ...HEADERS, ":path": path, ":scheme": "http", ":authority": "door" };
  const pseudoFirst = Object.entries(all).sort(([one], [other]) =>
    Number(other[0] === ":") - Number(one[0] === ":")
  );
  return Buffer.concat(pseudoFirst.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}
