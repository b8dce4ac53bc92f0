import { asType, float64, minus, over, plus, times } from "../model/numeric/arithmetic.ts";
import { sumOfAllSquares } from "../model/numeric/norm.ts";
import { isFloat } from "../model/numeric/promotion.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import type { ArrayFold, Folded, FoldScene } from "./array_fold.ts";
import { AggregationError } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { arraysIn, type GoodReply, metricsIn } from "./good_reply.ts";
import { holdsNaN } from "./nan.ts";
import { pairedArrays } from "./paired_arrays.ts";
import { floatText, quoted } from "./python_text.ts";
import type { NamedArrays } from "./strategy_state.ts";
import { nanRefusal } from "./strictness.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link QFedAvg}.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { QFedAvg, type QFedAvgOptions } from "corolla";
 *
 * const options: QFedAvgOptions = { clientLearningRate: 0.01, q: 0.5, trainLossKey: "loss" };
 * export const strategy = new QFedAvg(options);
 * assertThrows(() => new QFedAvg({ ...options, clientLearningRate: 0 }), RangeError, "above 0");
 * ```
 */
export interface QFedAvgOptions extends FedAvgOptions {
  /** The learning rate that the nodes train with. */
  readonly clientLearningRate: number;
  /** How much more nodes with a high loss count; 0.1 unless told, and 0 counts all alike. */
  readonly q?: number;
  /** The metric that holds a node's loss; `train_loss` unless told. */
  readonly trainLossKey?: string;
}

/** What a {@link QFold} computes with. */
interface QSettings {
  readonly lipschitz: number;
  readonly q: number;
  readonly lossKey: string;
}

/**
 * q-FedAvg (Li et al., 2020): nodes on which the model does badly count more, so that it comes to do about equally
 * well on all. Replies are not weighed by their examples. As in Flower the new model is of double precision.
 * @throws {AggregationError} from {@link Strategy.start} when a reply lacks its loss
 * @throws {TypeError} from {@link Strategy.start} when an array holds no floating point numbers
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, type Grid, Message, MetricRecord, NDArray, QFedAvg, RecordDict } from "corolla";
 *
 * // Two nodes pull the one weight in opposite directions; the model does badly on the second.
 * const reply = (weight: number, loss: number) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": 10, train_loss: loss }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new QFedAvg({ clientLearningRate: 0.1, q: 1 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(-1, 0.1), reply(1, 5)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0] > 0, true);
 * ```
 */
export class QFedAvg extends FedAvg {
  readonly #rate: number;
  readonly #q: number;
  readonly #lossKey: string;

  /**
   * A strategy with these settings; the learning rate must be given.
   * @throws {RangeError} when the learning rate is not above 0
   */
  constructor({ clientLearningRate, q = 0.1, trainLossKey = "train_loss", ...options }: QFedAvgOptions) {
    super(options);
    if (!(clientLearningRate > 0)) {
      throw new RangeError(
        `Cannot use QFedAvg as clientLearningRate must be above 0: current value is ${clientLearningRate}`,
      );
    }
    this.#rate = clientLearningRate;
    this.#q = q;
    this.#lossKey = trainLossKey;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const lines = [
      `client_learning_rate: ${floatText(this.#rate)}`,
      `q: ${floatText(this.#q)}`,
      `train_loss_key: ${quoted(this.#lossKey)}`,
    ];
    return [...summarySection("q-FedAvg settings:", lines), ...super.summary()];
  }

  /** How the arrays of a round's replies are put together. */
  protected override openFold({ round }: FoldScene): ArrayFold {
    const { sent } = this;
    // Each round is compared with the model that was sent for it, and no other.
    this.sent = undefined;
    const settings = { lipschitz: 1 / this.#rate, q: this.#q, lossKey: this.#lossKey };
    return new QFold(sent, { ...this.settings, round, settings });
  }
}

/** Where a {@link QFold} stands. */
interface QScene {
  readonly round: number;
  readonly matching: "key" | "position";
  readonly nan: "refuse" | "keep";
  readonly settings: QSettings;
}

/** Adds up how far each node would go, and how careful its curvature bids to be. */
class QFold implements ArrayFold {
  readonly holdsReplies = false;
  readonly #sent: ArrayRecord | undefined;
  readonly #scene: QScene;
  readonly #ways: NamedArrays = new Map();
  #caution = 0;

  constructor(sent: ArrayRecord | undefined, scene: QScene) {
    this.#sent = sent;
    this.#scene = scene;
  }

  add(reply: GoodReply): void {
    const { lipschitz, q } = this.#scene.settings;
    const loss = this.#lossOf(reply) + 1e-10;
    const gradients = new Map(
      this.#pairs(reply).map(({ key, ours, theirs }): [string, NDArray] => {
        if (this.#scene.nan === "refuse" && holdsNaN(theirs)) {
          throw nanRefusal({ round: this.#scene.round, nodeId: reply.nodeId, key });
        }
        // What nodes send decides on the precision, also where the model has more.
        return [key, times(asType(minus(ours, theirs), theirs.dtype), lipschitz)];
      }),
    );
    for (const [key, gradient] of gradients) {
      const way = asType(times(gradient, float64(loss ** q)), gradient.dtype);
      const sum = this.#ways.get(key);
      this.#ways.set(key, sum ? plus(sum, way) : way);
    }
    const squares = sumOfAllSquares(gradients.values());
    this.#caution += q * loss ** (q - 1) * squares + lipschitz * loss ** q;
  }

  finish(): Folded {
    const { matching } = this.#scene;
    const inPlace = [...this.#ways.values()];
    const next = [...this.#sent!].map(([key, array], place): [string, NDArray] => {
      const way = matching === "key" ? this.#ways.get(key)! : inPlace[place];
      // NumPy's sum is a double that widens what it meets.
      return [key, minus(array.toNDArray(), over(way, float64(this.#caution)))];
    });
    return { arrays: ArrayRecord.from(new Map(next), { keepInput: false }) };
  }

  #pairs(reply: GoodReply) {
    const { round, matching } = this.#scene;
    if (!this.#sent) {
      throw new AggregationError(
        `Cannot aggregate round ${round} as the model must be known: call configureTrain first`,
      );
    }
    const name = `the reply of node ${reply.nodeId} in round ${round}`;
    const pairs = pairedArrays(this.#sent, arraysIn(reply), { matching, name });
    const odd = pairs.find(({ theirs }) => !isFloat(theirs.dtype));
    if (!odd) return pairs;
    throw new TypeError(
      `Cannot use "${odd.key}" of ${name} as it must hold floating point numbers: its elements are ${odd.theirs.dtype}`,
    );
  }

  #lossOf(reply: GoodReply): number {
    const { round, settings } = this.#scene;
    const loss = metricsIn(reply).get(settings.lossKey);
    if (typeof loss === "number" || typeof loss === "bigint") return Number(loss);
    throw new AggregationError(
      `Cannot aggregate round ${round} as the MetricRecord of every reply must hold its loss as the number ` +
        `"${settings.lossKey}": that of node ${reply.nodeId} ${
          loss === undefined ? "lacks it" : "holds a list"
        }`,
    );
  }
}
