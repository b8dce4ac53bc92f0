import { minus } from "../model/numeric/arithmetic.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import { sameShape } from "../model/numeric/arithmetic.ts";
import { AggregationError } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { floatText } from "./python_text.ts";
import { arraysFrom, type NamedArrays, stateOf } from "./strategy_state.ts";
import { shapeText } from "./strictness.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings that the adaptive optimisers share.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAdagrad, type FedOptOptions } from "corolla";
 *
 * const options: FedOptOptions = { eta: 0.05, tau: 0.01 };
 * assertEquals(new FedAdagrad(options).summary().some((line) => line.includes("tau (0.01)")), true);
 * ```
 */
export interface FedOptOptions extends FedAvgOptions {
  /** The learning rate of the server. */
  readonly eta?: number;
  /** The learning rate of the nodes. Nothing is computed with it here, as in Flower: nodes set their own. */
  readonly etaL?: number;
  /** How much the optimiser adapts: the smaller, the more. 0.001 unless told. */
  readonly tau?: number;
}

/**
 * The settings with the optimiser's defaults in place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { FedOptSettings } from "corolla";
 *
 * const adam: FedOptSettings = { eta: 0.1, etaL: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 };
 * assertEquals(adam.eta, adam.etaL);
 * ```
 */
export interface FedOptSettings {
  /** The learning rate of the server. */
  readonly eta: number;
  /** The learning rate of the nodes, which compute with it themselves. */
  readonly etaL: number;
  /** How much of the first moment is kept, from 0 to 1. */
  readonly beta1: number;
  /** How much of the second moment is kept, from 0 to 1. */
  readonly beta2: number;
  /** How much the optimiser adapts: the smaller, the more. */
  readonly tau: number;
}

/**
 * One array of the model on its way from one round to the next.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type OptimiserStep } from "corolla";
 *
 * const array = (value: number) => new NDArray(Float64Array.of(value));
 * const step: OptimiserStep = { round: 1, current: array(1), delta: array(0.5), m: array(0), v: array(0) };
 * assertEquals(step.delta.shape, step.current.shape);
 * ```
 */
export interface OptimiserStep {
  /** Counted from 1. */
  readonly round: number;
  /** The array that was sent. */
  readonly current: NDArray;
  /** From there to the mean of the replies. */
  readonly delta: NDArray;
  /** The first moment so far. */
  readonly m: NDArray;
  /** The second moment so far. */
  readonly v: NDArray;
}

/**
 * What became of an array.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { NDArray, type Optimised } from "corolla";
 *
 * const array = (value: number) => new NDArray(Float64Array.of(value));
 * const result: Optimised = { next: array(1.5), m: array(0.05), v: array(0.0025) };
 * assertEquals(result.next.dtype, "float64");
 * ```
 */
export interface Optimised {
  /** The array as it is from now on. */
  readonly next: NDArray;
  /** The first moment, of the shape of the array. */
  readonly m: NDArray;
  /** The second moment, of the shape of the array. */
  readonly v: NDArray;
}

/**
 * Adaptive optimisation on the server (Reddi et al., 2021): the way from the model that was sent to the mean of the
 * replies is taken for a gradient. What an optimiser does with it is its `step`.
 * @throws {AggregationError} from {@link Strategy.start} when the mean has other names or shapes than the model sent
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAdagrad, FedAdam, type FedOpt, FedYogi } from "corolla";
 *
 * const strategies: FedOpt[] = [new FedAdagrad(), new FedAdam(), new FedYogi()];
 * assertEquals(strategies.map(({ name }) => name), ["FedAdagrad", "FedAdam", "FedYogi"]);
 * // Their first and second moments are what a checkpoint keeps of them; there are none before the first round.
 * assertEquals(strategies.map((strategy) => strategy.saveState().size), [0, 0, 0]);
 * ```
 */
export abstract class FedOpt extends FedAvg {
  readonly #settings: FedOptSettings;
  #m: NamedArrays | undefined;
  #v: NamedArrays | undefined;

  /** To be called by a class that says what a step is. */
  constructor(optimiser: FedOptSettings, options: FedAvgOptions) {
    super(options);
    this.#settings = optimiser;
  }

  /** Computes one array of the new model, and its moments. */
  protected abstract step(step: OptimiserStep, settings: FedOptSettings): Optimised;

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const { eta, etaL, beta1, beta2, tau } = this.#settings;
    const beta = (value: number) => value === 0 ? "0" : floatText(value);
    const lines = [
      `eta (${floatText(eta)}) | eta_l (${floatText(etaL)})`,
      `beta_1 (${beta(beta1)}) | beta_2 (${beta(beta2)})`,
      `tau (${floatText(tau)})`,
    ];
    return [...summarySection("FedOpt settings:", lines), ...super.summary()];
  }

  /** What must be remembered from round to round, for a checkpoint. */
  override saveState(): RecordDict {
    return stateOf({ m: this.#m, v: this.#v });
  }

  /** Takes up what {@link saveState} gave. */
  override loadState(state: RecordDict): void {
    this.#m = arraysFrom(state, "m");
    this.#v = arraysFrom(state, "v");
  }

  /** Makes the new model of the mean of the replies. */
  protected override update(mean: ArrayRecord, round: number): ArrayRecord {
    const sent = this.sent;
    if (!sent) {
      throw new AggregationError(
        `Cannot aggregate round ${round} as the model must be known: call configureTrain first`,
      );
    }
    checkSameArrays(sent, mean, round);
    const [m, v, next]: NamedArrays[] = [new Map(), new Map(), new Map()];
    for (const [key, serialised] of mean) {
      const array = serialised.toNDArray();
      const current = sent.get(key)!.toNDArray();
      const step = {
        round,
        current,
        delta: minus(array, current),
        m: this.#m?.get(key) ?? NDArray.zeros(array.shape, array.dtype),
        v: this.#v?.get(key) ?? NDArray.zeros(array.shape, array.dtype),
      };
      const result = this.step(step, this.#settings);
      m.set(key, result.m);
      v.set(key, result.v);
      next.set(key, result.next);
    }
    [this.#m, this.#v] = [m, v];
    return ArrayRecord.from(next, { keepInput: false });
  }
}

function checkSameArrays(sent: ArrayRecord, mean: ArrayRecord, round: number): void {
  const odd = [...sent.keys()].find((key) => !mean.has(key)) ??
    [...mean.keys()].find((key) => !sent.has(key));
  if (odd !== undefined) {
    throw new AggregationError(
      `Cannot optimise in round ${round} as replies must have the arrays of the model that was sent: "${odd}" is not in both`,
    );
  }
  for (const [key, array] of mean) {
    const [expected, current] = [sent.get(key)!.toNDArray().shape, array.toNDArray().shape];
    if (sameShape(expected, current)) continue;
    throw new AggregationError(
      `Cannot optimise "${key}" in round ${round} as replies must give it the shape that was sent, ${
        shapeText(expected)
      }: it is ${shapeText(current)}`,
    );
  }
}
