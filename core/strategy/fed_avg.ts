import type { Grid } from "../app/grid.ts";
import { Message } from "../model/app_message.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { meanOfArrays } from "./array_mean.ts";
import { meanOfMetrics, type MetricsAggregator } from "./metric_mean.ts";
import { checkReplies } from "./reply_checks.ts";
import { sampleNodes } from "./sampling.ts";
import { type Phase, Strategy, type TrainOutcome } from "./strategy.ts";

/** The settings of {@link FedAvg}; each has Flower's name and default. */
export interface FedAvgOptions {
  /** The part of the nodes online that trains in a round, 1 unless told. Exactly 0 skips training. */
  readonly fractionTrain?: number;
  /** The part of the nodes online that evaluates in a round, 1 unless told. Exactly 0 skips evaluation. */
  readonly fractionEvaluate?: number;
  /** 2 unless told. */
  readonly minTrainNodes?: number;
  /** 2 unless told. */
  readonly minEvaluateNodes?: number;
  /** How many nodes must be online before a phase starts, 2 unless told. */
  readonly minAvailableNodes?: number;
  /** The metric by which replies are weighed, `num-examples` unless told. */
  readonly weightedByKey?: string;
  /** The name under which the model is sent, `arrays` unless told. */
  readonly arrayrecordKey?: string;
  /** The name under which settings are sent, `config` unless told. */
  readonly configrecordKey?: string;
  /** How training metrics are aggregated; the weighted mean unless told. */
  readonly trainMetricsAggrFn?: MetricsAggregator;
  /** How evaluation metrics are aggregated; the weighted mean unless told. */
  readonly evaluateMetricsAggrFn?: MetricsAggregator;
  /** Refuse arrays of different shapes instead of stretching them as NumPy does. Ours; off unless told. */
  readonly strictShapes?: boolean;
}

/** One phase's settings, and how the log calls it. */
interface PhaseSettings {
  readonly kind: "train" | "evaluate";
  readonly fraction: number;
  readonly minNodes: number;
}

/**
 * Federated averaging (McMahan et al., 2017): each round, nodes chosen at random train the model on their own data,
 * and the new model is the mean of theirs, weighed by how many examples each has.
 */
export class FedAvg extends Strategy {
  protected readonly settings: Required<FedAvgOptions>;
  readonly #skipped: readonly string[];

