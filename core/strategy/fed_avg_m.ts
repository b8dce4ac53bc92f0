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

/** The settings of {@link FedAvgM}. */
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
 * ```ts
 * import { FedAvgM } from "corolla";
 *
 * const strategy = new FedAvgM({ serverLearningRate: 0.5, serverMomentum: 0.9 });
 * ```
 */
export class FedAvgM extends FedAvg {
  readonly #rate: number;
  readonly #momentum: number;
  /** The model that updates start from: the first one sent, and then the strategy's own. */
  #model: ArrayRecord | undefined;
  #velocity: NamedArrays | undefined;

  constructor({ serverLearningRate = 1, serverMomentum = 0, ...options }: FedAvgMOptions = {}) {
    super(options);
    this.#rate = serverLearningRate;
    this.#momentum = serverMomentum;
  }

  override summary(): string[] {
    const lines = [
      `Server optimization: ${this.#optimises ? "ON" : "OFF"}`,
      `Server learning rate: ${floatText(this.#rate)}`,
      `Server Momentum: ${floatText(this.#momentum)}`,
    ];
    return [...summarySection("FedAvgM settings:", lines), ...super.summary()];
  }

  override async configureTrain(phase: Phase): Promise<Message[]> {
    this.#model ??= phase.arrays;
    return await super.configureTrain(phase);
  }

  override saveState(): RecordDict {
    return stateOf({ model: this.#model?.toNamedArrays(), velocity: this.#velocity });
  }

  override loadState(state: RecordDict): void {
    const model = arraysFrom(state, "model");
    this.#model = model && ArrayRecord.from(model);
    this.#velocity = arraysFrom(state, "velocity");
  }

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
