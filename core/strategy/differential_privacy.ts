import type { Grid } from "../app/grid.ts";
import { CLIPPING_NORM_KEY, NORM_BIT_KEY } from "../app/mods/clipping_mods.ts";
import { Message } from "../model/app_message.ts";
import { NormalNumbers, withNoise } from "../model/numeric/noise.ts";
import { isFloat } from "../model/numeric/promotion.ts";
import { checkSetting, type ClippedUpdate, clipUpdate } from "../model/numeric/clipping.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { float } from "../model/record/entry.ts";
import type { MetricRecord } from "../model/record/metric_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { ClippingNorm } from "./clipping_norm.ts";
import { AggregationError, InconsistentMessageReplies } from "./errors.ts";
import { arraysIn, type GoodReply, withArrays } from "./good_reply.ts";
import { Intake } from "./intake.ts";
import { holdsNaN } from "./nan.ts";
import { pairedArrays } from "./paired_arrays.ts";
import { PrivacyLedger, type PrivacyReportOptions, PrivacyTally } from "./privacy_ledger.ts";
import { floatText } from "./python_text.ts";
import { type Phase, Strategy, type TrainOutcome } from "./strategy.ts";
import { trainOutcome } from "./stream_train.ts";
import { nanRefusal } from "./strictness.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings that all kinds of differential privacy share.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * const options: corolla.DifferentialPrivacyOptions = {
 *   noiseMultiplier: 1.1,
 *   numSampledClients: 50,
 *   accountant: { delta: 1e-5, population: 500 },
 * };
 * const strategy = new corolla.DifferentialPrivacyServerSideFixedClipping(new corolla.FedAvg(), {
 *   ...options,
 *   clippingNorm: 0.5,
 * });
 * // Nothing was done yet that could cost anything.
 * assertEquals(strategy.epsilon! < 0.1, true);
 * ```
 */
export interface DifferentialPrivacyOptions {
  /** The noise on the model, as a multiple of the clipping norm over the number of clients; 0 or above. */
  readonly noiseMultiplier: number;
  /** How many clients take part in a round; above 0. */
  readonly numSampledClients: number;
  /**
   * `reference` does what Flower does bit by bit: all replies are held, their arrays are paired by position, and those
   * without axes are not clipped.
   */
  readonly aggregation?: "streaming" | "reference";
  /** Leave arrays of integers, such as counters, as they are: they are neither clipped nor hidden by noise. */
  readonly floatsOnly?: boolean;
  /** Let replies pass that changed nothing, which end the run in Flower. */
  readonly allowZeroUpdates?: boolean;
  /** Tells the log after each round what privacy it cost. */
  readonly accountant?: PrivacyReportOptions;
}

/** Who clips: the server does when replies arrive, or nodes do with a mod. */
export type ClippingSide = "server" | "client";

/** How one kind of differential privacy works. */
export interface PrivacyKind {
  readonly side: ClippingSide;
  readonly norm: ClippingNorm;
  /** Whether clipped updates are counted. */
  readonly adaptive: boolean;
}

/** Before the names of what the inner strategy saves. */
const INNER = "inner.";

/** A round that is not aggregated, since a node failed and the noise would not fit those that are left. */
class SpoiltRound extends Error {}

/**
 * Differential privacy around another strategy: no update may be longer than a norm, and noise is added to the model
 * that they come to, so that it does not tell whether any one node took part. The inner strategy's own noise-free
 * model never leaves this one.
 * A round in which a node failed has no result: the noise would not fit those that are left.
 * @throws {RangeError} from {@link Strategy.start} when an update has length 0 or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DifferentialPrivacy, DifferentialPrivacyServerSideFixedClipping, FedAvg } from "corolla";
 *
 * const strategy: DifferentialPrivacy = new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 1.1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 50,
 * });
 * assertEquals([strategy.clippingNorm, strategy.epsilon], [0.5, undefined]);
 * ```
 */
export abstract class DifferentialPrivacy extends Strategy {
  readonly #inner: Strategy;
  readonly #options: DifferentialPrivacyOptions;
  readonly #kind: PrivacyKind;
  readonly #ledger: PrivacyLedger | undefined;
  #sent: ArrayRecord | undefined;

  /**
   * To be called by the classes that say who clips, and how the norm is found.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: DifferentialPrivacyOptions, kind: PrivacyKind) {
    super();
    checkSetting("numSampledClients", options.numSampledClients, "above 0");
    this.#inner = strategy;
    this.#options = options;
    this.#kind = kind;
    this.#ledger = options.accountant && new PrivacyLedger(strategy, options.accountant);
  }

  /** The longest that an update may be now. */
  get clippingNorm(): number {
    return this.#kind.norm.value;
  }

