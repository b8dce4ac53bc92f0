import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { startAppThread, type ThreadGrants } from "../../cli/daemon/app_thread.ts";
import { transpile } from "../../cli/daemon/compartment/transpile.ts";
import type { Seed } from "../../core/app/seeded_random.ts";
import { toPlainMessage } from "../../core/app/plain_message.ts";
import { inThread } from "../../core/app/thread_peer.ts";
import type { AppOutcome } from "../../core/app/worker_protocol.ts";
import type { UserConfig } from "../../core/model/user_config.ts";
import { Message } from "../../core/model/app_message.ts";
import { RecordDict } from "../../core/model/record/record_dict.ts";

/** An app's files by path. */
export type AppFiles = Readonly<Record<string, string>>;

/** How an app is run in a compartment. */
export interface CompartmentOptions {
  readonly grants?: Partial<ThreadGrants>;
  readonly seed?: Seed;
  readonly runConfig?: UserConfig;
  /** Runs a ServerApp, to which there are no nodes, with a folder of its own. */
  readonly leads?: boolean;
  /** Called with the app's folder before it runs. */
  prepare?(folder: string): Promise<void>;
}

/** How it did, and what it printed. */
export interface Played extends AppOutcome {
  readonly printed: string;
}

/** Has the `app` of `client.ts` answer a query, or lead a run, in a compartment: a real Worker, with an app's permissions. */
export async function playInCompartment(files: AppFiles, options: CompartmentOptions = {}): Promise<Played> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "an app " }));
  const encoder = new TextEncoder();
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)]));
  try {
    for (const [path, content] of contents) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeFile(join(folder, path), content);
    }
    await options.prepare?.(folder);
    const base = pathToFileURL(`${folder}/`).href;
    const code = await transpile(contents, base);
    const grants = { read: [], write: [], net: [], ...options.grants };
    const printed: string[] = [];
    const order = {
      ...{ moduleUrl: `${base}client.ts`, attribute: "app" },
      context: {
        ...{ runId: 7n, nodeId: 42n, seriesId: 3n, nodeConfig: new Map(), state: [] },
        runConfig: options.runConfig ?? new Map(),
      },
      seed: options.seed,
      message: toPlainMessage(
        new Message(new RecordDict(), { dstNodeId: 42n, messageType: "query", createdAt: 1 }),
      ),
    };
    const run = options.leads ? await Deno.realPath(await Deno.makeTempDir()) : undefined;
    const calls = {
      print: (text: string) => Promise.resolve(void printed.push(text)),
      nodeIds: () => Promise.resolve([]),
    };
    const outcome = await inThread(
      startAppThread({ app: folder, run }, grants, { code }),
      { calls, signal: new AbortController().signal },
      (peer) =>
        run === undefined
          ? peer.call("runClientApp", order)
          : peer.call("runServerApp", { ...order, runId: 7n, runFolder: run }),
    );
    if (run !== undefined) await Deno.remove(run, { recursive: true });
    return { ...outcome, printed: printed.join("") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
