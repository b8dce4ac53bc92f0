import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../command.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import { run } from "../run.ts";
import { renderTable } from "../table.ts";
import { DemoProcesses } from "./demo_processes.ts";
import { permissionFlags } from "./permissions.ts";

const FOLDER = ".corolla/demo";
const NODES = [1, 2];
/** What `examples/digits` writes into the folder of its run, a line a round. */
interface Round {
  readonly round: number;
  readonly accuracy: number;
  readonly loss: number;
}

/** `corolla demo`: the main job on real data, from certificates to the trained model. */
export const demo = command({
  summary:
    "Train a small neural network on 10,000 real handwritten digits with one SuperLink and two SuperNodes, each a " +
    "process of its own, over TLS and with authenticated nodes. Everything happens in .corolla/demo.",
  flags: {},
  examples: [{ for: "See it work", line: "$" }],
}, async (_line, env) => {
  if (Deno.build.standalone) {
    throw new UserError(
      "Cannot run the demo as its images come from an npm package: it must run from source",
      {
        hint: "In a clone of corolla: npx --yes deno@" + Deno.version.deno + " task demo",
      },
    );
  }
  return await new Demo(env).run();
});

/** One demo from beginning to end. */
class Demo {
  readonly #folder: string;
  readonly #processes = new DemoProcesses();
  readonly #interrupted = Promise.withResolvers<never>();
  #began: number;

  constructor(readonly env: Env) {
    this.#folder = resolvePath(env, FOLDER);
    this.#began = env.clock.now();
    this.#interrupted.promise.catch(() => {});
  }

