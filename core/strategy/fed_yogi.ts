import { minus, over, plus, sign, squareRoot, times } from "../model/numeric/arithmetic.ts";
import type { FedAdamOptions } from "./fed_adam.ts";
import { FedOpt, type FedOptSettings, type Optimised, type OptimiserStep } from "./fed_opt.ts";

/**
 * FedYogi (Reddi et al., 2021): like Adam without the correction, and with a second moment that falls more slowly.
 * `eta` is 0.01 and `etaL` 0.0316 unless told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedYogi, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * const strategy = new FedYogi({ eta: 0.02 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(4), "0.0199");
 * ```
 */
export class FedYogi extends FedOpt {
  /** A strategy with these settings; none of them must be given. */
  constructor(
    { eta = 0.01, etaL = 0.0316, beta1 = 0.9, beta2 = 0.99, tau = 1e-3, ...options }: FedAdamOptions = {},
  ) {
    super({ eta, etaL, beta1, beta2, tau }, options);
  }

  /** Computes one array of the new model, and its moments. */
  protected override step({ current, delta, m, v }: OptimiserStep, settings: FedOptSettings): Optimised {
    const { eta, beta1, beta2, tau } = settings;
    const first = plus(times(beta1, m), times(1 - beta1, delta));
    const square = times(delta, delta);
    const second = minus(v, times(times(1 - beta2, square), sign(minus(v, square))));
    const way = over(times(eta, first), plus(squareRoot(second), tau));
    return { next: plus(current, way), m: first, v: second };
  }
}
