import { AdaptiveClippingNorm, type AdaptiveClippingOptions } from "./clipping_norm.ts";
import { DifferentialPrivacy, type DifferentialPrivacyOptions } from "./differential_privacy.ts";
import type { Strategy } from "./strategy.ts";

/** The settings of differential privacy with a clipping norm that follows the updates. */
export interface AdaptiveDifferentialPrivacyOptions
  extends DifferentialPrivacyOptions, AdaptiveClippingOptions {}

/**
 * Central differential privacy in which the server clips, to a norm that follows how long updates are.
 *
 * ```ts
 * import { DifferentialPrivacyServerSideAdaptiveClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyServerSideAdaptiveClipping(new FedAvg(), {
 *   noiseMultiplier: 0.8,
 *   numSampledClients: 50,
 *   quantileSemantics: "paper",
 * });
 * ```
 */
export class DifferentialPrivacyServerSideAdaptiveClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions) {
    super(strategy, options, { side: "server", norm: new AdaptiveClippingNorm(options), adaptive: true });
  }
}

/**
 * Central differential privacy in which nodes clip with {@link adaptiveclippingMod}, to a norm that follows how long
 * updates are. The server trusts nodes to clip, and to say whether they had to.
 *
 * ```ts
 * import { DifferentialPrivacyClientSideAdaptiveClipping, FedAvg } from "corolla";
 *
 * const strategy = new DifferentialPrivacyClientSideAdaptiveClipping(new FedAvg(), {
 *   noiseMultiplier: 0.5,
 *   numSampledClients: 20,
 * });
 * ```
 */
export class DifferentialPrivacyClientSideAdaptiveClipping extends DifferentialPrivacy {
  /** @throws {RangeError} when a setting cannot be used */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions) {
    super(strategy, options, { side: "client", norm: new AdaptiveClippingNorm(options), adaptive: true });
  }
}
