import type { Random, RunFiles } from "../io/ports.ts";
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
import type { Seed } from "./seeded_random.ts";
import { ServerApp } from "./server_app.ts";
import type { AppOrder, AppOutcome, ClientAppOrder, ProcessCalls, WorkerCalls } from "./worker_protocol.ts";

/*
 * Whatever is imported here is loaded anew for each message that a ClientApp answers. So the Worker knows messages,
 * records and apps, and leaves bytes, hashes and the wire to the process.
 */

/** What the Worker's entry module hands over, because only it may touch the world. */
export interface WorkerWorld extends Omit<AppHost, "log" | "files"> {
  /** The files of a run whose folder this is. */
  files(runFolder: string): RunFiles;
  /** Makes all chance in this thread follow from the seed. */
  seeded(seed: Seed): Random;
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
    runClientApp: (order) =>
      runClientApp(order, { world, kind: ClientApp, host: hostOf(world, { order, print }) }),
    runServerApp: (order) => {
      const { runFolder, runId: id, appName: app } = order;
      const host = { ...hostOf(world, { order, print }), files: world.files(runFolder), run: { id, app } };
      const grid = new CarrierGrid(new PortCarrier(peer, order.runId), host);
      const loading = { world, kind: ServerApp, runFolder, host };
      return work(order, loading, (app, context) => app.run(grid, context));
    },
  };
  const peer = new PortPeer<ProcessCalls>(port, calls);
  return peer;
}

/** Has the ClientApp answer its message. What it made is moved to the process where the Worker ends after this. */
async function runClientApp(
  order: ClientAppOrder,
  loading: Loading<ClientApp>,
): Promise<Handover<AppOutcome>> {
  let reply: Message | undefined;
  const outcome = await work(order, loading, async (app, context) => {
    reply = await app.handle(fromPlainMessage(order.message), context);
  });
  const plain = outcome.failure || !reply ? undefined : toPlainMessage(reply);
  if (order.workerGoesOn) return new Handover({ ...outcome, reply: plain }, []);
  if (!plain) return new Handover(outcome, buffersOf(outcome.state));
  return new Handover({ ...outcome, reply: plain }, buffersOf(outcome.state, plain));
}

interface Loading<App> {
  readonly world: WorkerWorld;
  readonly kind: new () => App;
  readonly host: AppHost;
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

function hostOf(
  world: WorkerWorld,
  { order: { seed }, print }: { order: AppOrder; print: (text: string) => void },
): AppHost {
  const random = seed ? world.seeded(seed) : world.random;
  return { clock: world.clock, random, log: logTo(print), spent: world.spent };
}

function logTo(print: (text: string) => void): AppHost["log"] {
  const line = (level: LogLevel) => (text: string) => print(logLine(level, text));
  return { debug: line("DEBUG"), info: line("INFO"), warn: line("WARNING"), error: line("ERROR") };
}
