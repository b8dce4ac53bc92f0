import type { AppHost } from "../app/host.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import type { GoodReply } from "./good_reply.ts";

/**
 * What replies come to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Folded } from "corolla";
 *
 * // No model, and no reply's metrics count.
 * const nothing: Folded = { chosen: [] };
 * const empty: Folded = { arrays: new ArrayRecord() };
 * assertEquals([nothing.arrays, empty.arrays!.size], [undefined, 0]);
 * ```
 */
export interface Folded {
  /** The new model, or what a strategy makes one of; absent when there is none. */
  readonly arrays?: ArrayRecord;
  /** The replies whose metrics count, in the order in which they do; all of them unless told. */
  readonly chosen?: readonly GoodReply[];
}

/**
 * Puts the arrays of a round's replies together, one reply after the other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type ArrayFold, FedAvg, type GoodReply, NDArray, RecordDict } from "corolla";
 *
 * // Takes the model of whoever answers first.
 * class First implements ArrayFold {
 *   readonly holdsReplies = false;
 *   #arrays?: ArrayRecord;
 *   add({ content }: GoodReply) {
 *     this.#arrays ??= content.arrays("arrays").copy();
 *   }
 *   finish() {
 *     return { arrays: this.#arrays };
 *   }
 * }
 * export class FastestWins extends FedAvg {
 *   protected override openFold(): ArrayFold {
 *     return new First();
 *   }
 * }
 *
 * const fold = new First();
 * for (const w of [1, 2]) {
 *   const arrays = ArrayRecord.from({ w: new NDArray(Float32Array.of(w)) });
 *   fold.add({ nodeId: 7n, content: new RecordDict({ arrays }) });
 * }
 * assertEquals([...fold.finish().arrays!.toArrays()[0].toNumbers()], [1]);
 * ```
 */
export interface ArrayFold {
  /**
   * Whether replies are held until the end. Where not, a reply's arrays are free once {@link add} returns, and only a
   * few models are in memory however many nodes there are.
   */
  readonly holdsReplies: boolean;
  /**
   * Takes a reply in, as soon as it is there.
   * @throws {AggregationError} when the reply cannot be put together with those before it
   */
  add(reply: GoodReply): void;
  /** What they come to. Called once, after at least one reply. */
  finish(): Folded;
}

/**
 * Where a fold stands.
 *
 * @example
 * ```ts
 * import { type ArrayFold, FedAvg, type FoldScene } from "corolla";
 *
 * export class Telling extends FedAvg {
 *   protected override openFold(scene: FoldScene): ArrayFold {
 *     scene.log.info(`Round ${scene.round}: replies come ${scene.streaming ? "one by one" : "all at once"}`);
 *     return super.openFold(scene);
 *   }
 * }
 * ```
 */
export interface FoldScene {
  /** Counted from 1. */
  readonly round: number;
  /** Whether replies come one after the other, rather than all at once. */
  readonly streaming: boolean;
  /** The run's log. */
  readonly log: AppHost["log"];
}

/**
 * Holds all replies, for rules that must see them side by side.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ArrayFold, FedAvg, HeldReplies, RecordDict } from "corolla";
 *
 * // The last reply wins.
 * export class LastWins extends FedAvg {
 *   protected override openFold(): ArrayFold {
 *     return new HeldReplies((replies) => ({ arrays: replies.at(-1)!.content.arrays("arrays") }));
 *   }
 * }
 *
 * const fold = new HeldReplies((replies) => ({ chosen: replies.slice(1) }));
 * fold.add({ nodeId: 1n, content: new RecordDict() });
 * fold.add({ nodeId: 2n, content: new RecordDict() });
 * assertEquals(fold.finish().chosen!.map(({ nodeId }) => nodeId), [2n]);
 * ```
 */
export class HeldReplies implements ArrayFold {
  /** All replies are held until the end. */
  readonly holdsReplies = true;
  readonly #replies: GoodReply[] = [];
  readonly #rule: (replies: readonly GoodReply[]) => Folded;

  /**
   * A fold that leaves the work to a rule.
   * @param rule what the replies come to, in the order in which they came
   */
  constructor(rule: (replies: readonly GoodReply[]) => Folded) {
    this.#rule = rule;
  }

  /** Holds a reply. */
  add(reply: GoodReply): void {
    this.#replies.push(reply);
  }

  /** Hands all replies to the rule. */
  finish(): Folded {
    return this.#rule(this.#replies);
  }
}
