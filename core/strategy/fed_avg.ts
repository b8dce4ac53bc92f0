import type { Grid } from "../app/grid.ts";
import { Message } from "../model/app_message.ts";
import { asType } from "../model/numeric/arithmetic.ts";
import { isFloat } from "../model/numeric/promotion.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { ConfigRecord } from "../model/record/config_record.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { meanOfArrays } from "./array_mean.ts";
import { type FedAvgOptions, type FedAvgSettings, fedAvgSettings } from "./fed_avg_options.ts";
import { type GoodReply, withoutArrays } from "./good_reply.ts";
import { Intake } from "./intake.ts";
import { MeanFold } from "./mean_fold.ts";
import { refuseNaN } from "./nan.ts";
import { ReplyCheck } from "./reply_checks.ts";
import { ReplyStream } from "./reply_stream.ts";
import { type Sample, sampleNodes } from "./sampling.ts";
import { type Phase, Strategy, type TrainOutcome } from "./strategy.ts";
import { totalWeight } from "./weights.ts";

/** Replies as they come, or all of a round. */
type Replies = Iterable<Message> | AsyncIterable<Message>;

/**
 * Federated averaging (McMahan et al., 2017): each round, nodes chosen at random train the model on their own data,
 * and the new model is the mean of theirs, weighed by how many examples each has.
 *
 * Other strategies change one part of it: what is sent along with the model, how replies are put together, or what
 * is done with their mean.
 *
 * A reply to training holds one ArrayRecord, with the names, shapes and element types of all others, and one
 * MetricRecord with the weight, `num-examples`; a reply to evaluation holds the MetricRecord alone. Replies that carry
 * an error are left out and told to the log.
 * @throws {InconsistentMessageReplies} from {@link Strategy.start} when replies hold other records or keys than these
 * @throws {AggregationError} from {@link Strategy.start} when shapes or element types differ, or the model would hold
 * NaN: the sentence names round, node and array
 * @throws {RangeError} from {@link Strategy.start} when the weights add up to 0
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, FedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict, ServerApp } from "corolla";
 *
 * export const app = new ServerApp()
 *   .main(async (grid) => {
 *     const model = ArrayRecord.from({ weights: NDArray.zeros([784, 10], "float32") });
 *     const result = await new FedAvg({ fractionTrain: 0.5 }).start(grid, model, { numRounds: 10 });
 *     console.log(String(result));
 *   });
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * const grid = { host: { log: console } } as unknown as Grid;
 * const { arrays } = await new FedAvg().aggregateTrain(1, [reply(1, 10), reply(4, 20)], grid);
 * // (10 * 1 + 20 * 4) / 30
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [3]);
 * ```
 */
export class FedAvg extends Strategy {
  /** The settings, with all defaults in place. */
  protected readonly settings: FedAvgSettings;
  /** The model that was sent for the round under way. */
  protected sent: ArrayRecord | undefined;

  /** A strategy with these settings; none of them must be given. */
  constructor(options: FedAvgOptions = {}) {
    super();
    this.settings = fedAvgSettings(options);
  }

  /** The metric by which replies are weighed. */
  get weightedByKey(): string {
    return this.settings.weightedByKey;
  }

  /** Whether the model is the weighted mean of the replies and nothing else: one node then cannot change it by more. */
  get isPlainMean(): boolean {
    const { openFold, update } = FedAvg.prototype;
    return this.openFold === openFold && this.update === update;
  }

  /** The settings, as lines for the log. */
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

  /** The instructions of a round's training, one for each node that was chosen. */
  override async configureTrain(phase: Phase): Promise<Message[]> {
    if (phase.round === 1) { for (const line of this.warnings()) phase.grid.host.log.warn(line); }
    if (this.settings.fractionTrain === 0) return [];
    const { fractionTrain: fraction, minTrainNodes: minNodes } = this.settings;
    this.sent = phase.arrays;
    this.addTrainSettings(phase.config);
    return await this.instructions(phase, { kind: "train", fraction, minNodes });
  }

