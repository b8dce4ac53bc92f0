import { envelopeOf, type Message } from "../model/app_message.ts";
import { ErrorCode } from "../model/message.ts";
import { setTimeSource } from "../model/now.ts";
import { decodeContext, encodeContext } from "../wire/context.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { inflateMessage } from "../wire/inflate.ts";
import { ClientApp } from "./client_app.ts";
import { ComponentError } from "./component.ts";
import { Context } from "./context.ts";
import { failureOf, reasonOf } from "./failure.ts";
import type { AppHost } from "./host.ts";
import type { AppLink } from "./link.ts";
import { LinkGrid } from "./link_grid.ts";
import { type LogLevel, logLine } from "./log_line.ts";
import { PortLink } from "./port_link.ts";
import { PortPeer } from "./port_peer.ts";
import { ServerApp } from "./server_app.ts";
import { uploadObjects } from "./upload.ts";
import type { AppOrder, AppOutcome, ClientAppOrder, ProcessCalls, WorkerCalls } from "./worker_protocol.ts";

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
    runClientApp: (order) => runClientApp(order, { link, world }),
    runServerApp: (order) => {
      const host = { ...world, log: logTo(print) };
      const grid = new LinkGrid({ link, host, runId: order.runId });
      return work(
        order,
        { world, kind: ServerApp, runFolder: order.runFolder },
        (app, context) => app.run(grid, context),
      );
    },
  };
  const peer = new PortPeer<ProcessCalls>(port, calls);
  const link = new PortLink(peer as unknown as ConstructorParameters<typeof PortLink>[0]);
  return peer;
}

/** Has the ClientApp answer its message. A failure of the app is an answer too. */
async function runClientApp(
  order: ClientAppOrder,
  { link, world }: { link: AppLink; world: WorkerWorld },
): Promise<AppOutcome> {
  const { envelope, tree } = order.message;
  const get = (id: string) => link.pullObject(id);
  const message = await inflateMessage(tree.objectId, get, { envelope });
  await link.confirm(tree.objectId);
  let reply: Message | undefined;
  const outcome = await work(order, { world, kind: ClientApp }, async (app, context) => {
    reply = await app.handle(message, context);
  });
  if (outcome.failure) {
    const { LOAD_CLIENT_APP_EXCEPTION, CLIENT_APP_RAISED_EXCEPTION } = ErrorCode;
    const code = outcome.failure.stage === "load" ? LOAD_CLIENT_APP_EXCEPTION : CLIENT_APP_RAISED_EXCEPTION;
    reply = message.replyError(code, reasonOf(outcome.failure));
  }
  await sendReply(reply!, link);
  return outcome;
}

async function sendReply(reply: Message, link: AppLink): Promise<void> {
  const parts = deflateMessage(reply);
  const { metadata, ...rest } = envelopeOf(reply);
  const envelope = { metadata: { ...metadata, messageId: parts.messageId }, ...rest };
  const { objectsToPush } = await link.pushMessages([{ envelope, tree: parts.tree }]);
  await uploadObjects({ link, messages: [parts], wanted: objectsToPush });
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
  const data = decodeContext(order.context);
  const context = new Context(data, loading);
  let stage: "load" | "run" = "load";
  try {
    const app = await load(order, loading);
    stage = "run";
    await use(app, context);
    return { context: encodeContext({ ...data, state: context.state }) };
  } catch (error) {
    return {
      failure: { ...failureOf(error), stage },
      context: encodeContext({ ...data, state: context.state }),
    };
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
