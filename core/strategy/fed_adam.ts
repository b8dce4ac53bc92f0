import { float64, over, plus, squareRoot, times } from "../model/numeric/arithmetic.ts";
import {
  FedOpt,
  type FedOptOptions,
  type FedOptSettings,
  type Optimised,
  type OptimiserStep,
} from "./fed_opt.ts";

/** The settings of {@link FedAdam} and {@link FedYogi}. */
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
 * ```ts
 * import { FedAdam } from "corolla";
 *
 * const strategy = new FedAdam({ eta: 0.05, dtypePolicy: "keep" });
 * ```
 */
export class FedAdam extends FedOpt {
  constructor(
    { eta = 0.1, etaL = 0.1, beta1 = 0.9, beta2 = 0.99, tau = 1e-3, ...options }: FedAdamOptions = {},
  ) {
    super({ eta, etaL, beta1, beta2, tau }, options);
  }

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
