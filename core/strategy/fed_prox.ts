import type { ConfigRecord } from "../model/record/config_record.ts";
import { float } from "../model/record/entry.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { floatText } from "./python_text.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link FedProx}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedProx, type FedProxOptions } from "corolla";
 *
 * const options: FedProxOptions = { proximalMu: 0.1, minTrainNodes: 5 };
 * assertEquals(new FedProx(options).summary().some((line) => line.includes("Proximal mu: 0.1")), true);
 * ```
 */
export interface FedProxOptions extends FedAvgOptions {
  /** How strongly nodes are held near the global model; 0, not at all, unless told. */
  readonly proximalMu?: number;
}

/**
 * FedProx (Li et al., 2020): federated averaging in which nodes are held near the global model. Nodes find
 * `proximal-mu` in the settings of their training, and add `mu / 2 * ||w - w_global||²` to their loss themselves.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedProx, type Grid } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedProx({ proximalMu: 0.1 });
 * const phase = { round: 1, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 * const [instruction] = await strategy.configureTrain(phase);
 * // What the ClientApp finds in its message.
 * assertEquals(instruction.content.config("config").getFloat("proximal-mu"), 0.1);
 * ```
 */
export class FedProx extends FedAvg {
  readonly #mu: number;

  /** A strategy with these settings; none of them must be given. */
  constructor({ proximalMu = 0, ...options }: FedProxOptions = {}) {
    super(options);
    this.#mu = proximalMu;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    return [
      ...summarySection("FedProx settings:", [`Proximal mu: ${floatText(this.#mu)}`]),
      ...super.summary(),
    ];
  }

  /** What the log is told before the first round. */
  protected override warnings(): string[] {
    const idle = this.#mu === 0 ? ["proximalMu is 0: FedProx then is FedAvg."] : [];
    return [...super.warnings(), ...idle];
  }

  /** Adds to the settings that are sent with the model for training. */
  protected override addTrainSettings(config: ConfigRecord): void {
    config.set("proximal-mu", float(this.#mu));
  }
}
