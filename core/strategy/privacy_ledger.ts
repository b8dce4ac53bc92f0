import type { AppHost } from "../app/host.ts";
import { checkSetting } from "../model/numeric/clipping.ts";
import type { ClippingNorm } from "./clipping_norm.ts";
import { FedAvg } from "./fed_avg.ts";
import { type GoodReply, withoutArrays } from "./good_reply.ts";
import { PrivacyAccountant } from "./privacy_accountant.ts";
import type { Strategy } from "./strategy.ts";

/**
 * How the cost of privacy is told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DifferentialPrivacyServerSideFixedClipping, FedAvg, type PrivacyReportOptions } from "corolla";
 *
 * const accountant: PrivacyReportOptions = { delta: 1e-5, population: 1000 };
 * const strategy = new DifferentialPrivacyServerSideFixedClipping(new FedAvg(), {
 *   ...{ noiseMultiplier: 1.1, clippingNorm: 0.5, numSampledClients: 50 },
 *   accountant,
 * });
 * assertEquals(typeof strategy.epsilon, "number");
 * ```
 */
export interface PrivacyReportOptions {
  /** The chance that the promise does not hold, for instance 1e-5; below one over the number of nodes. */
  readonly delta: number;
  /**
   * How many nodes there are to draw from. The fewer of them take part in a round, the less a round costs. Without
   * it each node is taken to take part in every round.
   */
  readonly population?: number;
}

/** What must be known of a round's replies to tell its cost: who was clipped, and how much each counts. */
export class PrivacyTally {
  #clipped = 0;
  readonly #replies: GoodReply[] = [];

  /** Notes how much a reply counts. */
  add(reply: GoodReply): void {
    this.#replies.push(withoutArrays(reply));
  }

  /** Counts an update that was too long. */
  count(clipped: boolean): void {
    if (clipped) this.#clipped++;
  }

  /** How many updates were too long. */
  get clipped(): number {
    return this.#clipped;
  }

  /** The largest part of the whole that one reply makes up. */
  largestShare(weightedByKey: string): number {
    const weights = this.#replies.map(({ content }) => {
      const [[, metrics]] = content.metricRecords();
      return Math.abs(Number(metrics.get(weightedByKey)));
    });
    return Math.max(...weights) / weights.reduce((sum, weight) => sum + weight, 0);
  }
}

/** What a round is charged for. */
export interface PrivacyCharge {
  readonly norm: ClippingNorm;
  readonly tally: PrivacyTally;
  readonly options: { readonly numSampledClients: number };
  readonly log: AppHost["log"];
}

/** Keeps account of the privacy that the rounds of a run cost, and tells the log. */
export class PrivacyLedger {
  readonly #options: PrivacyReportOptions;
  readonly #weightedByKey: string;
  #accountant = new PrivacyAccountant();
  #rounds = 0;

  /**
   * @param strategy what the noise is added to; only of a mean is it known how much one node can change
   * @throws {RangeError} when a setting cannot be used
   * @throws {TypeError} when the strategy takes no mean
   */
  constructor(strategy: Strategy, options: PrivacyReportOptions) {
    checkSetting("delta", options.delta, "above 0");
    checkSetting("delta", options.delta, "from 0 to 1");
    if (options.population !== undefined) checkSetting("population", options.population, "above 0");
    if (!(strategy instanceof FedAvg) || !strategy.isPlainMean) {
      throw new TypeError(
        `Cannot keep account of privacy around ${strategy.name} as the inner strategy must be FedAvg or FedProx: only ` +
          "of a plain mean it is known how much one node can change",
      );
    }
    this.#options = options;
    this.#weightedByKey = strategy.weightedByKey;
  }

  /** Epsilon so far. */
  get epsilon(): number {
    return this.#accountant.epsilon(this.#options.delta);
  }

  /** What to go on from; to be kept, not to be read. */
  get costs(): number[] {
    return [this.#rounds, ...this.#accountant.costs];
  }

  /** Goes on from what {@link costs} was. */
  resume([rounds, ...costs]: readonly number[]): void {
    this.#rounds = rounds;
    this.#accountant = new PrivacyAccountant(costs);
  }

  /** Adds the cost of a round, and tells what all rounds cost. */
  charge({ norm, tally, options, log }: PrivacyCharge): void {
    const { delta, population } = this.#options;
    const { numSampledClients } = options;
    // The noise is made for parts that are all alike; a node that counts more can change more.
    const share = numSampledClients * tally.largestShare(this.#weightedByKey);
    const samplingRate = population === undefined ? 1 : Math.min(1, numSampledClients / population);
    this.#accountant.step({ noiseMultiplier: norm.totalNoise(share), samplingRate });
    this.#rounds++;
    log.info(
      `Privacy after ${this.#rounds} rounds: epsilon ${this.epsilon.toFixed(4)} at delta ${delta}` +
        (share > 1.0001
          ? `; the largest node counts ${share.toFixed(2)} times what the noise was made for`
          : ""),
    );
  }
}
