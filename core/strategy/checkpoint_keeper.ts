import type { AppHost } from "../app/host.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { filesOf, type RunFiles } from "./journal.ts";
import { isBetter, type MetricWatch, watched } from "./metric_watch.ts";
import type { Result } from "./result.ts";
import type { Strategy } from "./strategy.ts";

/**
 * What is kept of a run on the way.
 * @throws {RangeError} from {@link Strategy.start} when `every` or `keep` is no whole number above 0
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { CheckpointOptions, StartOptions } from "corolla";
 *
 * const checkpoint: CheckpointOptions = { every: 10, keep: 3, best: { metric: "loss", mode: "min" } };
 * const options: StartOptions = { numRounds: 100, checkpoint };
 * assertEquals(options.checkpoint!.every, 10);
 * ```
 */
export interface CheckpointOptions {
  /** After every so many rounds a checkpoint is written; without it, none is. */
  readonly every?: number;
  /** Where: a folder in the run's own, `checkpoints` unless told, or an absolute path that the app may write to. */
  readonly folder?: string;
  /** How many checkpoints are kept, the newest ones; 1 unless told. */
  readonly keep?: number;
  /** Keep the model that was best by this metric as `best.safetensors`, and in the result. */
  readonly best?: MetricWatch;
}

/** A run after a round. */
export interface RoundDone {
  readonly round: number;
  readonly arrays: ArrayRecord;
  readonly result: Result;
  readonly strategy: Strategy;
}

/** Writes checkpoints and the best model. */
export class CheckpointKeeper {
  readonly #options: CheckpointOptions;
  readonly #files: RunFiles;
  readonly #written: string[] = [];

  /**
   * @throws {RangeError} when a number is none of rounds
   * @throws {Error} when the program that runs the app lends no files
   */
  constructor(host: AppHost, options: CheckpointOptions) {
    for (const name of ["every", "keep"] as const) {
      const value = options[name];
      if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
      throw new RangeError(
        `Cannot keep checkpoints as ${name} must be a whole number above 0: current value is ${value}`,
      );
    }
    this.#options = options;
    this.#files = filesOf(host, "keep checkpoints");
  }

  /** Keeps what is to be kept after a round. @throws {Error} when a file cannot be written */
  async roundDone(done: RoundDone): Promise<void> {
    await this.#keepBest(done);
    const { every } = this.#options;
    if (every !== undefined && done.round % every === 0) await this.#write(done);
  }

  async #write({ round, arrays, result, strategy }: RoundDone): Promise<void> {
    const path = this.#path(`round-${String(round).padStart(6, "0")}.safetensors`);
    await this.#files.replace(path, encodeCheckpoint(checkpointOf({ round, arrays, result, strategy })));
    this.#written.push(path);
    const { keep = 1 } = this.#options;
    // The old one goes after the new one is there.
    while (this.#written.length > keep) await this.#files.remove(this.#written.shift()!);
  }

  async #keepBest({ round, arrays, result, strategy }: RoundDone): Promise<void> {
    const { best } = this.#options;
    if (!best) return;
    const [lastRound, value] = watched(result, best).at(-1) ?? [];
    if (lastRound !== round || value === undefined) return;
    if (result.best && !isBetter(value, result.best.value, best)) return;
    result.best = { round, value, arrays };
    const pieces = encodeCheckpoint(checkpointOf({ round, arrays, result, strategy }));
    await this.#files.replace(this.#path("best.safetensors"), pieces);
  }

  #path(name: string): string {
    return `${this.#options.folder ?? "checkpoints"}/${name}`;
  }
}

function checkpointOf({ round, arrays, result, strategy }: RoundDone): Checkpoint {
  return {
    round,
    arrays,
    strategy: strategy.name,
    state: strategy.saveState(),
    metrics: {
      train: result.trainMetricsClientapp,
      evaluate: result.evaluateMetricsClientapp,
      server: result.evaluateMetricsServerapp,
    },
  };
}

/**
 * Takes up a run where a checkpoint left it: the strategy's state and the metrics so far.
 * @param from the checkpoint, or the path of its file
 * @returns the checkpoint
 * @throws {Error} when there is no such file, it is no checkpoint, or it is one of another strategy
 */
export async function resumeFrom(
  from: Checkpoint | string,
  { host, strategy, result }: { host: AppHost; strategy: Strategy; result: Result },
): Promise<Checkpoint> {
  const checkpoint = typeof from === "string" ? await read(from, host) : from;
  if (checkpoint.strategy !== strategy.name) {
    throw new TypeError(
      `Cannot resume as the checkpoint must be one of ${strategy.name}: it is one of ${checkpoint.strategy}`,
    );
  }
  strategy.loadState(checkpoint.state);
  const { train, evaluate, server } = checkpoint.metrics;
  for (const [round, metrics] of train) result.trainMetricsClientapp.set(round, metrics);
  for (const [round, metrics] of evaluate) result.evaluateMetricsClientapp.set(round, metrics);
  for (const [round, metrics] of server) result.evaluateMetricsServerapp.set(round, metrics);
  result.arrays = checkpoint.arrays;
  return checkpoint;
}

async function read(path: string, host: AppHost): Promise<Checkpoint> {
  const file = await filesOf(host, "resume from a checkpoint").read(path);
  if (file) return decodeCheckpoint(file);
  throw new Error(`Cannot resume from ${path}: there is no such file`);
}
