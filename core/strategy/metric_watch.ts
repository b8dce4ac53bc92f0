import type { MetricRecord } from "../model/record/metric_record.ts";
import type { Result } from "./result.ts";

/**
 * A metric by which rounds are compared.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { earlyStopping, type MetricWatch, type StartOptions } from "corolla";
 *
 * const loss: MetricWatch = { metric: "loss", mode: "min" };
 * const options: StartOptions = { stop: earlyStopping(loss), checkpoint: { best: loss } };
 * assertEquals(options.checkpoint!.best!.metric, "loss");
 * ```
 */
export interface MetricWatch {
  /** The metric's name. */
  readonly metric: string;
  /** Whether the least or the most is best. */
  readonly mode: "min" | "max";
  /** Who reports it: nodes at training, nodes at evaluation (unless told), or `evaluateFn`. */
  readonly of?: "train" | "evaluate" | "server";
}

/** What a metric was in the rounds so far, in order; rounds without a report are left out. */
export function watched(result: Result, watch: MetricWatch): [round: number, value: number][] {
  return [...roundsOf(result, watch)]
    .sort(([a], [b]) => a - b)
    .map(([round, metrics]) => [round, valueOf(metrics, watch)]);
}

/** Whether `value` is better than `other` by more than `margin`. NaN is better than nothing. */
export function isBetter(
  value: number,
  other: number,
  { mode, margin = 0 }: { mode: "min" | "max"; margin?: number },
): boolean {
  return mode === "min" ? value < other - margin : value > other + margin;
}

function roundsOf(result: Result, { of = "evaluate" }: MetricWatch): ReadonlyMap<number, MetricRecord> {
  if (of === "train") return result.trainMetricsClientapp;
  return of === "server" ? result.evaluateMetricsServerapp : result.evaluateMetricsClientapp;
}

function valueOf(metrics: MetricRecord, { metric, of = "evaluate" }: MetricWatch): number {
  const value = metrics.get(metric);
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  const known = [...metrics.keys()].join(", ") || "none";
  throw new RangeError(
    `Cannot watch metric "${metric}" of ${of} as it must be a number in every report: there are ${known}`,
  );
}
