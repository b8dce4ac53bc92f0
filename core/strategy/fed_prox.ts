import type { ConfigRecord } from "../model/record/config_record.ts";
import { float } from "../model/record/entry.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { floatText } from "./python_text.ts";
import { summarySection } from "./summary.ts";

/** The settings of {@link FedProx}. */
export interface FedProxOptions extends FedAvgOptions {
  /** How strongly nodes are held near the global model; 0, not at all, unless told. */
  readonly proximalMu?: number;
}

/**
 * FedProx (Li et al., 2020): federated averaging in which nodes are held near the global model. Nodes find
 * `proximal-mu` in the settings of their training, and add `mu / 2 * ||w - w_global||²` to their loss themselves.
 *
 * ```ts
 * import { FedProx } from "corolla";
 *
 * const strategy = new FedProx({ proximalMu: 0.1, fractionTrain: 0.5 });
 * ```
 */
export class FedProx extends FedAvg {
  readonly #mu: number;

  constructor({ proximalMu = 0, ...options }: FedProxOptions = {}) {
    super(options);
    this.#mu = proximalMu;
  }

  override summary(): string[] {
    return [
      ...summarySection("FedProx settings:", [`Proximal mu: ${floatText(this.#mu)}`]),
      ...super.summary(),
    ];
  }

  protected override warnings(): string[] {
    const idle = this.#mu === 0 ? ["proximalMu is 0: FedProx then is FedAvg."] : [];
    return [...super.warnings(), ...idle];
  }

  protected override addTrainSettings(config: ConfigRecord): void {
    config.set("proximal-mu", float(this.#mu));
  }
}
