import type { SimulationConfig } from "../model/simulation.ts";

/** A simulation's settings that cannot be used; the text is for whoever set them. */
export class SimulationConfigError extends Error {
  override name = "SimulationConfigError";
}

/** What a simulation does with its settings on this machine. */
export interface SimulationPlan {
  /** Virtual SuperNodes. */
  readonly nodes: number;
  /** Threads in which their ClientApps work. */
  readonly workers: number;
  /** What chance and order follow from; without it they are those of the moment. */
  readonly seed?: bigint;
  /** Whether each message gets a thread of its own, as it does in a deployment. */
  readonly freshWorkers: boolean;
  /** Whether what ClientApps print goes to the run's log. */
  readonly showsClientApps: boolean;
  /** Whether the log tells of every message. */
  readonly verbose: boolean;
  /** What whoever set it may not expect; for the run's log. */
  readonly warnings: readonly string[];
}

/** The settings of this backend stand behind its name: `deno:seed=7,fresh`. */
interface BackendOptions {
  readonly seed?: bigint;
  readonly fresh: boolean;
}

/**
 * Decides how a simulation runs.
 * @param machine.cpus processors that this machine has
 * @throws {SimulationConfigError}
 */
export function planSimulation(config: SimulationConfig, machine: { readonly cpus: number }): SimulationPlan {
  const { numSupernodes: nodes, clientNumCpus, clientNumGpus, initNumCpus, initNumGpus } = config;
  if (nodes < 1) throw wrong("num-supernodes", "at least 1", nodes);
  if (clientNumCpus < 1) throw wrong("client-resources-num-cpus", "at least 1", clientNumCpus);
  if (initNumCpus !== undefined && initNumCpus < 1) {
    throw wrong("init-args-num-cpus", "at least 1", initNumCpus);
  }
  if (clientNumGpus > 0) {
    throw new SimulationConfigError(
      `Cannot simulate with client-resources-num-gpus=${clientNumGpus}: TypeScript ClientApps compute on CPUs. ` +
        `Set it to 0`,
    );
  }
  const { seed, fresh } = backendOptions(config.backend);
  const cpus = initNumCpus ?? machine.cpus;
  const warnings: string[] = [];
  if (clientNumCpus > cpus) {
    warnings.push(
      `client-resources-num-cpus=${clientNumCpus} asks for more than the ${cpus} there are: one ClientApp works at a time`,
    );
  }
  if (initNumGpus) warnings.push(`init-args-num-gpus=${initNumGpus} changes nothing: no GPU is used`);
  return {
    nodes,
    workers: Math.min(nodes, Math.max(1, Math.floor(cpus / clientNumCpus))),
    seed,
    freshWorkers: fresh,
    showsClientApps: config.logToDriver,
    verbose: config.verbose || config.loggingLevel.toUpperCase() === "DEBUG",
    warnings,
  };
}

/** Other backends are refused: who names one would not get it. Ray's name is Flower's default and stands for any. */
function backendOptions(backend: string): BackendOptions {
  const [name, words = ""] = backend.split(/:(.*)/s, 2);
  if (!["ray", "deno"].includes(name.toLowerCase())) {
    throw wrong("backend", `"deno" or "ray", with options such as deno:seed=7,fresh`, backend);
  }
  const options: { seed?: bigint; fresh: boolean } = { fresh: false };
  for (const word of words.split(",").filter((word) => word !== "")) {
    const [, seed] = /^seed=(\d{1,18})$/.exec(word) ?? [];
    if (seed !== undefined) options.seed = BigInt(seed);
    else if (word === "fresh") options.fresh = true;
    else throw wrong("backend", `followed by seed=NUMBER or fresh, separated by commas`, backend);
  }
  return options;
}

function wrong(setting: string, expected: string, current: unknown): SimulationConfigError {
  return new SimulationConfigError(
    `Cannot simulate as ${setting} must be ${expected}: current value is ${current}`,
  );
}
