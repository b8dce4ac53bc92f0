import type { Grid } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { configText, metricsText } from "./log_text.ts";
import { megabytesOf, type MetricsByRound, Result } from "./result.ts";

/** What a phase of a round starts from. */
export interface Phase {
  /** Counted from 1. */
  readonly round: number;
  /** The model so far. */
  readonly arrays: ArrayRecord;
  /** Settings for the ClientApps; a strategy adds to it. */
  readonly config: ConfigRecord;
  readonly grid: Grid;
}

/** What training came to; what is absent stays as it was. */
export interface TrainOutcome {
  readonly arrays?: ArrayRecord;
  readonly metrics?: MetricRecord;
}

/** Evaluates the model where the ServerApp runs. Without a result, nothing is recorded for the round. */
export type EvaluateFn = (
  round: number,
  arrays: ArrayRecord,
) => MetricRecord | undefined | Promise<MetricRecord | undefined>;

/** How a strategy is run. */
export interface StartOptions {
  /** 3 unless told. */
  readonly numRounds?: number;
  /** Seconds that the nodes have for each phase of a round; 3600 unless told. */
  readonly timeout?: number;
  /** Settings for the ClientApps' training. */
  readonly trainConfig?: ConfigRecord;
  /** Settings for the ClientApps' evaluation. */
  readonly evaluateConfig?: ConfigRecord;
  /** Called with the initial model as round 0, and after each round. */
  readonly evaluateFn?: EvaluateFn;
}

/** Leads the rounds of a run: what is sent to which nodes, and what their replies come to. */
export abstract class Strategy {
  /** The name in the log. */
  get name(): string {
    return this.constructor.name;
  }

  /** The instructions of a round's training; none skips it. */
  abstract configureTrain(phase: Phase): Promise<Message[]>;
  /** Makes one model and one set of metrics of the replies. */
  abstract aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  /** The instructions of a round's evaluation; none skips it. */
  abstract configureEvaluate(phase: Phase): Promise<Message[]>;
  /** Makes one set of metrics of the replies. */
  abstract aggregateEvaluate(
    round: number,
    replies: Message[],
    grid: Grid,
  ): Promise<MetricRecord | undefined>;
  /** The strategy's settings, as lines for the log. */
  abstract summary(): string[];

  /**
   * Runs all rounds and gives the final model and all metrics.
   * @throws {InconsistentMessageReplies | AggregationError} when replies cannot be put together
   * @throws {RpcError} when the run was stopped
   */
  async start(grid: Grid, initialArrays: ArrayRecord, options: StartOptions = {}): Promise<Result> {
    const { numRounds = 3, evaluateFn } = options;
    const { clock, log } = grid.host;
    const course: Course = { grid, options, result: new Result(), arrays: initialArrays };
    const begin = clock.now();
    this.#announce(course);
    if (evaluateFn) await evaluateInitially(course, evaluateFn);
    for (let round = 1; round <= numRounds; round++) {
      log.info("");
      log.info(`[ROUND ${round}/${numRounds}]`);
      await this.#train(round, course);
      await this.#evaluate(round, course);
      if (evaluateFn) await evaluateCentrally(round, { course, evaluateFn });
    }
    log.info("");
    log.info(`Strategy execution finished in ${((clock.now() - begin) / 1000).toFixed(2)}s`);
    log.info("");
    log.info("Final results:");
    log.info("");
    for (const line of course.result.toString().split("\n").slice(0, -1)) log.info(`\t${line}`);
    log.info("");
    return course.result;
  }

  #announce({ grid, options, arrays }: Course): void {
    const { numRounds = 3, trainConfig = new ConfigRecord(), evaluateConfig = new ConfigRecord() } = options;
    const lines = [
      `Starting ${this.name} strategy:`,
      `\t├── Number of rounds: ${numRounds}`,
      `\t├── ArrayRecord (${megabytesOf(arrays).toFixed(2)} MB)`,
      `\t├── ConfigRecord (train): ${configText(trainConfig)}`,
      `\t├── ConfigRecord (evaluate): ${configText(evaluateConfig)}`,
      ...this.summary(),
      "",
    ];
    for (const line of lines) grid.host.log.info(line);
  }

  async #train(round: number, course: Course): Promise<void> {
    const { grid, options, result, arrays } = course;
    const config = options.trainConfig ?? (course.trainConfig ??= new ConfigRecord());
    const messages = await this.configureTrain({ round, arrays, config, grid });
    const outcome = await this.aggregateTrain(round, await exchange(messages, course), grid);
    if (outcome.arrays) result.arrays = course.arrays = outcome.arrays;
    if (outcome.metrics) record(result.trainMetricsClientapp, { round, metrics: outcome.metrics, grid });
  }

  async #evaluate(round: number, course: Course): Promise<void> {
    const { grid, options, result, arrays } = course;
    const config = options.evaluateConfig ?? (course.evaluateConfig ??= new ConfigRecord());
    const messages = await this.configureEvaluate({ round, arrays, config, grid });
    const metrics = await this.aggregateEvaluate(round, await exchange(messages, course), grid);
    if (metrics) record(result.evaluateMetricsClientapp, { round, metrics, grid });
  }
}

/** A run under way. */
interface Course {
  readonly grid: Grid;
  readonly options: StartOptions;
  readonly result: Result;
  arrays: ArrayRecord;
  trainConfig?: ConfigRecord;
  evaluateConfig?: ConfigRecord;
}

async function exchange(messages: Message[], { grid, options }: Course): Promise<Message[]> {
  if (messages.length === 0) return [];
  return await grid.sendAndReceive(messages, { timeout: options.timeout ?? 3600 });
}

async function evaluateInitially({ grid, result, arrays }: Course, evaluateFn: EvaluateFn): Promise<void> {
  const metrics = await evaluateFn(0, arrays);
  grid.host.log.info(`Initial global evaluation results: ${metrics ? metricsText(metrics) : "None"}`);
  if (metrics) result.evaluateMetricsServerapp.set(0, metrics);
}

async function evaluateCentrally(
  round: number,
  { course, evaluateFn }: { course: Course; evaluateFn: EvaluateFn },
): Promise<void> {
  const { grid, result, arrays } = course;
  grid.host.log.info("Global evaluation");
  const metrics = await evaluateFn(round, arrays);
  grid.host.log.info(`\t└──> MetricRecord: ${metrics ? metricsText(metrics) : "None"}`);
  if (metrics) result.evaluateMetricsServerapp.set(round, metrics);
}

function record(
  rounds: MetricsByRound,
  { round, metrics, grid }: { round: number; metrics: MetricRecord; grid: Grid },
): void {
  rounds.set(round, metrics);
  grid.host.log.info(`\t└──> Aggregated MetricRecord: ${metricsText(metrics)}`);
}
