import type { Clock, Log, Random } from "../io/ports.ts";

/** What the process that runs an app lends to it. */
export interface AppHost {
  readonly clock: Clock;
  readonly random: Random;
  /** Goes to the run's log, where `flwr log` shows it. */
  readonly log: Log;
}
