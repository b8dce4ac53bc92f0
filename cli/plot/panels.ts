import { UserError } from "../output.ts";
import { nearest } from "../config/nearest.ts";
import { type Course, metricNames, type Phase } from "./course.ts";

/** One line of a chart. */
export interface Series {
  readonly phase: Phase;
  /** The metric's whole name. */
  readonly metric: string;
  /** By round; a value that is no number, or infinite, is a gap. */
  readonly points: readonly { readonly round: number; readonly value: number }[];
}

/** One chart: what is measured alike, by whomever. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

/** More would be a wall. */
const MOST_PANELS = 8;
const ORDER: readonly Phase[] = ["train", "evaluate", "server"];
/** `train_loss` and `eval_loss` are both a `loss`. */
const WHO =
  /^(?:train(?:ing)?|fit|eval(?:uate|uation)?|val(?:id(?:ation)?)?|test|server|central(?:i[sz]ed)?)[_.-]/;

/**
 * Which charts are drawn of a run, in which order.
 * @param wanted names of metrics, whole (`train_loss`) or without who measured (`loss`); all that there is room for
 * unless told
 * @returns the charts, and the titles of those that there was no room for
 * @throws {UserError} when there is nothing to draw, or no such metric
 */
export function panelsOf(course: Course, wanted: readonly string[]): { panels: Panel[]; left: string[] } {
  const names = metricNames(course);
  if (names.length === 0) {
    throw new UserError("Cannot plot the run as it has no metrics yet", {
      hint:
        "Wait for its first round; a ClientApp's MetricRecord and what evaluateFn gives are what is plotted",
    });
  }
  const unknown = wanted.find((name) => !names.includes(name) && !names.some((each) => stem(each) === name));
  if (unknown !== undefined) throw unknownMetric(unknown, names);
  const meant = (name: string) => wanted.length === 0 || wanted.includes(name) || wanted.includes(stem(name));
  const titles = [...new Set(names.filter(meant).map(stem))].sort((a, b) => rank(a) - rank(b));
  const shown = wanted.length === 0 ? titles.slice(0, MOST_PANELS) : titles;
  const panels = shown.map((title) => ({
    title,
    series: names.filter((name) => meant(name) && stem(name) === title).flatMap((name) =>
      seriesOf(course, name)
    ),
  }));
  return { panels, left: titles.slice(shown.length) };
}

/** What a metric measures, whoever did. */
function stem(name: string): string {
  return name.replace(WHO, "") || name;
}

/** What people look for first stands first; the rest as the app gave it. */
function rank(title: string): number {
  const first = [/loss/i, /acc/i].findIndex((pattern) => pattern.test(title));
  return first < 0 ? 2 : first;
}

function seriesOf({ measurements }: Course, metric: string): Series[] {
  const series = ORDER.map((phase) => ({
    phase,
    metric,
    points: measurements
      .filter((each) => each.phase === phase && each.values.has(metric))
      .map(({ round, values }) => ({ round, value: values.get(metric)! })),
  }));
  return series.filter(({ points }) => points.length > 0);
}

function unknownMetric(name: string, names: readonly string[]): UserError {
  const near = nearest(name, names);
  return new UserError(
    `Cannot plot the metric "${name}" as the run has none of that name: it has ${names.join(", ")}`,
    {
      hint: near === undefined ? undefined : `Did you mean --metric ${near}?`,
    },
  );
}
