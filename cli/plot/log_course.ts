import type { Course, Measurement, Phase } from "./course.ts";

/** What a line of a strategy's log says; Flower's strategies and ours write the same. */
const STARTING = /Starting (\w+) strategy:/;
const ROUND = /\[ROUND (\d+)\/\d+\]/;
const PHASE = /(?:configure|aggregate)_(train|evaluate): |(Global evaluation)/;
const METRICS = /└──> (?:Aggregated )?MetricRecord: (\{.*\})/;
const INITIAL = /Initial global evaluation results: (\{.*\})/;

/**
 * The rounds in the log of a run. Of several strategies that one run led after each other, those of the last one.
 * Nothing is found in the log of an app that leads its rounds by other means.
 */
export function courseOfLog(log: string): Omit<Course, "app" | "runId"> {
  let [strategy, round, phase]: [string | undefined, number, Phase] = [undefined, 0, "server"];
  let measurements: Measurement[] = [];
  // deno-lint-ignore no-control-regex -- the escape character is what starts a colour
  for (const line of log.replaceAll(/\u001b\[[0-9;]*m/g, "").split("\n")) {
    const started = STARTING.exec(line)?.[1];
    if (started) [strategy, round, measurements] = [started, 0, []];
    const begun = ROUND.exec(line);
    if (begun) round = Number(begun[1]);
    const entered = PHASE.exec(line);
    if (entered) phase = entered[1] as Phase | undefined ?? "server";
    const initial = INITIAL.exec(line)?.[1];
    const dict = initial ?? METRICS.exec(line)?.[1];
    if (dict === undefined) continue;
    measurements.push({ round, phase: initial ? "server" : phase, values: valuesIn(dict) });
  }
  return { strategy, measurements };
}

const ENTRY = /(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"): (-?(?:inf|nan|[\d.]+(?:e[+-]?\d+)?))(?=[,}])/g;

/** The numbers of a dictionary as Python writes it. */
function valuesIn(dict: string): Map<string, number> {
  const entries = [...dict.matchAll(ENTRY)];
  return new Map(entries.map(([, single, double, number]) => [
    (single ?? double).replaceAll(/\\(.)/g, "$1"),
    Number(number.replace("inf", "Infinity").replace("nan", "NaN")),
  ]));
}
