import { appSource } from "../../cli/daemon/app_permissions.ts";
import { serveGrpc } from "../../core/io/grpc/server.ts";
import { ownCommand } from "../../core/io/app_command.ts";
import { linesOf, readyLine } from "../../core/io/app_lines.ts";
import type { AppPlugin } from "../../core/io/ports.ts";
import { Message, MessageMetadata } from "../../core/model/app_message.ts";
import { ConfigRecord } from "../../core/model/record/config_record.ts";
import { MetricRecord } from "../../core/model/record/metric_record.ts";
import { RecordDict } from "../../core/model/record/record_dict.ts";
import type { ConfigScalar } from "../../core/model/user_config.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import { buildFab } from "../../core/wire/fab/fab.ts";
import { allOf, clientAppIo, serverAppIo } from "../../core/wire/methods.ts";
import { FAKE_TOKEN, FakeAppIo, type ScriptedNode } from "./app_io.ts";
import { FakeClock } from "./clock.ts";
import { pyproject } from "./pyproject.ts";

/** What is run, and how. */
export interface AppProcessOptions {
  readonly plugin: AppPlugin;
  /** The module `app.ts` of the bundle, and others beside it. */
  readonly files: Readonly<Record<string, string>>;
  readonly nodeConfig?: ReadonlyMap<string, ConfigScalar>;
  readonly nodes?: ReadonlyMap<bigint, ScriptedNode>;
  /** Files and folders that the operator lets the app read. */
  readonly grantRead?: readonly string[];
  /** Environment variables beside `FLWR_HOME`. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A real app process of ours, started as a SuperExec does, with a scripted AppIo service. */
export class AppProcess implements AsyncDisposable {
  /** Everything the process printed. */
  said = "";
  readonly status: Promise<Deno.CommandStatus>;
  readonly #read: Promise<unknown>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #awaited = new Map<string, () => void>();

  private constructor(
    readonly appIo: FakeAppIo,
    readonly home: string,
    readonly child: Deno.ChildProcess,
    readonly release: () => Promise<void>,
  ) {
    this.status = child.status;
    this.#input = child.stdin.getWriter();
    this.#read = Promise.all([this.#hear(child.stdout), this.#hear(child.stderr)]);
  }

  /** Starts the process. It waits for {@link give}. */
  static async start(options: AppProcessOptions): Promise<AppProcess> {
    const { plugin, nodes, grantRead = [] } = options;
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "corolla-app-" }));
    const methods = plugin === "serverapp" ? serverAppIo : clientAppIo;
    const clock = new FakeClock(Date.now());
    const appIo = new FakeAppIo({
      ...{ methods, clock, nodes, context: contextFor(plugin, options), fab: fabOf(options.files) },
      instruction: plugin === "clientapp" ? instruction(clock) : undefined,
    });
    const server = await serveGrpc({
      ...{ address: "127.0.0.1:0", target: appIo.router, methods: allOf(methods), log: appIo.log },
      ...{ maxMessageBytes: 2 ** 29, budget: new ByteBudget(2 ** 29) },
    });
    const appFlags = grantRead.flatMap((path) => ["--allow-app-read", path]);
    const { args } = ownCommand(
      {
        own: {
          executable: Deno.execPath(),
          source: appSource({ read: grantRead, write: [], net: [] }),
          appFlags: { serverapp: appFlags, clientapp: appFlags },
        },
        ...{
          python: {},
          parentPid: Deno.pid,
          scratchFolder: home,
          runsFolder: `${home}/runs`,
          environment: {},
        },
        allowRuntimeDependencyInstallation: false,
      },
      { plugin, runtime: "typescript", runId: 77n, taskId: 1n, appIo: { address: server.address } },
      {
        scratch: home,
      },
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env: { FLWR_HOME: home, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.variables },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
    return new AppProcess(appIo, home, child, () => server.stop(0));
  }

  /** Gives the task to the process; resolves when it is through with it, or gone. */
  async give(): Promise<void> {
    const line = `${await readyLine(FAKE_TOKEN)}\n`;
    const ready = new Promise<void>((resolve) => this.#awaited.set(line, resolve));
    await this.#input.write(new TextEncoder().encode(`${FAKE_TOKEN}\n`));
    await Promise.race([ready, this.status]);
  }

  /** Resolves when it has printed this: its two streams are heard independently of each other. */
  async says(text: string): Promise<void> {
    for (let tries = 0; !this.said.includes(text); tries++) {
      if (tries === 12_000) throw new Error(`It does not say "${text}", but:\n${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Closes the process's input, as a daemon that ends does. */
  async dismiss(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dismiss();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await this.status;
    clearTimeout(timer);
    await this.#read;
    await this.release();
    await Deno.remove(this.home, { recursive: true });
  }

  async #hear(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of linesOf(stream)) {
      this.said += line;
      this.#awaited.get(line)?.();
    }
  }
}

const PROJECT = pyproject({
  name: "tested",
  publisher: "corolla",
  serverapp: "./app.ts:app",
  clientapp: "./app.ts:app",
  tables: "[tool.flwr.app.config]\nrounds = 2\n",
});

function fabOf(files: Readonly<Record<string, string>>): Uint8Array {
  const all = { "pyproject.toml": PROJECT, ...files };
  const encoder = new TextEncoder();
  return buildFab(new Map(Object.entries(all).map(([path, text]) => [path, encoder.encode(text)]))).content;
}

function contextFor(plugin: AppPlugin, { nodeConfig = new Map() }: AppProcessOptions) {
  return {
    ...{ runId: 77n, nodeId: plugin === "serverapp" ? 1n : 11n, seriesId: 5n },
    ...{ nodeConfig, runConfig: new Map([["rounds", 2n]]) },
    state: new RecordDict({ counter: new MetricRecord({ calls: 0 }) }),
  };
}

function instruction(clock: FakeClock): Message {
  return new Message(
    new RecordDict({ config: new ConfigRecord({ "server-round": 1 }) }),
    new MessageMetadata({
      ...{ runId: 77n, messageId: "", srcNodeId: 1n, dstNodeId: 11n, replyToMessageId: "", groupId: "" },
      ...{ ttl: 3_600, messageType: "train", createdAt: clock.now() / 1000 },
    }),
  );
}
