import type { ConfigureSimulationFederationRequest } from "../../proto/mod.ts";
import type { Caller } from "../auth/caller.ts";
import { isTypeScriptComponent } from "../model/app_component.ts";
import type { Run } from "../model/run.ts";
import { changedSimulation, DEFAULT_SIMULATION, type SimulationConfig } from "../model/simulation.ts";
import type { Route } from "../rpc/router.ts";
import { control } from "../wire/methods.ts";
import { simulationFromProto, simulationToProto } from "../wire/simulation.ts";
import { apiError } from "./api_error.ts";
import { controlRoute } from "./control_route.ts";
import { DEFAULT_FEDERATION, federationExists } from "./federation.ts";
import type { Link } from "./link.ts";

/** How runs are simulated, where they are. As in Flower, what people change lasts as long as the SuperLink. */
export class Simulations {
  #config: SimulationConfig = DEFAULT_SIMULATION;

  /** The federation's settings. */
  get config(): SimulationConfig {
    return this.#config;
  }

  /** Changes the federation's settings. */
  change(changes: Partial<SimulationConfig>): void {
    this.#config = changedSimulation(this.#config, changes);
  }
}

/** What people are told about the one federation there is, as it is run here. */
export function defaultFederation({ simulations }: Link) {
  return {
    ...DEFAULT_FEDERATION,
    simulation: simulations !== undefined,
    ...simulations ? { config: simulationToProto(simulations.config) } : {},
  };
}

/** How people set the way in which runs are simulated. */
export function controlSimulations(link: Link): Route<Caller>[] {
  return [
    controlRoute(link, control.ConfigureSimulationFederation, (request) => configure(link, request)),
  ];
}

/** Which component tells what a simulation of an app is started with: one of ours says why it cannot be mixed. */
export function simulatedComponent(
  components: { readonly serverapp?: string; readonly clientapp?: string } | undefined,
): string | undefined {
  const { serverapp, clientapp } = components ?? {};
  return [serverapp, clientapp].find((component) => component && isTypeScriptComponent(component)) ??
    serverapp;
}

/** What an app process needs to know of its run's simulation. */
export function simulationInput({ simulation }: Run) {
  return simulation ? { federation_config: simulationToProto(simulation) } : {};
}

// deno-lint-ignore require-await -- a refusal is a rejection
async function configure({ simulations }: Link, request: ConfigureSimulationFederationRequest) {
  const name = request.federation_name || DEFAULT_FEDERATION.name;
  if (!simulations || !federationExists(name)) throw apiError(2);
  if (request.config) simulations.change(simulationFromProto(request.config));
  return { federation_name: name };
}