  /** Epsilon so far, for the accountant's delta; undefined without an accountant. */
  get epsilon(): number | undefined {
    return this.#ledger?.epsilon;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const { norm } = this.#kind;
    const lines = [
      `Noise multiplier: ${floatText(norm.noiseMultiplier)}`,
      `Clipping norm: ${floatText(norm.value)}`,
      ...norm.summary,
    ];
    return [...summarySection("DP settings:", lines), ...this.#inner.summary()];
  }

  /** The instructions of a round's training, one for each node that was chosen. */
  override async configureTrain(phase: Phase): Promise<Message[]> {
    this.#sent = phase.arrays;
    if (this.#kind.side === "client") phase.config.set(CLIPPING_NORM_KEY, float(this.clippingNorm));
    return await this.#inner.configureTrain(phase);
  }

  /** The instructions of a round's evaluation, one for each node that was chosen. */
  override async configureEvaluate(phase: Phase): Promise<Message[]> {
    return await this.#inner.configureEvaluate(phase);
  }

  /** Makes one set of metrics of all replies of a round. */
  override async aggregateEvaluate(
    round: number,
    replies: Message[],
    grid: Grid,
  ): Promise<MetricRecord | undefined> {
    return await this.#inner.aggregateEvaluate(round, replies, grid);
  }

  /** Makes one model and one set of metrics of all replies of a round. */
  override async aggregateTrain(round: number, replies: Message[], grid: Grid): Promise<TrainOutcome> {
    const scene = { round, grid, intake: new Intake(), tally: new PrivacyTally() };
    const good = replies.map((reply) => [reply, scene.intake.take(reply)] as const);
    if (!this.#isSound(scene)) return {};
    const kept = good.map(([message, reply]) => this.#clipped(message, reply!, scene));
    return await this.#finish(await this.#inner.aggregateTrain(round, kept, grid), scene);
  }

  /** Makes one model and one set of metrics of the replies, as they arrive. */
  override async streamTrain(
    round: number,
    replies: AsyncIterable<Message>,
    grid: Grid,
  ): Promise<TrainOutcome> {
    if (this.#options.aggregation === "reference") {
      const all: Message[] = [];
      for await (const reply of replies) all.push(reply);
      return await this.aggregateTrain(round, all, grid);
    }
    const scene = { round, grid, intake: new Intake(), tally: new PrivacyTally() };
    try {
      const kept = this.#clippedStream(replies, scene);
      return await this.#finish(await trainOutcome(this.#inner, { round, replies: kept, grid }), scene);
    } catch (error) {
      if (error instanceof SpoiltRound) return {};
      throw error;
    }
  }

  /** What must be remembered from round to round, for a checkpoint. */
  override saveState(): RecordDict {
    const numbers = new ConfigRecord({ "clipping-norm": float(this.clippingNorm) });
    if (this.#ledger) numbers.set("privacy-costs", float(this.#ledger.costs));
    const inner = Array.from(this.#inner.saveState(), ([name, record]) => [INNER + name, record] as const);
    return new RecordDict([["privacy", numbers], ...inner]);
  }

  /** Takes up what {@link saveState} gave. */
  override loadState(state: RecordDict): void {
    const numbers = state.config("privacy");
    this.#kind.norm.resume(numbers.getFloat("clipping-norm"));
    if (this.#ledger && numbers.has("privacy-costs")) this.#ledger.resume(numbers.getFloats("privacy-costs"));
    const inner = [...state].filter(([name]) => name.startsWith(INNER));
    this.#inner.loadState(
      new RecordDict(inner.map(([name, record]) => [name.slice(INNER.length), record] as const)),
    );
  }

  async *#clippedStream(replies: AsyncIterable<Message>, scene: RoundScene): AsyncGenerator<Message> {
    for await (const message of replies) {
      const reply = scene.intake.take(message);
      if (reply && scene.intake.failed === 0) yield this.#clipped(message, reply, scene);
    }
    if (!this.#isSound(scene)) throw new SpoiltRound();
  }

  /** Whether all nodes gave a result. One that is missing unnoticed would leave the others with too little noise. */
  #isSound({ round, grid, intake }: RoundScene): boolean {
    const { log } = grid.host;
    intake.report(log, "train");
    if (intake.failed > 0) {
      log.info(
        `aggregate_train: Round ${round} has no result as some nodes failed, and the noise is meant for all.`,
      );
      return false;
    }
    const { numSampledClients } = this.#options;
    if (intake.good !== numSampledClients) {
      log.warn(
        `Round ${round} has ${intake.good} replies where numSampledClients says ${numSampledClients}: its noise may ` +
          "be too little for the privacy that is meant.",
      );
    }
    return true;
  }

  /** The reply with its update shortened where that is ours to do, and counted. */
  #clipped(message: Message, reply: GoodReply, { round, grid, tally }: RoundScene): Message {
    tally.add(reply);
    const { side, norm, adaptive } = this.#kind;
    if (side === "client") {
      if (adaptive) tally.count(normBitOf(reply, round));
      return message;
    }
    const { arrays, clipped } = this.#clip(reply, round);
    tally.count(clipped);
    const what = adaptive ? "aggregate_train: arrays in `ArrayRecord`" : "aggregate_fit: parameters";
    grid.host.log.info(`${what} are clipped by value: ${norm.value.toFixed(4)}.`);
    return new Message(
      withArrays(reply, ArrayRecord.from(arrays, { keepInput: false })).content,
      message.metadata,
    );
  }

  #clip(reply: GoodReply, round: number): ClippedUpdate {
    const { aggregation, floatsOnly, allowZeroUpdates } = this.#options;
    const reference = aggregation === "reference";
    const name = `the reply of node ${reply.nodeId} in round ${round}`;
    if (!this.#sent) {
      throw new AggregationError(`Cannot clip ${name} as the model must be known: call configureTrain first`);
    }
    const pairs = pairedArrays(this.#sent, arraysOf(reply, round), {
      matching: reference ? "position" : "key",
      name,
    });
    const bad = reference ? undefined : pairs.find(({ theirs }) => holdsNaN(theirs));
    // The length of such an update is no number, and it would not be clipped.
    if (bad) throw nanRefusal({ round, nodeId: reply.nodeId, key: bad.key });
    try {
      const { value: clippingNorm } = this.#kind.norm;
      return clipUpdate(pairs, {
        clippingNorm,
        floatsOnly,
        allowZeroUpdates,
        spareScalars: reference,
        allowNaN: reference,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RangeError(`Cannot use ${name}: ${reason}`, { cause: error });
    }
  }

  #finish(outcome: TrainOutcome, { round, grid, tally, intake }: RoundScene): TrainOutcome {
    const { norm } = this.#kind;
    const numbers = new NormalNumbers((count) => grid.host.random.bytes(count));
    norm.observe({ round, replies: intake.good, clipped: tally.clipped }, numbers);
    if (!outcome.arrays) return outcome;
    const stddev = norm.noiseMultiplier * norm.value / this.#options.numSampledClients;
    const arrays = new ArrayRecord(Array.from(outcome.arrays, ([key, array]): [string, FlowerArray] => {
      if (!this.#isHidden(key)) return [key, array];
      return [key, FlowerArray.from(withNoise(array.toNDArray(), { stddev, numbers }), { keepInput: false })];
    }));
    grid.host.log.info(`aggregate_fit: central DP noise with ${stddev.toFixed(4)} stdev added`);
    this.#ledger?.charge({ norm, tally, options: this.#options, log: grid.host.log });
    return { ...outcome, arrays };
  }

  /** Whether noise is added to an array. */
  #isHidden(key: string): boolean {
    const sent = this.#sent?.get(key);
    return !this.#options.floatsOnly || !sent || isFloat(sent.toNDArray().dtype);
  }
}

/** A round whose replies are being clipped. */
interface RoundScene {
  readonly round: number;
  readonly grid: Grid;
  readonly intake: Intake;
  readonly tally: PrivacyTally;
}

function normBitOf({ nodeId, content }: GoodReply, round: number): boolean {
  for (const [, metrics] of content.metricRecords()) {
    const bit = metrics.get(NORM_BIT_KEY);
    if (bit !== undefined) return Number(bit) !== 0;
  }
  throw new AggregationError(
    `Cannot adapt the clipping norm in round ${round} as the MetricRecord of every reply must hold "${NORM_BIT_KEY}": ` +
      `that of node ${nodeId} lacks it. Use adaptiveclippingMod in the ClientApp`,
  );
}

function arraysOf(reply: GoodReply, round: number): ArrayRecord {
  const { size } = reply.content.arrayRecords();
  if (size === 1) return arraysIn(reply);
  throw new InconsistentMessageReplies(
    `Cannot aggregate the replies of round ${round} as every reply must hold exactly one ArrayRecord: that of node ` +
      `${reply.nodeId} holds ${size}`,
  );
}
