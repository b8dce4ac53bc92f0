import { isBetter, type MetricWatch, watched } from "./metric_watch.ts";
import type { Result } from "./result.ts";

/** When to stop. */
export interface EarlyStoppingOptions extends MetricWatch {
  /** How many rounds without a better value to go on for; 3 unless told. */
  readonly patience?: number;
  /** By how much a value must be better to count; 0 unless told. */
  readonly minDelta?: number;
}

/** Tells after a round whether it was the last one. */
export type StopRule = (round: number, result: Result) => boolean | Promise<boolean>;

/**
 * Stops when a metric has not become better for some rounds.
 *
 * ```ts
 * import { earlyStopping } from "corolla";
 *
 * const stop = earlyStopping({ metric: "loss", mode: "min", patience: 5 });
 * // await new FedAvg().start(grid, model, { numRounds: 100, stop });
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
