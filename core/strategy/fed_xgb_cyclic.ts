import type { Message } from "../model/app_message.ts";
import type { NodeId } from "../model/ids.ts";
import { int } from "../model/record/entry.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { type ArrayFold, HeldReplies } from "./array_fold.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import { arraysIn } from "./good_reply.ts";
import type { Phase } from "./strategy.ts";

/**
 * The settings of {@link FedXgbCyclic}. Fractions are 0 or 1.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { FedXgbCyclic, type FedXgbCyclicOptions } from "corolla";
 *
 * const options: FedXgbCyclicOptions = { minAvailableNodes: 5 };
 * export const strategy = new FedXgbCyclic(options);
 * assertThrows(() => new FedXgbCyclic({ ...options, fractionTrain: 0.5 }), RangeError, "must be 0 or 1");
 * ```
 */
export type FedXgbCyclicOptions = Omit<FedAvgOptions, "minTrainNodes" | "minEvaluateNodes">;

/**
 * Gradient-boosted trees (XGBoost) that go round: each round one node trains the model and hands it on as it is. The
 * nodes take turns in the order in which they were first seen.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedXgbCyclic, type Grid } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedXgbCyclic({ minAvailableNodes: 2 });
 * const asked: bigint[] = [];
 * for (const round of [1, 2, 3]) {
 *   const phase = { round, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 *   for (const { metadata } of await strategy.configureTrain(phase)) asked.push(metadata.dstNodeId);
 * }
 * // One node a round, and then the other.
 * assertEquals([asked[0] === asked[2], asked[0] === asked[1]], [true, false]);
 * ```
 */
export class FedXgbCyclic extends FedAvg {
  readonly #turns: NodeId[] = [];

  /**
   * A strategy with these settings; none of them must be given.
   * @throws {RangeError} when a fraction is neither 0 nor 1
   */
  constructor(options: FedXgbCyclicOptions = {}) {
    super({ ...options, minTrainNodes: 2, minEvaluateNodes: 2 });
    for (const name of ["fractionTrain", "fractionEvaluate"] as const) {
      const fraction = this.settings[name];
      if (fraction === 0 || fraction === 1) continue;
      throw new RangeError(`Cannot use FedXgbCyclic as ${name} must be 0 or 1: current value is ${fraction}`);
    }
  }

  /** The instructions of a round's training, one for each node that was chosen. */
  override async configureTrain(phase: Phase): Promise<Message[]> {
    if (phase.round === 1) { for (const line of this.warnings()) phase.grid.host.log.warn(line); }
    this.sent = phase.arrays;
    return await this.#next(phase, "train");
  }

  /** The instructions of a round's evaluation, one for each node that was chosen. */
  override async configureEvaluate(phase: Phase): Promise<Message[]> {
    return await this.#next(phase, "evaluate");
  }

  /** What must be remembered from round to round, for a checkpoint. */
  override saveState(): RecordDict {
    return new RecordDict({ turns: new ConfigRecord({ nodeIds: int(this.#turns) }) });
  }

  /** Takes up what {@link saveState} gave. */
  override loadState(state: RecordDict): void {
    this.#turns.splice(0, Infinity, ...state.config("turns").getInts("nodeIds").map(BigInt));
  }

  /** How the arrays of a round's replies are put together. */
  protected override openFold(): ArrayFold {
    return new HeldReplies(([first]) => ({ arrays: arraysIn(first) }));
  }

  async #next(phase: Phase, kind: "train" | "evaluate"): Promise<Message[]> {
    // As in Flower, the fraction of training counts for both phases.
    const { fractionTrain: fraction, minTrainNodes: minNodes } = this.settings;
    if (fraction === 0) {
      throw new RangeError(
        "Cannot choose the next node as fractionTrain must be 1 with FedXgbCyclic: it is 0",
      );
    }
    const { nodeIds, online } = await this.sample(phase, { kind, fraction, minNodes });
    for (const nodeId of nodeIds) if (!this.#turns.includes(nodeId)) this.#turns.push(nodeId);
    const inTurn = [...nodeIds].sort((a, b) => this.#turns.indexOf(a) - this.#turns.indexOf(b));
    const nodeId = inTurn[(phase.round - 1) % inTurn.length];
    phase.grid.host.log.info(`configure_${kind}: Sampled 1 nodes (out of ${online})`);
    return this.messagesFor([nodeId], phase, kind);
  }
}