  constructor(options: FedAvgOptions = {}) {
    super();
    const { fractionTrain = 1, fractionEvaluate = 1 } = options;
    this.settings = {
      fractionTrain,
      fractionEvaluate,
      // A phase that takes no part of the nodes takes none at all.
      minTrainNodes: fractionTrain === 0 ? 0 : options.minTrainNodes ?? 2,
      minEvaluateNodes: fractionEvaluate === 0 ? 0 : options.minEvaluateNodes ?? 2,
      minAvailableNodes: options.minAvailableNodes ?? 2,
      weightedByKey: options.weightedByKey ?? "num-examples",
      arrayrecordKey: options.arrayrecordKey ?? "arrays",
      configrecordKey: options.configrecordKey ?? "config",
      trainMetricsAggrFn: options.trainMetricsAggrFn ?? meanOfMetrics,
      evaluateMetricsAggrFn: options.evaluateMetricsAggrFn ?? meanOfMetrics,
      strictShapes: options.strictShapes ?? false,
    };
    this.#skipped = [
      ...fractionTrain === 0 ? ["fractionTrain is 0: there will be no federated training."] : [],
      ...fractionEvaluate === 0 ? ["fractionEvaluate is 0: there will be no federated evaluation."] : [],
    ];
  }

  override summary(): string[] {
    const { settings } = this;
    const share = (fraction: number) => fraction.toFixed(2);
    return [
      "\t├──> Sampling:",
      `\t│\t├──Fraction: train (${share(settings.fractionTrain)}) | evaluate ( ${
        share(settings.fractionEvaluate)
      })`,
      `\t│\t├──Minimum nodes: train (${settings.minTrainNodes}) | evaluate (${settings.minEvaluateNodes})`,
      `\t│\t└──Minimum available nodes: ${settings.minAvailableNodes}`,
      "\t└──> Keys in records:",
      `\t\t├── Weighted by: '${settings.weightedByKey}'`,
      `\t\t├── ArrayRecord key: '${settings.arrayrecordKey}'`,
      `\t\t└── ConfigRecord key: '${settings.configrecordKey}'`,
    ];
  }

  override async configureTrain(phase: Phase): Promise<Message[]> {
    if (phase.round === 1) { for (const line of this.#skipped) phase.grid.host.log.warn(line); }
    const { fractionTrain: fraction, minTrainNodes: minNodes } = this.settings;
    return await this.#instructions(phase, { kind: "train", fraction, minNodes });
  }

  override async configureEvaluate(phase: Phase): Promise<Message[]> {
    const { fractionEvaluate: fraction, minEvaluateNodes: minNodes } = this.settings;
    return await this.#instructions(phase, { kind: "evaluate", fraction, minNodes });
  }

  // deno-lint-ignore require-await -- strategies that wait share the signature
  override async aggregateTrain(_round: number, replies: Message[], grid: Grid): Promise<TrainOutcome> {
    const contents = contentsOf(replies, { phase: "train", grid });
    if (contents.length === 0) return {};
    const { weightedByKey, strictShapes, trainMetricsAggrFn } = this.settings;
    checkReplies(contents, { weightedByKey, withArrays: true });
    return {
      arrays: meanOfArrays(contents, { weightedByKey, strictShapes }),
      metrics: trainMetricsAggrFn(contents, weightedByKey),
    };
  }

  // deno-lint-ignore require-await -- strategies that wait share the signature
  override async aggregateEvaluate(
    _round: number,
    replies: Message[],
    grid: Grid,
  ): Promise<MetricRecord | undefined> {
    const contents = contentsOf(replies, { phase: "evaluate", grid });
    if (contents.length === 0) return undefined;
    const { weightedByKey, evaluateMetricsAggrFn } = this.settings;
    checkReplies(contents, { weightedByKey, withArrays: false });
    return evaluateMetricsAggrFn(contents, weightedByKey);
  }

  async #instructions(phase: Phase, { kind, fraction, minNodes }: PhaseSettings): Promise<Message[]> {
    if (fraction === 0) return [];
    const { grid, config, arrays, round } = phase;
    const { minAvailableNodes, arrayrecordKey, configrecordKey } = this.settings;
    const { nodeIds, online } = await sampleNodes(grid, { fraction, minNodes, minAvailableNodes });
    grid.host.log.info(`configure_${kind}: Sampled ${nodeIds.length} nodes (out of ${online})`);
    config.set("server-round", round);
    // All messages share one content, so that a model is serialised and kept once however many nodes there are.
    const content = new RecordDict([[arrayrecordKey, arrays], [configrecordKey, config]]);
    return nodeIds.map((dstNodeId) => new Message(content, { dstNodeId, messageType: kind }));
  }
}

/** The contents of the replies that have one. The others are logged. */
function contentsOf(
  replies: readonly Message[],
  { phase, grid }: { phase: "train" | "evaluate"; grid: Grid },
): RecordDict[] {
  const { log } = grid.host;
  const good = replies.filter((reply) => reply.hasContent());
  const failed = replies.filter((reply) => reply.hasError());
  if (replies.length === 0) return [];
  log.info(`aggregate_${phase}: Received ${good.length} results and ${failed.length} failures`);
  for (const { metadata, error } of failed) {
    log.info(`\t> Received error in reply from node ${metadata.srcNodeId}: ${error.reason || "None"}`);
  }
  return good.map((reply) => reply.content);
}
