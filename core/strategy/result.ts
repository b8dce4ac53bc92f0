import { ArrayRecord } from "../model/record/array_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import type { Integer } from "../model/record/entry.ts";
import { quoted, scientificText, wideDictText } from "./python_text.ts";

/**
 * Metrics by round.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MetricRecord, type MetricsByRound, Result } from "corolla";
 *
 * const rounds: MetricsByRound = new Result().evaluateMetricsClientapp;
 * rounds.set(1, new MetricRecord({ accuracy: 0.5 })).set(2, new MetricRecord({ accuracy: 0.75 }));
 * assertEquals([...rounds].map(([round, metrics]) => [round, metrics.getFloat("accuracy")]), [[1, 0.5], [2, 0.75]]);
 * ```
 */
export type MetricsByRound = Map<number, MetricRecord>;

/**
 * The best model of a run, by a metric.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type BestModel, Result } from "corolla";
 *
 * const result = new Result();
 * // `start` sets it when its options have `checkpoint: { best: { metric: "loss", mode: "min" } }`.
 * result.best = { round: 7, value: 0.12, arrays: new ArrayRecord() } satisfies BestModel;
 * assertEquals(result.best.round, 7);
 * ```
 */
export interface BestModel {
  /** The round that made it, counted from 1. */
  readonly round: number;
  /** What the metric was. */
  readonly value: number;
  /** The model after that round. */
  readonly arrays: ArrayRecord;
}

/**
 * What a strategy has to show at its end.
 *
 * @example
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { MetricRecord, Result } from "corolla";
 *
 * // What `start` gives.
 * const result = new Result();
 * result.evaluateMetricsClientapp.set(1, new MetricRecord({ accuracy: 0.5 }));
 * assertEquals(result.evaluateMetricsClientapp.get(1)!.getFloat("accuracy"), 0.5);
 * assertStringIncludes(String(result), "Aggregated ClientApp-side Evaluate Metrics");
 * ```
 */
export class Result {
  /** The final model; empty when no round succeeded. */
  arrays: ArrayRecord = new ArrayRecord();
  /** What the ClientApps reported from training, aggregated. */
  readonly trainMetricsClientapp: MetricsByRound = new Map();
  /** What the ClientApps reported from evaluation, aggregated. */
  readonly evaluateMetricsClientapp: MetricsByRound = new Map();
  /** What `evaluateFn` reported; round 0 is the initial model. */
  readonly evaluateMetricsServerapp: MetricsByRound = new Map();

  /** The round after which the run was stopped early, if it was. */
  stoppedAt: number | undefined;
  /** The best model, where that was asked for. */
  best: BestModel | undefined;

  /** The size of the model and all metrics, in the form that Flower prints. */
  toString(): string {
    const sections = [
      ["Aggregated ClientApp-side Train Metrics", this.trainMetricsClientapp],
      ["Aggregated ClientApp-side Evaluate Metrics", this.evaluateMetricsClientapp],
      ["ServerApp-side Evaluate Metrics", this.evaluateMetricsServerapp],
    ] as const;
    const arrays = `Global Arrays:\n\tArrayRecord (${megabytesOf(this.arrays).toFixed(3)} MB)\n`;
    return [arrays, ...sections.map(([title, rounds]) => `${title}:\n${roundsText(rounds)}\n`)].join("\n");
  }
}

/** The serialised size of a record's arrays, in units of 1024² bytes. */
export function megabytesOf(arrays: ArrayRecord): number {
  let sum = 0;
  for (const [, array] of arrays) sum += array.sizeBytes;
  return sum / 1024 ** 2;
}

function roundsText(rounds: MetricsByRound): string {
  const inOrder = [...rounds].sort(([a], [b]) => a - b);
  return wideDictText(inOrder.map(([round, metrics]) => [String(round), metricTexts(metrics)]));
}

function metricTexts(metrics: MetricRecord): [string, string][] {
  const inOrder = [...metrics.entries()].sort(([a], [b]) => a < b ? -1 : 1);
  return inOrder.map(([key, { kind, value }]) => {
    const text = (number: Integer) =>
      kind.startsWith("double") ? scientificText(Number(number)) : String(number);
    const shown = typeof value === "object"
      ? `[${(value as readonly Integer[]).map((number) => quoted(text(number))).join(", ")}]`
      : text(value as Integer);
    return [quoted(key), quoted(shown)];
  });
}
