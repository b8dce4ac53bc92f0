/** Who measured: nodes while they trained, nodes that evaluated, or the ServerApp. */
export type Phase = "train" | "evaluate" | "server";

/** What was measured in one phase of a round. */
export interface Measurement {
  /** Counted from 1; 0 is the model before any training. */
  readonly round: number;
  readonly phase: Phase;
  /** By metric; what is no number, such as a list, is not among them. NaN and infinities may be. */
  readonly values: ReadonlyMap<string, number>;
}

/** The rounds of a run. */
export interface Course {
  readonly measurements: readonly Measurement[];
  /** As far as known: `@publisher/name==version`. */
  readonly app?: string;
  readonly runId?: string;
  readonly strategy?: string;
}

/** The names of all metrics, in order of appearance. */
export function metricNames({ measurements }: Course): string[] {
  return [...new Set(measurements.flatMap(({ values }) => [...values.keys()]))];
}
