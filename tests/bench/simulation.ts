/**
 * `deno run -A tests/bench/simulation.ts [--nodes 1000] [--elements 100000] [--rounds 10] [--official]`: a simulation
 * with a tenth of its nodes in each round, whose ClientApps do next to nothing. With `--official` beside Flower's own,
 * by Ray: `COROLLA_PEER` names the `bin` folder of a venv with `flwr[simulation]==1.32.1`.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { megabytes } from "./memory.ts";

interface Size {
  readonly nodes: string;
  readonly elements: string;
  readonly rounds: string;
}

interface Measured {
  /** What the strategy needed for all rounds, by its own account. */
  readonly strategyS: number;
  /** From typing `flwr run --stream` to its end, the SuperLink being there. */
  readonly wallS: number;
  /** The most that the SuperLink and all it started had at one time; what they share counts for each. */
  readonly peakMb: number;
}

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const LOOK_MS = 200;

/** How the programs of one maker are started. */
interface Maker {
  readonly app: string;
  command(program: "superlink" | "flwr"): string[];
  readonly env: Record<string, string>;
}

const ours: Maker = {
  app: "simulated_typescript",
  command: (program) => [Deno.execPath(), "run", "--no-prompt", "--cached-only", "-A", MAIN, program],
  env: {},
};

function official(bin: string): Maker {
  const path = `${bin}:${Deno.env.get("PATH")}`;
  return {
    app: "simulated_python",
    command: (program) => [`${bin}/${program === "flwr" ? "flwr" : "flower-superlink"}`],
    env: { PATH: path, FLWR_TELEMETRY_ENABLED: "0", FLWR_DISABLE_UPDATE_CHECK: "1" },
  };
}

async function measure({ app, command, env }: Maker, { nodes, elements, rounds }: Size): Promise<Measured> {
  const home = await Deno.makeTempDir({ prefix: "sim" });
  const [control, appIo] = freePorts(2);
  await Deno.writeTextFile(
    `${home}/config.toml`,
    `[superlink]\ndefault = "here"\n[superlink.here]\naddress = "${control}"\ninsecure = true\n`,
  );
  const start = ([program, ...words]: string[], more: string[]) =>
    new Deno.Command(program, {
      args: [...words, ...more],
      env: { ...env, FLWR_HOME: home, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  const superlink = start(command("superlink"), [
    ...["--insecure", "--simulation", "--control-api-address", control, "--serverappio-api-address", appIo],
    "--disable-runtime-dependency-installation",
  ]);
  let peakMb = 0;
  const looking = setInterval(
    () => peakMb = Math.max(peakMb, megabytes(superlink.pid, { apps: true })),
    LOOK_MS,
  );
  try {
    await listening(control);
    const began = performance.now();
    const folder = fileURLToPath(new URL(`./apps/${app}`, import.meta.url));
    const run = start(command("flwr"), [
      ...["run", folder, "--stream", "--run-config", `elements=${elements} rounds=${rounds}`],
      ...["--federation-config", `num-supernodes=${nodes} client-resources-num-cpus=1`],
    ]);
    const { code, stdout } = await run.output();
    const wallS = (performance.now() - began) / 1000;
    const said = new TextDecoder().decode(stdout);
    const [, seconds] = said.match(/Strategy execution finished in ([\d.]+)s/) ?? [];
    const [, first, last] = said.match(/The model begins with ([\d.]+) and ends with ([\d.]+)/) ?? [];
    if (
      code !== 0 || seconds === undefined || Math.abs(Number(first) - Number(rounds)) > 1e-3 || first !== last
    ) {
      throw new Error(`The run did not end well: ${said}`);
    }
    return { strategyS: Number(seconds), wallS, peakMb };
  } finally {
    clearInterval(looking);
    superlink.kill("SIGTERM");
    await superlink.output();
    await Deno.remove(home, { recursive: true });
  }
}

function freePorts(count: number): string[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  return listeners.map((listener) => {
    listener.close();
    return `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  });
}

async function listening(address: string): Promise<void> {
  const [hostname, port] = address.split(":");
  for (let look = 0; look < 300; look++) {
    try {
      return (await Deno.connect({ hostname, port: Number(port) })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
  throw new Error(`Nobody listens on ${address}`);
}

const flags = parseArgs(Deno.args, {
  string: ["nodes", "elements", "rounds"],
  boolean: ["official"],
  default: { nodes: "1000", elements: "100000", rounds: "10" },
});
const size: Size = {
  nodes: String(flags.nodes),
  elements: String(flags.elements),
  rounds: String(flags.rounds),
};
const peer = Deno.env.get("COROLLA_PEER");
if (flags.official && peer === undefined) {
  throw new Error("Cannot measure the official simulation without COROLLA_PEER");
}
console.log(
  `${size.nodes} nodes, a tenth of them in each of ${size.rounds} rounds, ${size.elements} float32`,
);
for (const maker of [ours, ...flags.official ? [official(peer!)] : []]) {
  const { strategyS, wallS, peakMb } = await measure(maker, size);
  const name = maker === ours ? "corolla" : "official";
  console.log(
    `${name}: strategy ${strategyS} s, flwr run ${wallS.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB`,
  );
}
