import { FixedClippingNorm } from "./clipping_norm.ts";
import { DifferentialPrivacy, type DifferentialPrivacyOptions } from "./differential_privacy.ts";
import type { Strategy } from "./strategy.ts";

/** The settings of differential privacy with a clipping norm that stays. */
export interface FixedClippingOptions extends DifferentialPrivacyOptions {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
}

/**
 * Central differential privacy in which the server clips: it sees every node's update, and what leaves it hides them.
 *
 * ```ts
 * import { DifferentialPrivacyServerSideFixedClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyServerSideFixedClipping(new FedAvg({ fractionTrain: 0.1 }), {
 *   noiseMultiplier: 1.1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 50,
 *   accountant: { delta: 1e-5, population: 500 },
 * });
 * ```
 */
export class DifferentialPrivacyServerSideFixedClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: FixedClippingOptions) {
    const norm = new FixedClippingNorm(options.clippingNorm, options.noiseMultiplier);
    super(strategy, options, { side: "server", norm, adaptive: false });
  }
}

/**
 * Central differential privacy in which nodes clip with {@link fixedclippingMod}; the server trusts them to do so.
 *
 * ```ts
 * import { DifferentialPrivacyClientSideFixedClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyClientSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 20,
 * });
 * ```
 */
export class DifferentialPrivacyClientSideFixedClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: FixedClippingOptions) {
    const norm = new FixedClippingNorm(options.clippingNorm, options.noiseMultiplier);
    super(strategy, options, { side: "client", norm, adaptive: false });
  }
}
