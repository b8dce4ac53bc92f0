import { UserError } from "../output.ts";
import type { Course, Measurement, Phase } from "./course.ts";

const PHASES: readonly string[] = ["train", "evaluate", "server"] satisfies Phase[];
/** What a line says beside metrics. */
const OTHERS = new Set(["round", "phase", "seconds", "asked", "replies"]);

/**
 * The rounds in a file of JSON Lines: those that a strategy writes with `journal`, or lines of an app's own with a
 * `round` and numbers.
 * @throws {UserError} when a line is neither
 */
export function courseOfJournal(text: string, path: string): Course {
  const lines = text.split("\n").map((line, i) => ({ line, number: i + 1 })).filter(({ line }) =>
    line.trim()
  );
  const parsed = lines.map(({ line, number }) => objectIn(line, `line ${number} of ${path}`));
  const last = parsed.at(-1) ?? {};
  const word = (name: string) => typeof last[name] === "string" ? last[name] : undefined;
  return {
    // A run that is resumed writes on where it stopped, and may repeat rounds: what came last counts.
    measurements: latest(parsed.map(measurementIn)),
    app: word("app"),
    runId: word("run"),
    strategy: word("strategy"),
  };
}

type Line = Readonly<Record<string, unknown>>;

function objectIn(line: string, place: string): Line {
  try {
    const value = JSON.parse(line);
    if (Number.isSafeInteger(value?.round)) return value;
  } catch {
    // Said below.
  }
  throw new UserError(
    `Cannot plot ${place} as it must be a JSON object with a "round": it is ${shown(line)}`,
  );
}

function measurementIn(line: Line): Measurement {
  const { round, phase, metrics } = line as { round: number; phase?: unknown; metrics?: Line };
  const known = typeof phase === "string" && PHASES.includes(phase) ? phase as Phase : undefined;
  const values = known
    ? Object.entries(metrics ?? {})
    : Object.entries(line).filter(([name]) => !OTHERS.has(name));
  const numbers = values.map(([name, value]) => [name, numberOf(value)] as const);
  return {
    round,
    phase: known ?? "evaluate",
    values: new Map(numbers.filter((pair): pair is [string, number] => pair[1] !== undefined)),
  };
}

/** Numbers that JSON does not know are texts. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^(NaN|-?Infinity|-?\d+)$/.test(value) ? Number(value) : undefined;
}

function latest(measurements: readonly Measurement[]): Measurement[] {
  const byPlace = new Map(measurements.map((each) => [`${each.round} ${each.phase}`, each]));
  return [...byPlace.values()].sort((a, b) => a.round - b.round);
}

function shown(line: string): string {
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
