import { isTypeScriptComponent } from "../model/app_component.ts";
import { ComponentError, parseComponent } from "../app/component.ts";
import { logLine } from "../app/log_line.ts";
import { toPlainContext } from "../app/plain_message.ts";
import { SeededRandom } from "../app/seeded_random.ts";
import { leadRun, type RunWay, type RunWorld, type TaskEnd, type TaskOptions } from "../app/server_task.ts";
import { type InstalledApp, moduleUrl, type Stage } from "../app/stage.ts";
import { ThreadFailedError } from "../app/thread_peer.ts";
import type { Clock, Random } from "../io/ports.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { changedSimulation, DEFAULT_SIMULATION } from "../model/simulation.ts";
import { ClientDesk } from "./client_desk.ts";
import { ClientSeat } from "./client_seat.ts";
import { planSimulation, SimulationConfigError, type SimulationPlan } from "./plan.ts";
import { seedFor } from "./seeds.ts";
import { VirtualFleet } from "./virtual_fleet.ts";
import { type VirtualNode, virtualNodes } from "./virtual_nodes.ts";

/** What a simulation is run with. */
export interface SimulationOptions extends TaskOptions {
  /** Processors of this machine. */
  readonly cpus: number;
}

/** Runs a simulation task to its end and reports it. @throws {RpcError} when the SuperLink cannot be told */
export async function runSimulationTask(options: SimulationOptions): Promise<TaskEnd> {
  return await leadRun(options, {
    name: "Simulation",
    check: checkComponents,
    open: (world) => openSimulation(world, options),
  });
}

/** A simulation's parts that the run's app and settings decide. */
interface Scene {
  readonly world: RunWorld;
  readonly plan: SimulationPlan;
  readonly clock: Clock;
  readonly random: Random;
  readonly stage: Stage;
}

function openSimulation(world: RunWorld, { stage, host, cpus }: SimulationOptions): RunWay {
  const { input: { simulation = {}, runId }, app, print, signal } = world;
  const plan = checked(() => planSimulation(changedSimulation(DEFAULT_SIMULATION, simulation), { cpus }));
  const { seed } = plan;
  const random = seed === undefined ? host.random : new SeededRandom(seedFor(seed, "nodes"));
  announce(plan, print);
  const scene = { world, plan, clock: host.clock, random, stage };
  const nodes = virtualNodes(plan.nodes, random);
  const { seats, desks, workedS } = clientSide(scene, app.clientapp!);
  const inOrder = seed !== undefined;
  const fleet = new VirtualFleet({ runId, nodes, desks, inOrder, clock: host.clock });
  const close = () => {
    fleet.stop(new Error("The run is over"));
    for (const seat of seats) void seat.stop();
  };
  if (signal.aborted) close();
  else for (const seat of seats) seat.prepare();
  return {
    carrier: fleet,
    seed: seed === undefined ? undefined : seedFor(seed, "ServerApp"),
    clientAppRuntimeS: workedS,
    close,
  };
}

/** The places at which ClientApps work, and what they add up to. */
function clientSide({ world, plan, clock, stage }: Scene, component: string) {
  const { input: { context }, app, runConfig, fail } = world;
  const { modulePath, attribute } = parseComponent(component);
  const print = plan.showsClientApps ? world.print : () => {};
  const calls = { print: (text: string) => Promise.resolve(print(text)) };
  const start = () => stage.start({ app: app.folder });
  const state = new RecordDict();
  const contextFor = ({ nodeId, config: nodeConfig, state: left }: VirtualNode) => ({
    ...toPlainContext({ ...context, runConfig, nodeId, nodeConfig, state }),
    state: left,
  });
  let seconds = 0;
  const seats = Array.from(
    { length: plan.workers },
    () => new ClientSeat({ start, calls, freshWorkers: plan.freshWorkers }),
  );
  const desks = seats.map((seat) =>
    new ClientDesk({
      seat,
      app: { moduleUrl: moduleUrl(app, modulePath), attribute },
      contextFor,
      seedFor: plan.seed === undefined ? undefined : messageSeeds(plan.seed),
      clock,
      // What went wrong is always worth a line.
      print: world.print,
      worked: (more) => seconds += more,
      answered: plan.verbose ? (text) => world.print(logLine("DEBUG", text)) : undefined,
      unloadable: fail,
    })
  );
  return { seats, desks, workedS: () => seconds };
}

/** Another seed for each message of a node. */
function messageSeeds(seed: bigint) {
  const counts = new Map<number, number>();
  return ({ partition }: VirtualNode) => {
    const count = (counts.get(partition) ?? 0) + 1;
    counts.set(partition, count);
    return seedFor(seed, `message ${count} of node ${partition}`);
  };
}

function announce({ nodes, workers, seed, warnings }: SimulationPlan, print: (text: string) => void): void {
  const repeatable = seed === undefined ? "" : `, repeatable with seed ${seed}`;
  print(logLine("INFO", `Simulating ${nodes} SuperNodes, ${workers} at a time, without Ray${repeatable}`));
  for (const warning of warnings) print(logLine("WARNING", warning));
}

/** @throws {ThreadFailedError} when the app cannot be simulated here */
function checkComponents({ serverapp, clientapp }: InstalledApp): void {
  if (!clientapp) {
    throw new ComponentError(
      'Cannot simulate the app as its pyproject.toml must name a "clientapp" component',
    );
  }
  for (const component of [serverapp!, clientapp]) {
    if (isTypeScriptComponent(component)) continue;
    throw refused(
      `Cannot simulate the app as both its ServerApp and its ClientApp must be TypeScript, or both Python: ` +
        `"${component}" is Python. Run it in a deployment (flwr run . local-deployment), which mixes them`,
    );
  }
}

/** A user's mistake is told without a stack. */
function checked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SimulationConfigError ? refused(error.message) : error;
  }
}

function refused(message: string): ThreadFailedError {
  return new ThreadFailedError({ type: "Error", message });
}
