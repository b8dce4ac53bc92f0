import type { Message } from "../model/app_message.ts";
import { setTimeSource } from "../model/now.ts";
import { CarrierGrid } from "./carrier_grid.ts";
import { ClientApp } from "./client_app.ts";
import { ComponentError } from "./component.ts";
import { Context } from "./context.ts";
import { failureOf } from "./failure.ts";
import type { AppHost } from "./host.ts";
import { type LogLevel, logLine } from "./log_line.ts";
import {
  buffersOf,
  fromPlainContext,
  fromPlainMessage,
  toPlainMessage,
  toPlainRecords,
} from "./plain_message.ts";
import { PortCarrier } from "./port_carrier.ts";
import { Handover, PortPeer } from "./port_peer.ts";
import { ServerApp } from "./server_app.ts";
import type { AppOrder, AppOutcome, ClientAppOrder, ProcessCalls, WorkerCalls } from "./worker_protocol.ts";

/*
 * Whatever is imported here is loaded anew for each message that a ClientApp answers. So the Worker knows messages,
 * records and apps, and leaves bytes, hashes and the wire to the process.
 */

/** What the Worker's entry module hands over, because only it may touch the world. */
export interface WorkerWorld extends Omit<AppHost, "log"> {
  /** `import()`, done where the app's bundle may be read. */
  importModule(url: string): Promise<Record<string, unknown>>;
}

/**
 * Runs apps as the process at the other end of the port says. Returns the way back to it, over which the entry
 * module sends what the app prints.
 */
export function serveApps(port: MessagePort, world: WorkerWorld): PortPeer<ProcessCalls> {
  setTimeSource(() => world.clock.now() / 1000);
  // What is printed while the process ends the thread is lost, as it would be anywhere else.
  const print = (text: string) => void peer.call("print", text).catch(() => {});
  const calls: WorkerCalls = {
    runClientApp: (order) => runClientApp(order, world),
    runServerApp: (order) => {
      const grid = new CarrierGrid(new PortCarrier(peer, order.runId), { ...world, log: logTo(print) });
      const loading = { world, kind: ServerApp, runFolder: order.runFolder };
      return work(order, loading, (app, context) => app.run(grid, context));
    },
  };
  const peer = new PortPeer<ProcessCalls>(port, calls);
  return peer;
}

/** Has the ClientApp answer its message. What it made is moved to the process: the Worker ends after this. */
async function runClientApp(order: ClientAppOrder, world: WorkerWorld): Promise<Handover<AppOutcome>> {
  let reply: Message | undefined;
  const outcome = await work(order, { world, kind: ClientApp }, async (app, context) => {
    reply = await app.handle(fromPlainMessage(order.message), context);
  });
  if (outcome.failure || !reply) return new Handover(outcome, buffersOf(outcome.state));
  const plain = toPlainMessage(reply);
  return new Handover({ ...outcome, reply: plain }, buffersOf(outcome.state, plain));
}

interface Loading<App> {
  readonly world: WorkerWorld;
  readonly kind: new () => App;
  readonly runFolder?: string;
}

/** Loads the app, has it work in its context, and tells how it did. */
async function work<App>(
  order: AppOrder,
  loading: Loading<App>,
  use: (app: App, context: Context) => Promise<void>,
): Promise<AppOutcome> {
  const context = new Context(fromPlainContext(order.context), loading);
  let stage: "load" | "run" = "load";
  try {
    const app = await load(order, loading);
    stage = "run";
    await use(app, context);
    return { state: toPlainRecords(context.state) };
  } catch (error) {
    return { failure: { ...failureOf(error), stage }, state: toPlainRecords(context.state) };
  }
}

async function load<App>({ moduleUrl, attribute }: AppOrder, { world, kind }: Loading<App>): Promise<App> {
  const module = await world.importModule(moduleUrl);
  const app = module[attribute];
  if (app instanceof kind) return app;
  const file = moduleUrl.slice(moduleUrl.lastIndexOf("/") + 1);
  const current = attribute in module ? "something else" : "no such export";
  throw new ComponentError(
    `Cannot load the app as "${attribute}" of ${file} must be a ${kind.name} from "corolla": there is ${current}`,
  );
}

function logTo(print: (text: string) => void): AppHost["log"] {
  const line = (level: LogLevel) => (text: string) => print(logLine(level, text));
  return { debug: line("DEBUG"), info: line("INFO"), warn: line("WARNING"), error: line("ERROR") };
}
