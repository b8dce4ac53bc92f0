import { float64, over, plus, squareRoot, times } from "../model/numeric/arithmetic.ts";
import {
  FedOpt,
  type FedOptOptions,
  type FedOptSettings,
  type Optimised,
  type OptimiserStep,
} from "./fed_opt.ts";

/**
 * The settings of {@link FedAdam} and {@link FedYogi}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAdam, type FedAdamOptions, FedYogi } from "corolla";
 *
 * const options: FedAdamOptions = { eta: 0.05, beta1: 0.8, beta2: 0.95 };
 * const strategies = [new FedAdam(options), new FedYogi(options)];
 * const shown = strategies.map((strategy) => strategy.summary().some((line) => line.includes("beta_1 (0.8)")));
 * assertEquals(shown, [true, true]);
 * ```
 */
export interface FedAdamOptions extends FedOptOptions {
  /** How much of the first moment is kept; 0.9 unless told. */
  readonly beta1?: number;
  /** How much of the second moment is kept; 0.99 unless told. */
  readonly beta2?: number;
}

/**
 * FedAdam (Reddi et al., 2021), with Adam's correction of the bias. `eta` is 0.1 unless told. As in Flower the new
 * model is of double precision whatever the old one was; `dtypePolicy: "keep"` keeps the element types.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAdam, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * const strategy = new FedAdam({ eta: 0.1, dtypePolicy: "keep" });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(4), "0.0740");
 * ```
 */
export class FedAdam extends FedOpt {
  /** A strategy with these settings; none of them must be given. */
  constructor(
    { eta = 0.1, etaL = 0.1, beta1 = 0.9, beta2 = 0.99, tau = 1e-3, ...options }: FedAdamOptions = {},
  ) {
    super({ eta, etaL, beta1, beta2, tau }, options);
  }

  /** Computes one array of the new model, and its moments. */
  protected override step(
    { round, current, delta, m, v }: OptimiserStep,
    settings: FedOptSettings,
  ): Optimised {
    const { eta, beta1, beta2, tau } = settings;
    const first = plus(times(beta1, m), times(1 - beta1, delta));
    const second = plus(times(beta2, v), times(1 - beta2, times(delta, delta)));
    const rate = eta * Math.sqrt(1 - beta2 ** (round + 1)) / (1 - beta1 ** (round + 1));
    // NumPy's rate is a double that widens what it meets.
    const way = over(times(float64(rate), first), plus(squareRoot(second), tau));
    return { next: plus(current, way), m: first, v: second };
  }
}
