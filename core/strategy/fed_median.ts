import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { byColumns, medianOf } from "./columns.ts";
import { FedAvg } from "./fed_avg.ts";

/**
 * The median of the replies, element by element (Yin et al., 2018), so that a few nodes cannot drag the model away.
 * Replies are not weighed, and all of them are held until the last one is there.
 *
 * ```ts
 * import { FedMedian } from "corolla";
 *
 * const strategy = new FedMedian({ minTrainNodes: 5 });
 * ```
 */
export class FedMedian extends FedAvg {
  protected override openFold({ round }: FoldScene): ArrayFold {
    const options = { ...this.settings, matching: "key", round } as const;
    return new HeldReplies((replies) => ({ arrays: byColumns(replies, { rule: medianOf, options }) }));
  }
}
