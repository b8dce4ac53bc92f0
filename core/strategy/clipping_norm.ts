import { checkSetting } from "../model/numeric/clipping.ts";
import type { NormalNumbers } from "../model/numeric/noise.ts";

/** How long an update may be: the same in all rounds, or learned from how many updates are too long. */
export interface ClippingNorm {
  readonly value: number;
  /** The noise multiplier that is left for the model when some noise goes to the count. */
  readonly noiseMultiplier: number;
  /** Lines for the log. */
  readonly summary: readonly string[];
  /** Adapts to the updates of a round. @throws {RangeError} when there were none */
  observe(updates: ObservedUpdates, numbers: NormalNumbers): void;
  /** Goes on from a value that was saved. */
  resume(value: number): void;
  /**
   * The noise on the model and on the count together, as one multiple of what a node can change.
   * @param share how much more a node can change in the model than the noise was made for; 1 when it was made for it
   */
  totalNoise(share: number): number;
}

/** What a round's updates were like. */
export interface ObservedUpdates {
  /** Counted from 1, for errors. */
  readonly round: number;
  readonly replies: number;
  /** How many of them were too long. */
  readonly clipped: number;
}

/** A clipping norm that stays. */
export class FixedClippingNorm implements ClippingNorm {
  readonly summary: readonly string[] = [];

  /** @throws {RangeError} when the norm is not above 0 */
  constructor(public value: number, readonly noiseMultiplier: number) {
    checkSetting("noiseMultiplier", noiseMultiplier, "0 or above");
    checkSetting("clippingNorm", value, "above 0");
  }

  observe(): void {}

  resume(value: number): void {
    this.value = value;
  }

  totalNoise(share: number): number {
    return this.noiseMultiplier / share;
  }
}

/**
 * The settings of a clipping norm that adapts; each has Flower's name and default.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 *
 * const norm: corolla.AdaptiveClippingOptions = { initialClippingNorm: 0.5, targetClippedQuantile: 0.3 };
 * const strategy = new corolla.DifferentialPrivacyServerSideAdaptiveClipping(new corolla.FedAvg(), {
 *   noiseMultiplier: 0.8,
 *   numSampledClients: 50,
 *   ...norm,
 * });
 * assertEquals(strategy.clippingNorm, 0.5);
 * ```
 */
export interface AdaptiveClippingOptions {
  /** Where the norm starts; 0.1 unless told. */
  readonly initialClippingNorm?: number;
  /** The part of the updates that is to be clipped; 0.5 unless told. */
  readonly targetClippedQuantile?: number;
  /** How fast the norm follows; 0.2 unless told. */
  readonly clipNormLr?: number;
  /** The standard deviation of the noise on the count of clipped updates; a twentieth of the clients unless told. */
  readonly clippedCountStddev?: number;
  /**
   * What the quantile is of. `flower`, the default: of updates that were clipped, so that the norm shrinks when too
   * many are. `paper`: of updates that were not (Andrew et al., 2019), so that the norm grows.
   */
  readonly quantileSemantics?: "flower" | "paper";
}

/** What an adaptive norm is made with. */
export interface AdaptiveClippingSettings extends AdaptiveClippingOptions {
  readonly noiseMultiplier: number;
  readonly numSampledClients: number;
}

/** A clipping norm that follows a quantile of the updates' lengths (Andrew et al., 2019). */
export class AdaptiveClippingNorm implements ClippingNorm {
  value: number;
  readonly noiseMultiplier: number;
  /** The standard deviation of the noise on the count of clipped updates. */
  readonly clippedCountStddev: number;
  readonly #quantile: number;
  readonly #rate: number;
  readonly #ofClipped: boolean;

  /** @throws {RangeError} when a setting cannot be used */
  constructor(settings: AdaptiveClippingSettings) {
    const { initialClippingNorm = 0.1, targetClippedQuantile = 0.5, clipNormLr = 0.2 } = settings;
    checkSetting("noiseMultiplier", settings.noiseMultiplier, "0 or above");
    checkSetting("numSampledClients", settings.numSampledClients, "above 0");
    checkSetting("initialClippingNorm", initialClippingNorm, "above 0");
    checkSetting("targetClippedQuantile", targetClippedQuantile, "from 0 to 1");
    checkSetting("clipNormLr", clipNormLr, "above 0");
    this.value = initialClippingNorm;
    this.#quantile = targetClippedQuantile;
    this.#rate = clipNormLr;
    this.#ofClipped = settings.quantileSemantics !== "paper";
    ({ noiseMultiplier: this.noiseMultiplier, clippedCountStddev: this.clippedCountStddev } = splitNoise(
      settings,
    ));
  }

  get summary(): readonly string[] {
    return [`Target clipped quantile: ${this.#quantile}`, `Clip norm learning rate: ${this.#rate}`];
  }

  observe({ clipped, replies, round }: ObservedUpdates, numbers: NormalNumbers): void {
    if (replies === 0) {
      throw new RangeError(
        `Cannot adapt the clipping norm in round ${round} as there must be replies: there are none`,
      );
    }
    const noisy = (clipped + this.clippedCountStddev * numbers.next()) / replies;
    const distance = this.#ofClipped ? noisy - this.#quantile : 1 - noisy - this.#quantile;
    this.value *= Math.exp(-this.#rate * distance);
  }

  resume(value: number): void {
    this.value = value;
  }

  totalNoise(share: number): number {
    if (this.noiseMultiplier === 0 || this.clippedCountStddev === 0) return 0;
    return ((this.noiseMultiplier / share) ** -2 + (2 * this.clippedCountStddev) ** -2) ** -0.5;
  }
}

/**
 * Divides noise between the model and the count of clipped updates, so that both together are as private as the
 * model alone would be with all of it.
 * @throws {RangeError} when the count would take all of it
 */
export function splitNoise(
  { noiseMultiplier, numSampledClients, clippedCountStddev }: Pick<
    AdaptiveClippingSettings,
    "noiseMultiplier" | "numSampledClients" | "clippedCountStddev"
  >,
): { noiseMultiplier: number; clippedCountStddev: number } {
  if (clippedCountStddev !== undefined) checkSetting("clippedCountStddev", clippedCountStddev, "0 or above");
  if (noiseMultiplier === 0) return { noiseMultiplier: 0, clippedCountStddev: clippedCountStddev ?? 0 };
  const stddev = clippedCountStddev ?? numSampledClients / 20;
  if (noiseMultiplier >= 2 * stddev) {
    throw new RangeError(
      `Cannot use noiseMultiplier ${noiseMultiplier} as clippedCountStddev must be above half of it: current value ` +
        `is ${stddev}${clippedCountStddev === undefined ? ", a twentieth of numSampledClients" : ""}`,
    );
  }
  return {
    noiseMultiplier: (noiseMultiplier ** -2 - (2 * stddev) ** -2) ** -0.5,
    clippedCountStddev: stddev,
  };
}
