import type { Grid } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import type { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { Result } from "./result.ts";
import { runRounds } from "./rounds.ts";
import type { StartOptions } from "./start_options.ts";

/**
 * What a phase of a round starts from.
 *
 * @example
 * ```ts
 * import { ConfigRecord, FedAvg, type Message, type Phase } from "corolla";
 *
 * // Sends a learning rate that falls from round to round.
 * export class Slowing extends FedAvg {
 *   override async configureTrain(phase: Phase): Promise<Message[]> {
 *     const config = new ConfigRecord({ lr: 0.1 / phase.round });
 *     return await super.configureTrain({ ...phase, config });
 *   }
 * }
 * ```
 */
export interface Phase {
  /** Counted from 1. */
  readonly round: number;
  /** The model so far. */
  readonly arrays: ArrayRecord;
  /** Settings for the ClientApps; a strategy adds to it. */
  readonly config: ConfigRecord;
  /** The way to the nodes. */
  readonly grid: Grid;
}

/**
 * What training came to; what is absent stays as it was.
 *
 * @example
 * ```ts
 * import { FedAvg, type Grid, type Message, type TrainOutcome } from "corolla";
 *
 * // Drops rounds in which fewer than three nodes answered.
 * export class AtLeastThree extends FedAvg {
 *   override async aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome> {
 *     return replies.length < 3 ? {} : await super.aggregateTrain(round, replies, grid);
 *   }
 * }
 * ```
 */
export interface TrainOutcome {
  /** The new model. */
  readonly arrays?: ArrayRecord;
  /** What the ClientApps reported, aggregated. */
  readonly metrics?: MetricRecord;
}

/**
 * Leads the rounds of a run: what is sent to which nodes, and what their replies come to.
 *
 * @example
 * ```ts
 * import { FedAvg, type Grid, type Message } from "corolla";
 *
 * // What is done with replies can be changed by deriving from a strategy.
 * export class Reporting extends FedAvg {
 *   override async aggregateTrain(round: number, replies: Message[], grid: Grid) {
 *     grid.host.log.info(`${replies.length} nodes answered in round ${round}`);
 *     return await super.aggregateTrain(round, replies, grid);
 *   }
 * }
 * ```
 */
export abstract class Strategy {
  /** The name in the log. */
  get name(): string {
    return this.constructor.name;
  }

  /** The instructions of a round's training; none skips it. */
  abstract configureTrain(phase: Phase): Promise<Message[]>;
  /** Makes one model and one set of metrics of the replies. */
  abstract aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome>;
  /**
   * Like {@link aggregateTrain}, and takes the replies as they arrive, so that it need not hold them all. Used in its
   * place unless a class that is derived further overrides {@link aggregateTrain}.
   */
  streamTrain?(round: number, replies: AsyncIterable<Message>, grid: Grid): Promise<TrainOutcome>;
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

  /** What the strategy must remember from round to round, for a checkpoint. Nothing unless told. */
  saveState(): RecordDict {
    return new RecordDict();
  }

  /** Takes up what {@link saveState} gave. */
  loadState(_state: RecordDict): void {}

  /**
   * Runs all rounds and gives the final model and all metrics.
   * @throws {InconsistentMessageReplies | AggregationError} when replies cannot be put together, or no round had any
   * @throws {RpcError} when the run was stopped
   */
  start(grid: Grid, initialArrays: ArrayRecord, options: StartOptions = {}): Promise<Result> {
    return runRounds(this, { grid, initialArrays, options });
  }
}
