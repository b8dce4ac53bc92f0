import type { Init, SimulationConfig as SimulationProto } from "../../proto/mod.ts";
import type { SimulationConfig } from "../model/simulation.ts";

/** The settings of simulations that a message names; the others are absent. */
export function simulationFromProto(proto: SimulationProto): Partial<SimulationConfig> {
  const settings: { -readonly [Name in keyof SimulationConfig]: SimulationConfig[Name] | undefined } = {
    numSupernodes: proto.num_supernodes,
    clientNumCpus: proto.client_resources_num_cpus,
    clientNumGpus: proto.client_resources_num_gpus,
    backend: proto.backend,
    verbose: proto.verbose,
    initNumCpus: proto.init_args_num_cpus,
    initNumGpus: proto.init_args_num_gpus,
    loggingLevel: proto.init_args_logging_level,
    logToDriver: proto.init_args_log_to_driver,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** All settings as a message. */
export function simulationToProto(config: SimulationConfig): Init<SimulationProto> {
  return {
    num_supernodes: config.numSupernodes,
    client_resources_num_cpus: config.clientNumCpus,
    client_resources_num_gpus: config.clientNumGpus,
    backend: config.backend,
    verbose: config.verbose,
    init_args_num_cpus: config.initNumCpus,
    init_args_num_gpus: config.initNumGpus,
    init_args_logging_level: config.loggingLevel,
    init_args_log_to_driver: config.logToDriver,
  };
}