  /** The instructions of a round's evaluation, one for each node that was chosen. */
  override async configureEvaluate(phase: Phase): Promise<Message[]> {
    if (this.settings.fractionEvaluate === 0) return [];
    const { fractionEvaluate: fraction, minEvaluateNodes: minNodes } = this.settings;
    return await this.instructions(phase, { kind: "evaluate", fraction, minNodes });
  }

  /** Makes one model and one set of metrics of all replies of a round. */
  override async aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome> {
    return await this.#aggregate(replies, { round, streaming: false, log: grid.host.log });
  }

  /** Makes one model and one set of metrics of the replies, as they arrive. */
  override async streamTrain(
    round: number,
    replies: AsyncIterable<Message>,
    grid: Grid,
  ): Promise<TrainOutcome> {
    return await this.#aggregate(replies, { round, streaming: true, log: grid.host.log });
  }

  /** Makes one set of metrics of all replies of a round. */
  // deno-lint-ignore require-await -- strategies that wait share the signature
  override async aggregateEvaluate(
    round: number,
    replies: Message[],
    grid: Grid,
  ): Promise<MetricRecord | undefined> {
    const intake = new Intake();
    const good = replies.map((reply) => intake.take(reply)).filter((reply) => reply !== undefined);
    intake.report(grid.host.log, "evaluate");
    if (good.length === 0) return undefined;
    const { weightedByKey, evaluateMetricsAggrFn } = this.settings;
    const check = this.#check(round, { withArrays: false });
    for (const reply of good) check.check(reply);
    if (this.#weighNothing(good, { round, log: grid.host.log })) return undefined;
    return evaluateMetricsAggrFn(good.map(({ content }) => content), weightedByKey);
  }

  /** What the log is told before the first round. */
  protected warnings(): string[] {
    const { fractionTrain, fractionEvaluate } = this.settings;
    return [
      ...fractionTrain === 0 ? ["fractionTrain is 0: there will be no federated training."] : [],
      ...fractionEvaluate === 0 ? ["fractionEvaluate is 0: there will be no federated evaluation."] : [],
    ];
  }

  /** Adds to the settings that are sent with the model for training. */
  protected addTrainSettings(_config: ConfigRecord): void {}

  /** How the arrays of a round's replies are put together. */
  protected openFold({ round, streaming }: FoldScene): ArrayFold {
    const options = { ...this.settings, round };
    if (streaming && this.settings.aggregation === "streaming") return new MeanFold(options);
    return new HeldReplies((replies) => ({ arrays: meanOfArrays(replies, options) }));
  }

  /** Whether so many valid replies can be aggregated. */
  protected isEnough(count: number, _scene: FoldScene): boolean {
    return count > 0;
  }

  /** Makes the new model of what the replies were folded to. */
  protected update(folded: ArrayRecord, _round: number): ArrayRecord {
    return folded;
  }

  /** The messages of a phase: the model and the settings for each node that was chosen. */
  protected async instructions(phase: Phase, settings: PhaseSettings): Promise<Message[]> {
    const { nodeIds, online } = await this.sample(phase, settings);
    phase.grid.host.log.info(
      `configure_${settings.kind}: Sampled ${nodeIds.length} nodes (out of ${online})`,
    );
    return this.messagesFor(nodeIds, phase, settings.kind);
  }

  /** The nodes for a phase: those that `selectNodes` chooses, or chance. Waits until enough are online. */
  protected async sample(
    { grid, round }: Phase,
    { kind, fraction, minNodes }: PhaseSettings,
  ): Promise<Sample> {
    const { minAvailableNodes, waitForNodes, selectNodes } = this.settings;
    const select = selectNodes && ((online: readonly bigint[]) => selectNodes(online, { round, kind }));
    return await sampleNodes(grid, { fraction, minNodes, minAvailableNodes, waitForNodes, select });
  }

  /** The same message for each of these nodes. */
  protected messagesFor(
    nodeIds: readonly bigint[],
    { arrays, config, round }: Phase,
    messageType: "train" | "evaluate",
  ): Message[] {
    const { arrayrecordKey, configrecordKey, groupByRound } = this.settings;
    config.set("server-round", round);
    // All messages share one content, so that a model is serialised and kept once however many nodes there are.
    const content = new RecordDict([[arrayrecordKey, arrays], [configrecordKey, config]]);
    const groupId = groupByRound ? String(round) : "";
    return nodeIds.map((dstNodeId) => new Message(content, { dstNodeId, messageType, groupId }));
  }

  async #aggregate(replies: Replies, scene: FoldScene): Promise<TrainOutcome> {
    const { round, log } = scene;
    const [intake, check, fold] = [
      new Intake(),
      this.#check(round, { withArrays: true }),
      this.openFold(scene),
    ];
    const good: GoodReply[] = [];
    const isMean = fold instanceof MeanFold;
    for await (const message of isMean && replies instanceof ReplyStream ? replies.distant() : replies) {
      const reply = intake.take(message);
      if (!reply) continue;
      check.check(reply);
      if (isMean) await fold.addDistant(reply);
      else fold.add(reply);
      good.push(fold.holdsReplies ? reply : withoutArrays(reply));
    }
    intake.report(log, "train");
    if (!this.isEnough(intake.good, scene) || this.#weighNothing(good, scene)) return {};
    const { arrays, chosen = good } = fold.finish();
    const model = arrays && this.#checked(this.update(arrays, round), { round, replies: good });
    // The next round sends another one, and two are a lot to keep.
    this.sent = undefined;
    const { trainMetricsAggrFn, weightedByKey } = this.settings;
    const metrics = trainMetricsAggrFn(chosen.map(({ content }) => content), weightedByKey);
    return { ...model && { arrays: model }, metrics };
  }

  #check(round: number, { withArrays }: { withArrays: boolean }): ReplyCheck {
    const { weightedByKey, aggregation } = this.settings;
    return new ReplyCheck({ round, weightedByKey, withArrays, strictWeights: aggregation === "streaming" });
  }

