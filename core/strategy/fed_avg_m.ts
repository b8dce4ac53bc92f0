import { minus, plus, times } from "../model/numeric/arithmetic.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import type { Message } from "../model/app_message.ts";
import { AggregationError } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { pairedArrays } from "./paired_arrays.ts";
import { floatText } from "./python_text.ts";
import type { Phase } from "./strategy.ts";
import { arraysFrom, type NamedArrays, stateOf } from "./strategy_state.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link FedAvgM}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvgM, type FedAvgMOptions } from "corolla";
 *
 * const options: FedAvgMOptions = { serverMomentum: 0.9, fractionTrain: 0.5 };
 * assertEquals(new FedAvgM(options).summary().some((line) => line.includes("Server Momentum: 0.9")), true);
 * ```
 */
export interface FedAvgMOptions extends FedAvgOptions {
  /** How far to go in the direction the nodes point; 1 unless told. */
  readonly serverLearningRate?: number;
  /** How much of the last direction is kept; 0 unless told. */
  readonly serverMomentum?: number;
}

/**
 * Federated averaging with momentum on the server (Hsu et al., 2019). With both settings at their defaults it is
 * FedAvg.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAvgM, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAvgM({ serverLearningRate: 0.5 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * // Half of the way from 0 to the mean, 3.
 * assertEquals([...outcome.arrays!.toArrays()[0].toNumbers()], [1.5]);
 * ```
 */
export class FedAvgM extends FedAvg {
  readonly #rate: number;
  readonly #momentum: number;
  /** The model that updates start from: the first one sent, and then the strategy's own. */
  #model: ArrayRecord | undefined;
  #velocity: NamedArrays | undefined;

  /** A strategy with these settings; none of them must be given. */
  constructor({ serverLearningRate = 1, serverMomentum = 0, ...options }: FedAvgMOptions = {}) {
    super(options);
    this.#rate = serverLearningRate;
    this.#momentum = serverMomentum;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const lines = [
      `Server optimization: ${this.#optimises ? "ON" : "OFF"}`,
      `Server learning rate: ${floatText(this.#rate)}`,
      `Server Momentum: ${floatText(this.#momentum)}`,
    ];
    return [...summarySection("FedAvgM settings:", lines), ...super.summary()];
  }

  /** The instructions of a round's training, one for each node that was chosen. */
  override async configureTrain(phase: Phase): Promise<Message[]> {
    this.#model ??= phase.arrays;
    return await super.configureTrain(phase);
  }

  /** What must be remembered from round to round, for a checkpoint. */
  override saveState(): RecordDict {
    return stateOf({ model: this.#model?.toNamedArrays(), velocity: this.#velocity });
  }

  /** Takes up what {@link saveState} gave. */
  override loadState(state: RecordDict): void {
    const model = arraysFrom(state, "model");
    this.#model = model && ArrayRecord.from(model);
    this.#velocity = arraysFrom(state, "velocity");
  }

  /** Makes the new model of the mean of the replies. */
  protected override update(mean: ArrayRecord, round: number): ArrayRecord {
    if (!this.#optimises) return mean;
    if (!this.#model) {
      throw new AggregationError(
        `Cannot aggregate round ${round} with momentum as the model must be known: call configureTrain first`,
      );
    }
    const { matching } = this.settings;
    const pairs = pairedArrays(this.#model, mean, { matching, name: `the mean of round ${round}` });
    const before = this.#velocity;
    const velocity: NamedArrays = new Map();
    const model = new Map(pairs.map(({ key, ours, theirs }, place): [string, NDArray] => {
      const direction = minus(ours, theirs);
      velocity.set(key, this.#withMomentum(direction, before && at(before, { key, place, matching })));
      return [key, minus(ours, times(this.#rate, velocity.get(key)!))];
    }));
    if (this.#momentum > 0) this.#velocity = velocity;
    return this.#model = ArrayRecord.from(model, { keepInput: false });
  }

  get #optimises(): boolean {
    return this.#rate !== 1 || this.#momentum !== 0;
  }

  #withMomentum(direction: NDArray, velocity: NDArray | undefined): NDArray {
    if (this.#momentum === 0 || !velocity) return direction;
    return plus(times(this.#momentum, velocity), direction);
  }
}

function at(
  arrays: NamedArrays,
  { key, place, matching }: { key: string; place: number; matching: "key" | "position" },
): NDArray | undefined {
  return matching === "key" ? arrays.get(key) : [...arrays.values()][place];
}
