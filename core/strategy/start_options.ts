import type { ArrayRecord } from "../model/record/array_record.ts";
import type { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { CheckpointOptions } from "./checkpoint_keeper.ts";
import type { StopRule } from "./early_stopping.ts";
import type { StragglerOptions } from "./reply_stream.ts";
import type { Result } from "./result.ts";

/**
 * Evaluates the model where the ServerApp runs. Without a result, nothing is recorded for the round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type EvaluateFn, float, MetricRecord, NDArray } from "corolla";
 *
 * const largestWeight: EvaluateFn = (_round, arrays) => {
 *   const [weights] = arrays.toArrays();
 *   return new MetricRecord({ largest: float(Math.max(...weights.toNumbers())) });
 * };
 * const metrics = await largestWeight(0, ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 3)) }));
 * assertEquals(metrics!.getFloat("largest"), 3);
 * ```
 */
export type EvaluateFn = (
  round: number,
  arrays: ArrayRecord,
) => MetricRecord | undefined | Promise<MetricRecord | undefined>;

/**
 * A run after a round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, Result, type RoundReport, type StartOptions } from "corolla";
 *
 * const seen: number[] = [];
 * export const options: StartOptions = { onRound: ({ round }: RoundReport) => void seen.push(round) };
 * await options.onRound!({ round: 1, arrays: new ArrayRecord(), result: new Result() });
 * assertEquals(seen, [1]);
 * ```
 */
export interface RoundReport {
  /** The round that is done, counted from 1. */
  readonly round: number;
  /** The model as it is now. */
  readonly arrays: ArrayRecord;
  /** The metrics so far. */
  readonly result: Result;
}

/**
 * A number for both phases of a round, or one for each.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { PerPhase, StartOptions } from "corolla";
 *
 * // Nine of ten nodes must train; who evaluates does not matter.
 * const minReplies: PerPhase = { train: 0.9 };
 * const options: StartOptions = { numRounds: 10, minReplies };
 * assertEquals(options.minReplies, { train: 0.9 });
 * ```
 */
export type PerPhase = number | { readonly train?: number; readonly evaluate?: number };

/**
 * How a strategy is run. Without the settings from {@link stop} on it does what Flower does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigRecord, earlyStopping, type StartOptions } from "corolla";
 *
 * const options: StartOptions = {
 *   numRounds: 100,
 *   timeout: 600,
 *   trainConfig: new ConfigRecord({ lr: 0.1 }),
 *   stop: earlyStopping({ metric: "loss", mode: "min", patience: 5 }),
 *   checkpoint: { every: 10, best: { metric: "loss", mode: "min" } },
 *   stragglers: { enough: 0.9, graceSeconds: 30 },
 *   journal: true,
 * };
 * // await new FedAvg().start(grid, model, options);
 * assertEquals(options.trainConfig!.getFloat("lr"), 0.1);
 * ```
 */
export interface StartOptions {
  /** Which round is the last, and so how many there are; 3 unless told. */
  readonly numRounds?: number;
  /** Seconds that the nodes have for each phase of a round; 3600 unless told. */
  readonly timeout?: number;
  /** Settings for the ClientApps' training. */
  readonly trainConfig?: ConfigRecord;
  /** Settings for the ClientApps' evaluation. */
  readonly evaluateConfig?: ConfigRecord;
  /** Called with the initial model as round 0, and after each round. */
  readonly evaluateFn?: EvaluateFn;

  /** Asked after each round whether it was the last; `earlyStopping` makes such a rule. */
  readonly stop?: StopRule;
  /** Called after each round. */
  readonly onRound?: (report: RoundReport) => void | Promise<void>;
  /** Checkpoints to resume from, and the best model. */
  readonly checkpoint?: CheckpointOptions;
  /** A checkpoint, or the path of its file, to go on from. The initial model then is not looked at. */
  readonly resume?: Checkpoint | string;
  /** Write each phase down as a line of JSON: `rounds.jsonl` in the run's folder, or this path. */
  readonly journal?: boolean | string;
  /** How many valid replies a phase must have; below 1, which part of the nodes asked. */
  readonly minReplies?: PerPhase;
  /** What too few replies do: the phase has no result (`skip`, unless told), or the run ends (`end`). */
  readonly tooFewReplies?: "skip" | "end";
  /** When not to wait for the slowest nodes. */
  readonly stragglers?: StragglerOptions;
  /** Ends the run; {@link Strategy.start} then throws the signal's reason. */
  readonly signal?: AbortSignal;
}
