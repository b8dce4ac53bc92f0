import type { Clock, Log, Random, RunFiles } from "../io/ports.ts";

/** What the process that runs an app lends to it. */
export interface AppHost {
  readonly clock: Clock;
  readonly random: Random;
  /** Goes to the run's log, where `flwr log` shows it. */
  readonly log: Log;
  /** A ServerApp's files; absent where there are none to be had. */
  readonly files?: RunFiles;
  /** Told when so many bytes are not used any more, so that the collector comes in time. */
  spent?(bytes: number): void;
}
