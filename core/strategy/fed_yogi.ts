import { minus, over, plus, sign, squareRoot, times } from "../model/numeric/arithmetic.ts";
import type { FedAdamOptions } from "./fed_adam.ts";
import { FedOpt, type FedOptSettings, type Optimised, type OptimiserStep } from "./fed_opt.ts";

/**
 * FedYogi (Reddi et al., 2021): like Adam without the correction, and with a second moment that falls more slowly.
 * `eta` is 0.01 and `etaL` 0.0316 unless told.
 *
 * ```ts
 * import { FedYogi } from "corolla";
 *
 * const strategy = new FedYogi({ eta: 0.02 });
 * ```
 */
export class FedYogi extends FedOpt {
  constructor(
    { eta = 0.01, etaL = 0.0316, beta1 = 0.9, beta2 = 0.99, tau = 1e-3, ...options }: FedAdamOptions = {},
  ) {
    super({ eta, etaL, beta1, beta2, tau }, options);
  }

  protected override step({ current, delta, m, v }: OptimiserStep, settings: FedOptSettings): Optimised {
    const { eta, beta1, beta2, tau } = settings;
    const first = plus(times(beta1, m), times(1 - beta1, delta));
    const square = times(delta, delta);
    const second = minus(v, times(times(1 - beta2, square), sign(minus(v, square))));
    const way = over(times(eta, first), plus(squareRoot(second), tau));
    return { next: plus(current, way), m: first, v: second };
  }
}
