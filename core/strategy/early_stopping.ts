import { isBetter, type MetricWatch, watched } from "./metric_watch.ts";
import type { Result } from "./result.ts";

/**
 * When to stop.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { earlyStopping, type EarlyStoppingOptions, Result } from "corolla";
 *
 * const options: EarlyStoppingOptions = { metric: "accuracy", mode: "max", minDelta: 0.001, of: "server" };
 * assertEquals(await earlyStopping(options)(1, new Result()), false);
 * ```
 */
export interface EarlyStoppingOptions extends MetricWatch {
  /** How many rounds without a better value to go on for; 3 unless told. */
  readonly patience?: number;
  /** By how much a value must be better to count; 0 unless told. */
  readonly minDelta?: number;
}

/**
 * Tells after a round whether it was the last one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Result, type StopRule } from "corolla";
 *
 * const goodEnough: StopRule = (round, { evaluateMetricsClientapp: rounds }) =>
 *   (rounds.get(round)?.getFloat("accuracy") ?? 0) > 0.95;
 * // await new FedAvg().start(grid, model, { numRounds: 100, stop: goodEnough });
 * assertEquals(await goodEnough(1, new Result()), false);
 * ```
 */
export type StopRule = (round: number, result: Result) => boolean | Promise<boolean>;

/**
 * Stops when a metric has not become better for some rounds.
 * The rule throws a RangeError when a report of the metric's side lacks the metric, or holds a list in its place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { earlyStopping, MetricRecord, Result } from "corolla";
 *
 * const stop = earlyStopping({ metric: "loss", mode: "min", patience: 2 });
 * // await new FedAvg().start(grid, model, { numRounds: 100, stop });
 *
 * const result = new Result();
 * const told: boolean[] = [];
 * for (const [index, loss] of [0.9, 0.5, 0.6, 0.7].entries()) {
 *   result.evaluateMetricsClientapp.set(index + 1, new MetricRecord({ loss }));
 *   told.push(await stop(index + 1, result));
 * }
 * assertEquals(told, [false, false, false, true]);
 * ```
 */
export function earlyStopping(options: EarlyStoppingOptions): StopRule {
  const { patience = 3, minDelta: margin = 0, mode } = options;
  return (_round, result) => {
    let best: number | undefined;
    let since = 0;
    for (const [, value] of watched(result, options)) {
      if (best === undefined || isBetter(value, best, { mode, margin })) [best, since] = [value, 0];
      else since++;
    }
    return since >= patience;
  };
}
