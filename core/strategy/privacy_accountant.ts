/**
 * How much privacy the rounds of a run cost, by Rényi differential privacy (Mironov, 2017; Mironov, Talwar and Zhang,
 * 2019): the Gaussian mechanism on a random part of the nodes, added up over rounds, and told as epsilon for a delta.
 *
 * @module
 */

/**
 * What one round costs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PrivacyAccountant, type PrivacyStep } from "corolla";
 *
 * const noiseless: PrivacyStep = { noiseMultiplier: 0, samplingRate: 1 };
 * const accountant = new PrivacyAccountant();
 * accountant.step(noiseless);
 * assertEquals(accountant.epsilon(1e-5), Infinity);
 * ```
 */
export interface PrivacyStep {
  /** Standard deviation of the noise over what one node can change. 0: none. */
  readonly noiseMultiplier: number;
  /** The chance of each node to take part, above 0 up to 1. */
  readonly samplingRate: number;
}

/** The orders at which the cost is kept; more of them would only make it a little tighter. */
const ORDERS: readonly number[] = [
  ...Array.from({ length: 63 }, (_, i) => i + 2),
  72,
  80,
  96,
  128,
  192,
  256,
  384,
  512,
  1024,
];

/**
 * Adds up what the rounds cost. It holds for nodes that take part by chance and independently of each other; Flower's
 * samples of a fixed size come close to that. What is hidden is one node's whole part, added or removed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PrivacyAccountant } from "corolla";
 *
 * const accountant = new PrivacyAccountant();
 * // 100 rounds with 1 of 100 nodes each, and noise 1.1 times as wide as what one node can change.
 * for (let round = 0; round < 100; round++) accountant.step({ noiseMultiplier: 1.1, samplingRate: 0.01 });
 * assertEquals(accountant.epsilon(1e-5).toFixed(2), "0.98");
 * ```
 */
export class PrivacyAccountant {
  readonly #costs: number[];
  #last: PrivacyStep | undefined;
  #lastCosts: readonly number[] = [];

  /**
   * An account of rounds that cost nothing yet.
   * @param costs what {@link costs} of another one was, to go on from
   */
  constructor(costs: readonly number[] = []) {
    this.#costs = ORDERS.map((_, i) => costs[i] ?? 0);
  }

  /** The cost so far at each order; to be kept, not to be read. */
  get costs(): readonly number[] {
    return this.#costs;
  }

  /** Adds a round. */
  step(step: PrivacyStep): void {
    const same = this.#last?.noiseMultiplier === step.noiseMultiplier &&
      this.#last.samplingRate === step.samplingRate;
    // Rounds are mostly alike, and the sums are long.
    if (!same) this.#lastCosts = ORDERS.map((order) => costOf(order, step));
    this.#last = step;
    this.#lastCosts.forEach((cost, i) => this.#costs[i] += cost);
  }

  /** Epsilon for a delta above 0 and below 1; infinite when a round had no noise. */
  epsilon(delta: number): number {
    const candidates = ORDERS.map((order, i) =>
      // Canonne, Kamath and Steinke, 2020, proposition 12.
      this.#costs[i] + Math.log((order - 1) / order) - (Math.log(delta) + Math.log(order)) / (order - 1)
    );
    return Math.max(0, Math.min(...candidates));
  }
}

function costOf(order: number, { noiseMultiplier, samplingRate }: PrivacyStep): number {
  if (noiseMultiplier === 0) return Infinity;
  const variance = noiseMultiplier ** 2;
  if (samplingRate === 1) return order / (2 * variance);
  const terms = Array.from(
    { length: order + 1 },
    (_, k) =>
      logBinomial(order, k) + (order - k) * Math.log1p(-samplingRate) + k * Math.log(samplingRate) +
      (k * k - k) / (2 * variance),
  );
  return logSum(terms) / (order - 1);
}

/** The logarithm of a sum of numbers given by their logarithms. */
function logSum(terms: readonly number[]): number {
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

function logBinomial(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const logFactorials = [0];

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials[i] = logFactorials[i - 1] + Math.log(i);
  return logFactorials[n];
}
