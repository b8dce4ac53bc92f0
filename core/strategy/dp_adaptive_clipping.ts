import { AdaptiveClippingNorm, type AdaptiveClippingOptions } from "./clipping_norm.ts";
import { DifferentialPrivacy, type DifferentialPrivacyOptions } from "./differential_privacy.ts";
import type { Strategy } from "./strategy.ts";

/**
 * The settings of differential privacy with a clipping norm that follows the updates.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * const options: corolla.AdaptiveDifferentialPrivacyOptions = {
 *   noiseMultiplier: 0.8,
 *   numSampledClients: 50,
 *   initialClippingNorm: 0.2,
 * };
 * const strategy = new corolla.DifferentialPrivacyServerSideAdaptiveClipping(new corolla.FedAvg(), options);
 * assertEquals(strategy.clippingNorm, 0.2);
 * ```
 */
export interface AdaptiveDifferentialPrivacyOptions
  extends DifferentialPrivacyOptions, AdaptiveClippingOptions {}

/**
 * Central differential privacy in which the server clips, to a norm that follows how long updates are.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAvg, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * const strategy = new corolla.DifferentialPrivacyServerSideAdaptiveClipping(new FedAvg(), {
 *   noiseMultiplier: 0.1,
 *   numSampledClients: 2,
 *   initialClippingNorm: 1,
 *   quantileSemantics: "paper",
 * });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * await strategy.aggregateTrain(1, [reply(100), reply(900)], grid);
 * // Both updates were too long, so that the norm grows.
 * assertEquals(strategy.clippingNorm > 1, true);
 * ```
 */
export class DifferentialPrivacyServerSideAdaptiveClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions) {
    super(strategy, options, { side: "server", norm: new AdaptiveClippingNorm(options), adaptive: true });
  }
}

/**
 * Central differential privacy in which nodes clip with {@link adaptiveclippingMod}, to a norm that follows how long
 * updates are. The server trusts nodes to clip, and to say whether they had to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * // The node's part.
 * export const app = new corolla.ClientApp()
 *   .train({ mods: [corolla.adaptiveclippingMod] }, (message) => message.reply(message.content));
 *
 * const strategy = new corolla.DifferentialPrivacyClientSideAdaptiveClipping(new corolla.FedAvg(), {
 *   noiseMultiplier: 0.5,
 *   numSampledClients: 20,
 * });
 * assertEquals(strategy.clippingNorm, 0.1);
 * ```
 */
export class DifferentialPrivacyClientSideAdaptiveClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: AdaptiveDifferentialPrivacyOptions) {
    super(strategy, options, { side: "client", norm: new AdaptiveClippingNorm(options), adaptive: true });
  }
}
