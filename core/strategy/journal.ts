import type { AppHost } from "../app/host.ts";
import type { ConfigValue } from "../model/record/entry.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";

/** The files of a run. */
export type RunFiles = NonNullable<AppHost["files"]>;

/** Where rounds are written down unless told: a file in the run's folder. */
export const JOURNAL_PATH = "rounds.jsonl";

/** What happened to the messages of a phase. */
export interface PhaseReport {
  /** How many nodes were asked. */
  readonly asked: number;
  /** How many gave a result. */
  readonly replies: number;
  /** Who failed, and why. */
  readonly failures: readonly { readonly node: string; readonly reason: string }[];
  /** Who did not answer in time. */
  readonly missing: readonly string[];
}

/** One line of the journal: one phase of a round. */
export interface JournalLine extends Partial<PhaseReport> {
  readonly round: number;
  readonly phase: "train" | "evaluate" | "server";
  /** How long the phase took. */
  readonly seconds: number;
  readonly metrics?: MetricRecord;
}

/** Writes down the rounds of a run as JSON Lines: a line for each phase, as soon as it is over. */
export class Journal {
  readonly #files: RunFiles;
  readonly #host: AppHost;
  readonly #path: string;
  readonly #about: Readonly<Record<"run" | "app" | "strategy", string | undefined>>;

  /** @throws {Error} when the program that runs the app lends no files */
  constructor(host: AppHost, { path, strategy }: { path: string; strategy: string }) {
    this.#files = filesOf(host, "write a journal");
    this.#host = host;
    this.#path = path;
    // Each line says whose it is, so that lines of several runs can be read together.
    this.#about = { run: host.run && String(host.run.id), app: host.run?.app, strategy };
  }

  /** Adds a line. @throws {Error} when it cannot be written */
  async write({ metrics, ...line }: JournalLine): Promise<void> {
    const time = new Date(this.#host.clock.now()).toISOString();
    const values = metrics &&
      Object.fromEntries(Array.from(metrics, ([key, value]) => [key, jsonValue(value)]));
    await this.#files.append(
      this.#path,
      `${JSON.stringify({ time, ...this.#about, ...line, metrics: values })}\n`,
    );
  }
}

/** The files that the program lends. @throws {Error} when it lends none */
export function filesOf(host: AppHost, purpose: string): RunFiles {
  if (host.files) return host.files;
  throw new Error(`Cannot ${purpose} as the program that runs this app must lend it files: it lends none`);
}

/** JSON knows neither NaN nor integers beyond 2^53. */
function jsonValue(value: ConfigValue): unknown {
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
