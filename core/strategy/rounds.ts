import type { Grid } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { CheckpointKeeper, resumeFrom } from "./checkpoint_keeper.ts";
import { AggregationError } from "./errors.ts";
import { Journal, JOURNAL_PATH } from "./journal.ts";
import { configText, metricsText } from "./log_text.ts";
import { failuresText, ReplyStream, TooFewRepliesError } from "./reply_stream.ts";
import { megabytesOf, type MetricsByRound, Result } from "./result.ts";
import type { PerPhase, StartOptions } from "./start_options.ts";
import type { Strategy, TrainOutcome } from "./strategy.ts";
import { trainOutcome } from "./stream_train.ts";

/** What a run starts from. */
export interface RunStart {
  readonly grid: Grid;
  readonly initialArrays: ArrayRecord;
  readonly options: StartOptions;
}

const DEFAULT_ROUNDS = 3;
const DEFAULT_TIMEOUT_S = 3600;

/** Has a strategy run all its rounds; see {@link Strategy.start}. */
export function runRounds(strategy: Strategy, start: RunStart): Promise<Result> {
  // An async function holds what it was given until it ends: here a model, when there have long been others.
  try {
    return lead(new Course(strategy, start), start.grid, start.options);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function lead(course: Course, grid: Grid, options: StartOptions): Promise<Result> {
  const { clock, log } = grid.host;
  const begin = clock.now();
  const done = await course.begin();
  const { numRounds = DEFAULT_ROUNDS, stop, signal } = options;
  for (let round = done + 1; round <= numRounds; round++) {
    signal?.throwIfAborted();
    log.info("");
    log.info(`[ROUND ${round}/${numRounds}]`);
    await course.run(round);
    if (!await stop?.(round, course.result)) continue;
    course.result.stoppedAt = round;
    log.info(`Stopped early after round ${round}.`);
    break;
  }
  return course.end(clock.now() - begin);
}

/** A phase under way: what nodes were asked, and what they are asked for. */
interface Exchange {
  readonly round: number;
  readonly phase: "train" | "evaluate";
  readonly replies: ReplyStream;
  readonly since: number;
}

/** A run under way. */
class Course {
  readonly result = new Result();
  readonly #strategy: Strategy;
  readonly #grid: Grid;
  readonly #options: StartOptions;
  readonly #trainConfig: ConfigRecord;
  readonly #evaluateConfig: ConfigRecord;
  readonly #journal: Journal | undefined;
  readonly #keeper: CheckpointKeeper | undefined;
  #arrays: ArrayRecord;
  /** Whether any round brought a valid reply; undefined when none was asked for. */
  #trained: boolean | undefined;
  #lastFailure = "";

  constructor(strategy: Strategy, { grid, initialArrays, options }: RunStart) {
    this.#strategy = strategy;
    this.#grid = grid;
    this.#options = options;
    this.#arrays = initialArrays;
    this.#trainConfig = options.trainConfig ?? new ConfigRecord();
    this.#evaluateConfig = options.evaluateConfig ?? new ConfigRecord();
    const { journal, checkpoint } = options;
    if (journal) {
      const path = journal === true ? JOURNAL_PATH : journal;
      this.#journal = new Journal(grid.host, { path, strategy: strategy.name });
    }
    if (checkpoint) this.#keeper = new CheckpointKeeper(grid.host, checkpoint);
  }

  /** @returns the round that was done last, 0 for none */
  async begin(): Promise<number> {
    const { resume } = this.#options;
    if (resume === undefined) {
      this.#announce();
      await this.#evaluateCentrally(0);
      return 0;
    }
    const { host } = this.#grid;
    const context = { host, strategy: this.#strategy, result: this.result };
    const { round, arrays } = await resumeFrom(resume, context);
    this.#arrays = arrays;
    this.#trained = true;
    this.#announce();
    host.log.info(`Resuming after round ${round}`);
    return round;
  }

  async run(round: number): Promise<void> {
    await this.#train(round);
    await this.#evaluate(round);
    await this.#evaluateCentrally(round);
    const done = { round, arrays: this.#arrays, result: this.result };
    await this.#keeper?.roundDone({ ...done, strategy: this.#strategy });
    await this.#options.onRound?.(done);
  }

  /** @throws {AggregationError} when no round brought anything */
  end(durationMs: number): Result {
    const { log } = this.#grid.host;
    if (this.#trained === false) {
      throw new AggregationError(`Cannot give a model as no round had a valid reply: ${this.#lastFailure}`);
    }
    log.info("");
    log.info(`Strategy execution finished in ${(durationMs / 1000).toFixed(2)}s`);
    log.info("");
    log.info("Final results:");
    log.info("");
    for (const line of this.result.toString().split("\n").slice(0, -1)) log.info(`\t${line}`);
    log.info("");
    return this.result;
  }

  #announce(): void {
    const lines = [
      `Starting ${this.#strategy.name} strategy:`,
      `\t├── Number of rounds: ${this.#options.numRounds ?? DEFAULT_ROUNDS}`,
      `\t├── ArrayRecord (${megabytesOf(this.#arrays).toFixed(2)} MB)`,
      `\t├── ConfigRecord (train): ${configText(this.#trainConfig)}`,
      `\t├── ConfigRecord (evaluate): ${configText(this.#evaluateConfig)}`,
      ...this.#strategy.summary(),
      "",
    ];
    for (const line of lines) this.#grid.host.log.info(line);
  }

  async #train(round: number): Promise<void> {
    const grid = this.#grid;
    const phase = { round, arrays: this.#arrays, config: this.#trainConfig, grid };
    const exchange = this.#send("train", round, await this.#strategy.configureTrain(phase));
    const outcome = await this.#within<TrainOutcome>(
      exchange,
      () => trainOutcome(this.#strategy, { round, replies: exchange.replies, grid }),
    ) ?? {};
    if (outcome.arrays) this.result.arrays = this.#arrays = outcome.arrays;
    if (outcome.metrics) this.#record(this.result.trainMetricsClientapp, round, outcome.metrics);
    this.#noteFailure(exchange);
    await this.#write(exchange, outcome.metrics);
  }

  async #evaluate(round: number): Promise<void> {
    const grid = this.#grid;
    const phase = { round, arrays: this.#arrays, config: this.#evaluateConfig, grid };
    const messages = await this.#strategy.configureEvaluate(phase);
    // The model before, and sums in double precision: nobody holds them any more, and the next copies are at hand.
    grid.host.spent?.(3 * this.#arrays.countBytes());
    const exchange = this.#send("evaluate", round, messages);
    const metrics = await this.#within(exchange, async () => {
      const replies: Message[] = [];
      for await (const reply of exchange.replies) replies.push(reply);
      return await this.#strategy.aggregateEvaluate(round, replies, grid);
    });
    if (metrics) this.#record(this.result.evaluateMetricsClientapp, round, metrics);
    this.#noteFailure(exchange);
    await this.#write(exchange, metrics);
  }

  #send(phase: "train" | "evaluate", round: number, messages: readonly Message[]): Exchange {
    const { timeout = DEFAULT_TIMEOUT_S, stragglers, signal, minReplies = 0 } = this.#options;
    const grid = this.#grid;
    const options = { grid, timeout, stragglers, signal, minReplies: forPhase(minReplies, phase) };
    return { round, phase, replies: new ReplyStream(messages, options), since: grid.host.clock.now() };
  }

  /** Nothing when no node was asked, or there were too few replies and that is allowed. */
  async #within<Outcome>(
    { round, phase, replies }: Exchange,
    aggregate: () => Promise<Outcome>,
  ): Promise<Outcome | undefined> {
    if (replies.report.asked === 0) return undefined;
    try {
      return await aggregate();
    } catch (error) {
      if (!(error instanceof TooFewRepliesError)) throw error;
      const text = `${
        phase === "train" ? "Training" : "Evaluation"
      } of round ${round} has no result as ${error.message}`;
      if (this.#options.tooFewReplies === "end") throw new AggregationError(text);
      this.#grid.host.log.warn(text);
      return undefined;
    }
  }

  #noteFailure({ round, phase, replies: { report } }: Exchange): void {
    if (report.asked === 0) return;
    if (phase === "train") this.#trained ||= report.replies > 0;
    if (report.replies > 0) return;
    const failure = `round ${round}: ${failuresText(report)}`;
    if (phase === "train") this.#lastFailure = failure;
    this.#grid.host.log.error(`No node gave a valid reply to ${phase} in ${failure}`);
  }

  async #evaluateCentrally(round: number): Promise<void> {
    const { evaluateFn } = this.#options;
    if (!evaluateFn) return;
    const { log, clock } = this.#grid.host;
    const since = clock.now();
    if (round > 0) log.info("Global evaluation");
    const metrics = await evaluateFn(round, this.#arrays);
    const text = metrics ? metricsText(metrics) : "None";
    log.info(round > 0 ? `\t└──> MetricRecord: ${text}` : `Initial global evaluation results: ${text}`);
    if (!metrics) return;
    this.result.evaluateMetricsServerapp.set(round, metrics);
    await this.#journal?.write({ round, phase: "server", seconds: (clock.now() - since) / 1000, metrics });
  }

  #record(rounds: MetricsByRound, round: number, metrics: MetricRecord): void {
    rounds.set(round, metrics);
    this.#grid.host.log.info(`\t└──> Aggregated MetricRecord: ${metricsText(metrics)}`);
  }

  async #write(
    { round, phase, replies: { report }, since }: Exchange,
    metrics?: MetricRecord,
  ): Promise<void> {
    if (report.asked === 0) return;
    const seconds = (this.#grid.host.clock.now() - since) / 1000;
    await this.#journal?.write({ round, phase, seconds, ...report, metrics });
  }
}

function forPhase(value: PerPhase, phase: "train" | "evaluate"): number {
  return typeof value === "number" ? value : value[phase] ?? 0;
}
