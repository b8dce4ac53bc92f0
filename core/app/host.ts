import type { Clock, Log, Random, RunFiles } from "../io/ports.ts";
import type { RunId } from "../model/ids.ts";

export type { Clock, Log, Random, RunFiles };

/**
 * What the process that runs an app lends to it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { AppHost } from "corolla";
 *
 * // What a test lends to an app in the place of a SuperNode.
 * const lines: string[] = [];
 * const say = (text: string) => void lines.push(text);
 * const host: AppHost = {
 *   clock: { now: () => 0, sleep: () => Promise.resolve() },
 *   random: { bytes: (count) => new Uint8Array(count) },
 *   log: { debug: say, info: say, warn: say, error: say },
 * };
 * host.log.info("ready");
 * assertEquals(lines, ["ready"]);
 * ```
 */
export interface AppHost {
  /** The time. */
  readonly clock: Clock;
  /** Unpredictable bytes; in a simulation with a seed, the same ones in each run. */
  readonly random: Random;
  /** Goes to the run's log, where `flwr log` shows it. */
  readonly log: Log;
  /** A ServerApp's files; absent where there are none to be had. */
  readonly files?: RunFiles;
  /** Which run a ServerApp leads. */
  readonly run?: { readonly id: RunId; readonly app?: string };
  /** Told when so many bytes are not used any more, so that the collector comes in time. */
  spent?(bytes: number): void;
}
