import { type GrpcServer, serveGrpc, type ServerTls } from "../../core/io/grpc/server.ts";
import type { Clock, Connection } from "../../core/io/ports.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import { route, Router } from "../../core/rpc/router.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { FakeLog } from "./log.ts";
import { bytesMethod, textMethod } from "./methods.ts";

/** Gives the text back, and each header `x` as header `x-got`. */
export const echo = textMethod("Echo");
/** Counts up to the number that it is given. */
export const count = textMethod("Count", { streaming: true });
/** Refuses with `NOT_FOUND` and the text that it is given. */
export const refuse = textMethod("Refuse");
/** Is answered when its caller or the server ends it. */
export const held = textMethod("Held");
/** Never ends by itself. */
export const endless = textMethod("Endless", { streaming: true });
/** Says how many bytes it was given. */
export const measure = bytesMethod("Measure");
/** Gives as many bytes as its text says. */
export const produce = { ...textMethod("Produce"), ...responseOf(bytesMethod("Produce")) };

/** What a {@link Door} may be told. */
export interface DoorOptions {
  readonly tls?: ServerTls;
  readonly budgetBytes?: number;
  readonly maxMessageBytes?: number;
  readonly address?: string;
  /** By which slow senders are judged; the machine's unless given. */
  readonly clock?: Clock;
}

/** A gRPC server with a few methods, and what its handlers saw. */
export class Door implements AsyncDisposable {
  readonly connections: Connection[] = [];
  readonly signals: AbortSignal[] = [];

  private constructor(readonly server: GrpcServer, readonly budget: ByteBudget, readonly log: FakeLog) {}

  static async open(options: DoorOptions = {}): Promise<Door> {
    const { tls, budgetBytes = 32 << 20, maxMessageBytes = 16 << 20, address = "127.0.0.1:0", clock } =
      options;
    const [budget, log] = [new ByteBudget(budgetBytes), new FakeLog()];
    const target = doorRouter(log, () => door);
    const server = await serveGrpc({
      address,
      tls,
      target,
      methods: target.methods,
      maxMessageBytes,
      budget,
      log,
      clock,
    });
    const door = new Door(server, budget, log);
    return door;
  }

  /** `host:port` under which it is reached. */
  at(host = "127.0.0.1"): string {
    return `${host}:${this.server.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(0);
  }
}

function doorRouter(log: FakeLog, door: () => Door): Router<string> {
  const ended = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  return new Router<string>({
    log,
    guard: {
      admit: ({ connection }) => {
        door().connections.push(connection);
        return Promise.resolve("anyone");
      },
    },
    routes: [
      route(echo, (text, { metadata, setHeader, connection }) => {
        setHeader("x-got", metadata.texts("x").join("|"));
        for (const bytes of metadata.binaries("x-bin")) setHeader("x-got-bin", bytes);
        setHeader("x-secure", String(connection.secure));
        return Promise.resolve(text);
      }),
      route(count, async function* (limit) {
        for (let number = 1; number <= Number(limit); number++) yield String(await Promise.resolve(number));
      }),
      route(refuse, (text) => Promise.reject(new RpcError("NOT_FOUND", text))),
      route(held, async (_text, { signal }) => {
        door().signals.push(signal);
        await ended(signal);
        return "released";
      }),
      route(endless, async function* (text, { signal }) {
        door().signals.push(signal);
        yield text;
        await ended(signal);
      }),
      route(measure, (bytes) => Promise.resolve(new TextEncoder().encode(String(bytes.length)))),
      route(produce, async (size, { reserve }) => {
        await reserve(Number(size));
        return new Uint8Array(Number(size)).fill(7);
      }),
    ],
  });
}

function responseOf({ decodeResponse, encodeResponse }: ReturnType<typeof bytesMethod>) {
  return { decodeResponse, encodeResponse };
}
