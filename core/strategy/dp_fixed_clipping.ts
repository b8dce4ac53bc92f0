import { FixedClippingNorm } from "./clipping_norm.ts";
import { DifferentialPrivacy, type DifferentialPrivacyOptions } from "./differential_privacy.ts";
import type { Strategy } from "./strategy.ts";

/**
 * The settings of differential privacy with a clipping norm that stays.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { DifferentialPrivacyServerSideFixedClipping, FedAvg, type FixedClippingOptions } from "corolla";
 *
 * const options: FixedClippingOptions = { noiseMultiplier: 1.1, clippingNorm: 0, numSampledClients: 50 };
 * assertThrows(
 *   () => new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), options),
 *   RangeError,
 *   "clippingNorm",
 * );
 * ```
 */
export interface FixedClippingOptions extends DifferentialPrivacyOptions {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
}

/**
 * Central differential privacy in which the server clips: it sees every node's update, and what leaves it hides them.
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
 * const strategy = new corolla.DifferentialPrivacyServerSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 0.0001,
 *   clippingNorm: 1,
 *   numSampledClients: 2,
 * });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * // Nobody moves the model by more than 1: what went to 900 counts like what went to 1.
 * const outcome = await strategy.aggregateTrain(1, [reply(1), reply(900)], grid);
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(1), "1.0");
 * ```
 */
export class DifferentialPrivacyServerSideFixedClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: FixedClippingOptions) {
    const norm = new FixedClippingNorm(options.clippingNorm, options.noiseMultiplier);
    super(strategy, options, { side: "server", norm, adaptive: false });
  }
}

/**
 * Central differential privacy in which nodes clip with {@link fixedclippingMod}; the server trusts them to do so.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, ConfigRecord, DifferentialPrivacyClientSideFixedClipping, FedAvg, type Grid } from "corolla";
 *
 * // The node's part.
 * export const app = new corolla.ClientApp()
 *   .train({ mods: [corolla.fixedclippingMod] }, (message) => message.reply(message.content));
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new DifferentialPrivacyClientSideFixedClipping(new FedAvg(), {
 *   noiseMultiplier: 1,
 *   clippingNorm: 0.5,
 *   numSampledClients: 20,
 * });
 * const phase = { round: 1, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 * const [instruction] = await strategy.configureTrain(phase);
 * assertEquals(instruction.content.config("config").getFloat("clipping_norm"), 0.5);
 * ```
 */
export class DifferentialPrivacyClientSideFixedClipping extends DifferentialPrivacy {
  /**
   * Privacy around a strategy, with these settings.
   * @throws {RangeError} when a setting cannot be used
   */
  constructor(strategy: Strategy, options: FixedClippingOptions) {
    const norm = new FixedClippingNorm(options.clippingNorm, options.noiseMultiplier);
    super(strategy, options, { side: "client", norm, adaptive: false });
  }
}
