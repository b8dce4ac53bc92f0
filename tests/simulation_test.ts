import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { freePort } from "./fakes/free_port.ts";
import { pyproject } from "./fakes/pyproject.ts";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

const PROJECT = pyproject({
  name: "simulated",
  publisher: "me",
  app: 'fab-include = ["*.ts"]',
  tables: '[tool.flwr.app.config]\nnum-server-rounds = 2\ndata = ""\nhangs = false\n',
});
const SERVER = `import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";
export const app = new ServerApp().main(async (grid, context) => {
  const initial = ArrayRecord.from({ w: new NDArray(new Float32Array(1000)) });
  const numRounds = context.runConfig.int("num-server-rounds");
  const result = await new FedAvg({ fractionTrain: 0.5 }).start(grid, initial, { numRounds });
  console.log("final", result.arrays.toArrays()[0].data[999], Math.random());
});
`;
const CLIENT = `import { ArrayRecord, ClientApp, MetricRecord, NDArray, RecordDict } from "corolla";
export const app = new ClientApp()
  .train(async (message, context) => {
    for (; context.runConfig.bool("hangs"););
    const file = context.runConfig.string("data");
    if (file !== "") console.log("data:", await Deno.readTextFile(file));
    const draw = Math.random() + context.nodeConfig.int("partition-id");
    const [w] = message.content.arrays("arrays").toArrays();
    const arrays = ArrayRecord.from({ w: new NDArray(w.data.map((value) => value + draw)) });
    return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
  })
  .evaluate((message) => message.reply(new RecordDict({ m: new MetricRecord({ "num-examples": 1 }) })));
`;

/** A user's machine: a home, an app, and whatever \`flwr\` starts on it. */
class Machine implements AsyncDisposable {
  readonly folder: string;
  readonly #port: number;

  constructor() {
    this.folder = Deno.makeTempDirSync();
    Deno.mkdirSync(`${this.folder}/app`);
    Deno.writeTextFileSync(`${this.folder}/app/pyproject.toml`, PROJECT);
    Deno.writeTextFileSync(`${this.folder}/app/server.ts`, SERVER);
    Deno.writeTextFileSync(`${this.folder}/app/client.ts`, CLIENT);
    Deno.writeTextFileSync(`${this.folder}/data.txt`, "of this node");
    Deno.mkdirSync(`${this.folder}/home`);
    const config = `[superlink]\ndefault = "local"\n[superlink.local]\naddress = ":local:"\n` +
      `allow-app-read = ["${this.folder}/data.txt"]\n`;
    Deno.writeTextFileSync(`${this.folder}/home/config.toml`, config);
    this.#port = freePort();
  }

  async flwr(...words: string[]): Promise<{ code: number; out: string; err: string }> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--cached-only", "-A", MAIN, "flwr", ...words],
      env: {
        FLWR_HOME: `${this.folder}/home`,
        FLWR_LOCAL_CONTROL_API_PORT: String(this.#port),
        NO_COLOR: "1",
      },
      cwd: this.folder,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  /** Runs the app to its end; gives what it printed last. */
  async final(federation: string, ...more: string[]): Promise<string> {
    const { code, out, err } = await this.flwr(
      ...["run", "app", "--stream", "--federation-config", federation, ...more],
    );
    assertEquals(code, 0, out + err);
    return /^final .*$/m.exec(out)![0];
  }

  /** The process id of the SuperLink that was started. */
  superlink(): number {
    return Number(Deno.readTextFileSync(`${this.folder}/home/local-superlink/corolla.db.lock`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = this.superlink();
    Deno.kill(pid, "SIGTERM");
    const log = `${this.folder}/home/local-superlink/superlink.log`;
    while (!(await Deno.readTextFile(log)).includes("SuperLink terminated gracefully")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("flwr run without a SuperLink: one is started, simulates, and stays for the other commands", async () => {
  await using machine = new Machine();
  const first = await machine.flwr("run", "app", "--stream");
  assertEquals(first.code, 0, first.out + first.err);
  assertStringIncludes(first.out, "Starting local SuperLink on 127.0.0.1:");
  assertStringIncludes(first.out, "INFO :      Simulating 2 SuperNodes, ");
  const pid = machine.superlink();

  const seeded = "num-supernodes=9 client-resources-num-cpus=1 seed=7";
  const final = await machine.final(seeded);
  assertMatch(final, /^final \d+\.\d+ 0\.\d+$/);
  assertEquals(await machine.final(`${seeded} fresh-workers=true`), final);

  const reading = await machine.flwr(
    "run",
    "app",
    "--stream",
    "--run-config",
    `data="${machine.folder}/data.txt"`,
  );
  assertStringIncludes(reading.out, "data: of this node");
  const prying = await machine.flwr("run", "app", "--stream", "--run-config", `data="${MAIN}"`);
  assertStringIncludes(prying.out, "ClientApp failed on partition");
  assertStringIncludes(prying.out, "NotCapable");

  const { out } = await machine.flwr("run", "app", "--run-config", "hangs=true", "--format", "json");
  const runId = JSON.parse(out)["run-id"];
  const statusOf = async () =>
    JSON.parse((await machine.flwr("list", "--run-id", runId, "--format", "json")).out).runs[0].status;
  while (await statusOf() !== "running");
  assertEquals((await machine.flwr("stop", runId)).code, 0);
  assertEquals(await statusOf(), "finished:stopped");
  const log = await machine.flwr("log", runId, "--show");
  assertStringIncludes(log.out, "INFO :      Simulating 2 SuperNodes, ");
  assertEquals(machine.superlink(), pid);
});
