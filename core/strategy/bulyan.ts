import { type ArrayFold, type FoldScene, HeldReplies } from "./array_fold.ts";
import { byColumns, meanOf, medianOf, type Rounding } from "./columns.ts";
import { FedAvg } from "./fed_avg.ts";
import type { FedAvgOptions } from "./fed_avg_options.ts";
import type { GoodReply } from "./good_reply.ts";
import { nearest, type SelectionRule, selectMultiKrum } from "./krum_selection.ts";
import { summarySection } from "./summary.ts";

/**
 * The settings of {@link Bulyan}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Bulyan, type BulyanOptions } from "corolla";
 *
 * const options: BulyanOptions = { numMaliciousNodes: 1, minTrainNodes: 7 };
 * assertEquals(new Bulyan(options).summary().some((line) => line.includes("malicious nodes: 1")), true);
 * ```
 */
export interface BulyanOptions extends FedAvgOptions {
  /** How many nodes may lie; 0 unless told. A round needs 4 times as many replies and 3 more. */
  readonly numMaliciousNodes?: number;
  /** Which replies are looked at; those that Multi-Krum chooses unless told. */
  readonly selectionRule?: SelectionRule;
}

/**
 * Bulyan (El Mhamdi et al., 2018): of the replies that another rule chooses, element by element, the mean of the
 * values nearest to their median. Replies are not weighed. A round with too few replies changes nothing.
 * @throws {AggregationError} from {@link Strategy.start} when the replies' arrays do not have the same names and sizes
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, Bulyan, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
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
 * const grid = { host: { log: console } } as unknown as Grid;
 * const replies = [reply(1), reply(1), reply(1), reply(1), reply(1), reply(1), reply(900)];
 * const { arrays } = await new Bulyan({ numMaliciousNodes: 1 }).aggregateTrain(1, replies, grid);
 * assertEquals([...arrays!.toArrays()[0].toNumbers()], [1]);
 * ```
 */
export class Bulyan extends FedAvg {
  readonly #malicious: number;
  readonly #rule: SelectionRule;

  /** A strategy with these settings; none of them must be given. */
  constructor({ numMaliciousNodes = 0, selectionRule = selectMultiKrum, ...options }: BulyanOptions = {}) {
    super(options);
    this.#malicious = numMaliciousNodes;
    this.#rule = selectionRule;
  }

  /** The settings, as lines for the log. */
  override summary(): string[] {
    const rule = this.#rule === selectMultiKrum ? "select_multikrum" : this.#rule.name;
    const lines = [`Number of malicious nodes: ${this.#malicious}`, `Selection rule: ${rule}`];
    return [...summarySection("Bulyan settings:", lines), ...super.summary()];
  }

  /** Whether so many valid replies can be aggregated. */
  protected override isEnough(count: number, { round, log }: FoldScene): boolean {
    const needed = 4 * this.#malicious + 3;
    if (count >= needed) return true;
    log.warn(
      `Round ${round} has no result as Bulyan needs ${needed} replies (4 * numMaliciousNodes + 3): there are ${count}.`,
    );
    return false;
  }

  /** How the arrays of a round's replies are put together. */
  protected override openFold({ round }: FoldScene): ArrayFold {
    const options = { ...this.settings, round };
    return new HeldReplies((replies) => {
      const chosen = this.#chosenOf(replies, round);
      const kept = replies.length - 4 * this.#malicious;
      const sorted = new Float64Array(chosen.length);
      const rule = (column: Float64Array, rounding: Rounding) =>
        meanNearMedian(column, { sorted, kept, round: rounding });
      return { arrays: byColumns(chosen, { rule, options }), chosen };
    });
  }

  #chosenOf(replies: readonly GoodReply[], round: number): readonly GoodReply[] {
    const numNodesToSelect = replies.length - 2 * this.#malicious;
    const counts = { numMaliciousNodes: this.#malicious, numNodesToSelect };
    if (this.#rule === selectMultiKrum) {
      return nearest(replies, { counts, scene: { ...this.settings, round } });
    }
    const contents = new Map(replies.map((reply) => [reply.content, reply]));
    return this.#rule([...contents.keys()], counts).map((content) => contents.get(content)!);
  }
}

/** The mean of the values that lie nearest to the median. */
function meanNearMedian(
  column: Float64Array,
  { sorted, kept, round }: { sorted: Float64Array; kept: number; round: Rounding },
): number {
  sorted.set(column);
  const median = medianOf(sorted, round);
  const distance = (value: number) => Math.abs(round(value - median));
  const nearestFirst = Array.from(column).sort((a, b) => distance(a) - distance(b));
  return meanOf(nearestFirst, { start: 0, end: kept, round });
}
