import type { AppHost } from "../app/host.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import type { GoodReply } from "./good_reply.ts";

/** What replies come to. */
export interface Folded {
  /** The new model, or what a strategy makes one of; absent when there is none. */
  readonly arrays?: ArrayRecord;
  /** The replies whose metrics count, in the order in which they do; all of them unless told. */
  readonly chosen?: readonly GoodReply[];
}

/** Puts the arrays of a round's replies together, one reply after the other. */
export interface ArrayFold {
  /**
   * Whether replies are held until the end. Where not, a reply's arrays are free once {@link add} returns, and only a
   * few models are in memory however many nodes there are.
   */
  readonly holdsReplies: boolean;
  /** @throws {AggregationError} when the reply cannot be put together with those before it */
  add(reply: GoodReply): void;
  /** What they come to. Called once, after at least one reply. */
  finish(): Folded;
}

/** Where a fold stands. */
export interface FoldScene {
  /** Counted from 1. */
  readonly round: number;
  /** Whether replies come one after the other, rather than all at once. */
  readonly streaming: boolean;
  readonly log: AppHost["log"];
}

/** Holds all replies, for rules that must see them side by side. */
export class HeldReplies implements ArrayFold {
  readonly holdsReplies = true;
  readonly #replies: GoodReply[] = [];
  readonly #rule: (replies: readonly GoodReply[]) => Folded;

  /** @param rule what the replies come to, in the order in which they came */
  constructor(rule: (replies: readonly GoodReply[]) => Folded) {
    this.#rule = rule;
  }

  add(reply: GoodReply): void {
    this.#replies.push(reply);
  }

  finish(): Folded {
    return this.#rule(this.#replies);
  }
}
