import { over, plus, squareRoot, times } from "../model/numeric/arithmetic.ts";
import {
  FedOpt,
  type FedOptOptions,
  type FedOptSettings,
  type Optimised,
  type OptimiserStep,
} from "./fed_opt.ts";

/**
 * FedAdagrad (Reddi et al., 2021): every element takes the smaller steps the further it has gone. `eta` is 0.1
 * unless told.
 *
 * ```ts
 * import { FedAdagrad } from "corolla";
 *
 * const strategy = new FedAdagrad({ eta: 0.05, tau: 0.01 });
 * ```
 */
export class FedAdagrad extends FedOpt {
  constructor({ eta = 0.1, etaL = 0.1, tau = 1e-3, ...options }: FedOptOptions = {}) {
    super({ eta, etaL, beta1: 0, beta2: 0, tau }, options);
  }

  protected override step({ current, delta, v }: OptimiserStep, { eta, tau }: FedOptSettings): Optimised {
    const second = plus(v, times(delta, delta));
    const way = over(times(eta, delta), plus(squareRoot(second), tau));
    return { next: plus(current, way), m: delta, v: second };
  }
}