  async run(): Promise<number> {
    const deaf = this.env.onInterrupt(() =>
      this.#interrupted.reject(new UserError("Interrupted", { exitStatus: 130 }))
    );
    try {
      const story = this.#story();
      story.catch(() => {});
      return await Promise.race([story, this.#interrupted.promise, this.#processes.accident]);
    } finally {
      // Stopped first, said afterwards: whoever listened may be gone, and then saying fails.
      await this.#processes.stop();
      deaf();
      this.#say("Stopped the SuperLink and the SuperNodes");
    }
  }

  async #story(): Promise<number> {
    const { env } = this;
    env.stdout("One SuperLink and two SuperNodes train on 10,000 handwritten digits, all on this machine\n");
    await env.files.remove(this.#folder);
    await env.files.makeFolder(this.#path("logs"));

    this.#say("Making a CA, server certificates and node keys");
    await this.#quietly(["certs", this.#path("certificates")]);
    await this.#quietly(["keys", this.#path("keys"), "--nodes", String(NODES.length)]);

    this.#say("Dealing the digits to two folders: one node has mostly 0 to 4, the other mostly 5 to 9");
    await this.#prepareData();

    const ports = freePorts(5);
    this.#say("Starting the SuperLink: TLS on every listener, node authentication on, state on disk");
    await this.#startSuperLink(ports);
    await this.#writeProfile(ports);

    this.#say("Registering both keys, starting two SuperNodes, each with leave to read its own folder only");
    for (const node of NODES) {
      await this.#quietly([
        "flwr",
        "supernode",
        "register",
        this.#path(`keys/client_credentials_${node}.pub`),
        "demo",
      ]);
      await this.#startSuperNode(node, ports);
    }

    this.#say("flwr run examples/digits demo --stream");
    const app = fileURLToPath(new URL("../../examples/digits", import.meta.url));
    const status = await run(["flwr", "run", app, "demo", "--stream"], this.#userEnv());
    if (status !== 0) {
      throw new UserError("The run did not end well", { hint: `Logs are in ${this.#path("logs")}` });
    }
    await this.#showResult();
    return 0;
  }

  async #startSuperLink([appIo, fleet, control]: number[]) {
    const tls = (prefix: string) => [
      `--${prefix}ca-certfile`,
      this.#path("certificates/ca.crt"),
      `--${prefix}certfile`,
      this.#path("certificates/server.pem"),
      `--${prefix}keyfile`,
      this.#path("certificates/server.key"),
    ];
    await this.#start("superlink", [
      "superlink",
      ...tls("ssl-"),
      ...tls("appio-ssl-"),
      "--enable-supernode-auth",
      "--serverappio-api-address",
      `127.0.0.1:${appIo}`,
      "--fleet-api-address",
      `127.0.0.1:${fleet}`,
      "--control-api-address",
      `127.0.0.1:${control}`,
    ]);
  }

  async #startSuperNode(node: number, ports: number[]) {
    await this.#start(`supernode-${node}`, [
      "supernode",
      "--root-certificates",
      this.#path("certificates/ca.crt"),
      "--appio-ssl-ca-certfile",
      this.#path("certificates/ca.crt"),
      "--appio-ssl-certfile",
      this.#path("certificates/server.pem"),
      "--appio-ssl-keyfile",
      this.#path("certificates/server.key"),
      "--superlink",
      `localhost:${ports[1]}`,
      "--clientappio-api-address",
      `127.0.0.1:${ports[2 + node]}`,
      "--auth-supernode-private-key",
      this.#path(`keys/client_credentials_${node}`),
      "--node-config",
      `data-dir="${this.#path(`data/node-${node}`)}"`,
      "--allow-app-read",
      this.#path(`data/node-${node}`),
    ]);
  }

  /** Starts a role with exactly the permissions that `corolla permissions` prints for it. */
  async #start(name: string, args: string[]) {
    const flwrHome = this.#path(`homes/${name}`);
    await this.env.files.makeFolder(flwrHome);
    const [role, ...rest] = args;
    const permissions = await permissionFlags(role, rest, this.#homeEnv(flwrHome));
    this.#processes.start({ name, args, permissions, flwrHome, logPath: this.#path(`logs/${name}.log`) });
  }

  async #prepareData() {
    const script = fileURLToPath(new URL("../../examples/digits/prepare.ts", import.meta.url));
    const data = this.#path("data");
    const args = ["run", "--quiet", "--no-prompt", "--allow-read", `--allow-write=${data}`, script, data];
    const { success, stderr } = await this.#processes.finish("preparation", args);
    if (!success) {
      throw new UserError(`Cannot prepare the digits: ${new TextDecoder().decode(stderr).trim()}`);
    }
  }

  async #writeProfile(ports: number[]) {
    await this.env.files.makeFolder(this.#path("homes/user"));
    await this.env.files.write(
      this.#path("homes/user/config.toml"),
      `[superlink]\ndefault = "demo"\n\n[superlink.demo]\naddress = "127.0.0.1:${ports[2]}"\n` +
        `root-certificates = ${JSON.stringify(this.#path("certificates/ca.crt"))}\n`,
    );
  }

  async #showResult() {
    const runs = this.#path("homes/superlink/runs");
    const [{ name: runId }] = await this.env.files.list(runs);
    const lines = (await this.env.files.readText(join(runs, runId, "rounds.jsonl"))).trim().split("\n");
    const rounds = lines.map((line) => JSON.parse(line) as Round);
    const rows = rounds.map((
      { round, accuracy, loss },
    ) => [String(round), percent(accuracy), loss.toFixed(4)]);
    const seconds = ((this.env.clock.now() - this.#began) / 1000).toFixed(1);
    this.env.stdout(
      `\n${renderTable({ head: ["Round", "Accuracy on held-out digits", "Loss"], rows }, this.env)}` +
        `Accuracy ${percent(rounds.at(-1)!.accuracy)} after ${seconds} s\n\n` +
        `Final model  ${join(runs, runId, "model.npz")}\n` +
        `State        ${this.#path("homes/superlink/superlink")}\n` +
        `Logs         ${this.#path("logs")}\n\n`,
    );
  }

  /** Runs one of our own commands; what it prints shows only when it fails. */
  async #quietly(args: string[]) {
    await succeed(args, this.#userEnv());
  }

  #userEnv(): Env {
    return this.#homeEnv(this.#path("homes/user"));
  }

  #homeEnv(flwrHome: string): Env {
    return { ...this.env, get: (name) => name === "FLWR_HOME" ? flwrHome : this.env.get(name) };
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #say(text: string) {
    const seconds = ((this.env.clock.now() - this.#began) / 1000).toFixed(1);
    this.env.stdout(`[${seconds.padStart(5)} s] ${text}\n`);
  }
}

async function succeed(args: string[], env: Env) {
  let said = "";
  const keep = (text: string) => void (said += text);
  const status = await run(args, {
    ...env,
    stdout: args[0] === "permissions" ? env.stdout : keep,
    stderr: keep,
  });
  if (status !== 0) throw new UserError(`corolla ${args.slice(0, 3).join(" ")} failed: ${said.trim()}`);
}

/** Ports that nobody listens on right now. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}
