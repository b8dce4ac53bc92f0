/**
 * A gRPC door in a process of its own, for tests that measure it or hurt it: `door_server.ts FOLDER [CERT KEY CA]`.
 * Says its port on the first line of standard output, then one line of figures for each line on standard input, and
 * ends with standard input. What is pushed goes into a file of its own in the folder; `Pull` names it and takes it away.
 */
import { serveGrpc } from "../../core/io/grpc/server.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import { discard } from "../../core/rpc/discard.ts";
import { Wakeups } from "../../core/rpc/hold.ts";
import { route, Router } from "../../core/rpc/router.ts";
import { systemClock } from "../../core/io/clock.ts";
import { FakeLog } from "../fakes/log.ts";
import { bytesMethod, textMethod } from "../fakes/methods.ts";

/** The room that the door has for large messages. */
export const BUDGET_BYTES = 32 * 1024 * 1024;

export const push = bytesMethod("Push");
export const pull = bytesMethod("Pull");
export const echo = textMethod("Echo");
/** Named as in Flower, because that is what the storm calls. */
export const held = { ...bytesMethod("PullMessages"), path: "/flwr.proto.Fleet/PullMessages" };

if (import.meta.main) await main(Deno.args);

async function main([folder, certificate, key, ca]: string[]): Promise<void> {
  const log = new FakeLog();
  const budget = new ByteBudget(BUDGET_BYTES);
  const router = doorRouter(folder, log);
  const server = await serveGrpc({
    address: "127.0.0.1:0",
    tls: certificate === undefined ? undefined : {
      certificateChain: await Deno.readFile(certificate),
      privateKey: await Deno.readFile(key),
      rootCertificates: await Deno.readFile(ca),
    },
    ...{ target: router, methods: router.methods, maxMessageBytes: 64 * 1024 * 1024, budget, log },
  });
  console.log(server.port);
  for await (const _line of Deno.stdin.readable) {
    const status = await Deno.readTextFile("/proc/self/status");
    const kib = (name: string) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))![1]);
    console.log(JSON.stringify({
      ...{ peakMib: kib("VmHWM") / 1024, nowMib: kib("VmRSS") / 1024 },
      ...{ takenBytes: budget.takenBytes, waiting: budget.waiting, errors: log.texts("error").length },
    }));
  }
  await server.stop(0);
}

function doorRouter(folder: string, log: FakeLog): Router<string> {
  let pushed = 0;
  const wakeups = new Wakeups();
  return new Router<string>({
    log,
    guard: { admit: () => Promise.resolve("anyone") },
    routes: [
      route(push, async (content) => {
        const name = String(pushed++);
        await Deno.writeFile(`${folder}/${name}`, content);
        discard(content, { whole: true });
        return new TextEncoder().encode(name);
      }),
      route(pull, async (name, context) => {
        const path = `${folder}/${new TextDecoder().decode(name)}`;
        await context.reserve((await Deno.stat(path)).size);
        const content = await Deno.readFile(path);
        await Deno.remove(path);
        return content;
      }),
      route(echo, (text) => Promise.resolve(text)),
      route(held, async (_request, { signal }) => {
        await wakeups.wait(["never"], { ms: 10_000, clock: systemClock, signal });
        return new Uint8Array();
      }),
    ],
  });
}