  /** Whether the round has no result because all weights are 0, and that is how it is wanted. */
  #weighNothing(replies: readonly GoodReply[], { round, log }: Pick<FoldScene, "round" | "log">): boolean {
    const { zeroWeights, weightedByKey } = this.settings;
    if (zeroWeights !== "skip" || replies.length === 0) return false;
    if (totalWeight(replies.map(({ content }) => content), weightedByKey).value !== 0) return false;
    log.warn(`Round ${round} has no result as the "${weightedByKey}" of its replies add up to 0.`);
    return true;
  }

  #checked(model: ArrayRecord, about: { round: number; replies: readonly GoodReply[] }): ArrayRecord {
    if (this.settings.nan === "refuse") refuseNaN(model, about);
    return this.settings.dtypePolicy === "keep" && this.sent ? inTypesOf(this.sent, model) : model;
  }
}

/**
 * One phase's settings, and how the log calls it.
 *
 * @example
 * ```ts
 * import { FedAvg, type Message, type Phase, type PhaseSettings } from "corolla";
 *
 * // Asks twice as many nodes as it must.
 * export class Generous extends FedAvg {
 *   protected override async instructions(phase: Phase, settings: PhaseSettings): Promise<Message[]> {
 *     return await super.instructions(phase, { ...settings, minNodes: 2 * settings.minNodes });
 *   }
 * }
 * ```
 */
export interface PhaseSettings {
  /** What the phase is for. */
  readonly kind: "train" | "evaluate";
  /** The part of the nodes online that is wanted, from 0 to 1. */
  readonly fraction: number;
  /** The least number of nodes to take. */
  readonly minNodes: number;
}

/** The model with the element types of another; what was no floating point before stays as it is now. */
function inTypesOf(sent: ArrayRecord, model: ArrayRecord): ArrayRecord {
  return new ArrayRecord(Array.from(model, ([key, array]): [string, FlowerArray] => {
    const before = sent.get(key)?.toNDArray().dtype;
    if (!before || !isFloat(before) || before === array.dtype) return [key, array];
    return [key, FlowerArray.from(asType(array.toNDArray(), before), { keepInput: false })];
  }));
}
