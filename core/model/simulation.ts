/** How the simulations of a federation run. */
export interface SimulationConfig {
  /** Virtual SuperNodes. */
  readonly numSupernodes: number;
  /** CPUs for each ClientApp at work. */
  readonly clientNumCpus: number;
  /** Share of a GPU for each ClientApp at work. */
  readonly clientNumGpus: number;
  /** What runs the ClientApps, with its options behind a colon. */
  readonly backend: string;
  /** Whether the backend says in the run's log what it does. */
  readonly verbose: boolean;
  /** CPUs that may be used; the machine's unless told. */
  readonly initNumCpus?: number;
  /** GPUs that may be used. */
  readonly initNumGpus?: number;
  /** The least urgent line of the backend's own log that is kept. */
  readonly loggingLevel: string;
  /** Whether what ClientApps print goes to the run's log. */
  readonly logToDriver: boolean;
}

/** A federation's settings before anybody changes them: Flower's. */
export const DEFAULT_SIMULATION: SimulationConfig = {
  numSupernodes: 2,
  clientNumCpus: 2,
  clientNumGpus: 0,
  backend: "ray",
  verbose: false,
  loggingLevel: "WARNING",
  logToDriver: true,
};

/** The settings with those that `changes` names changed; a member that is undefined changes nothing. */
export function changedSimulation(
  config: SimulationConfig,
  changes: Partial<SimulationConfig>,
): SimulationConfig {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...config, ...Object.fromEntries(named) };
}
