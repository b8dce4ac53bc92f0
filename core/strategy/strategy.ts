import type { Grid } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import type { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { Result } from "./result.ts";
import { runRounds } from "./rounds.ts";
import type { StartOptions } from "./start_options.ts";

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

/**
 * Leads the rounds of a run: what is sent to which nodes, and what their replies come to.
 *
 * ```ts
 * import { FedAvg, type Message, type Grid } from "corolla";
 *
 * // What is done with replies can be changed by deriving from a strategy.
 * class Reporting extends FedAvg {
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
  async start(grid: Grid, initialArrays: ArrayRecord, options: StartOptions = {}): Promise<Result> {
    return await runRounds(this, { grid, initialArrays, options });
  }
}
