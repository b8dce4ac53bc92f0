import { ticketOf } from "../app/distant_array.ts";
import { sameShape } from "../model/numeric/arithmetic.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import type { DType } from "../model/record/dtype.ts";
import type { Integer } from "../model/record/entry.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import type { ArrayFold, Folded } from "./array_fold.ts";
import { type DistantReader, readDistant } from "./distant_read.ts";
import { Float64Sum } from "./float64_sum.ts";
import { arraysIn, type GoodReply, metricsIn } from "./good_reply.ts";
import { type ArrayLook, checkLook, nanRefusal, type Origin, type Strictness } from "./strictness.ts";
import { checkTotal, WeightTotal } from "./weights.ts";

/** How a {@link MeanFold} averages. */
export interface MeanFoldOptions extends Strictness {
  readonly round: number;
  /** The metric by which replies are weighed. */
  readonly weightedByKey: string;
}

/** The sum of one key's arrays so far. */
interface Running {
  readonly look: ArrayLook;
  readonly sum: Float64Sum;
}

/**
 * The weighted mean of the arrays of all replies, folded as they arrive: a reply is added to sums in double precision
 * and may then be forgotten. The result has the names in the first reply's order and its element types.
 */
export class MeanFold implements ArrayFold {
  readonly holdsReplies = false;
  readonly #options: MeanFoldOptions;
  readonly #total = new WeightTotal();
  readonly #running = new Map<string, Running>();

  constructor(options: MeanFoldOptions) {
    this.#options = options;
  }

  add(reply: GoodReply): void {
    const weight = this.#weightOf(reply);
    for (const [key, serialised] of arraysIn(reply)) {
      this.#add(serialised.toNDArray(), weight, this.#origin(reply, key));
    }
  }

  /** Like {@link add}, and reads arrays that are still distant piece by piece. */
  async addDistant(reply: GoodReply): Promise<void> {
    const weight = this.#weightOf(reply);
    for (const [key, serialised] of arraysIn(reply)) {
      const origin = this.#origin(reply, key);
      const whole = ticketOf(serialised) === undefined
        ? serialised.toNDArray()
        : await readDistant(serialised, this.#reader(weight, origin));
      if (whole) this.#add(whole, weight, origin);
    }
  }

  finish(): Folded {
    const { round, weightedByKey } = this.#options;
    const total = this.#total.value;
    checkTotal(total, { round, weightedByKey });
    const arrays = new ArrayRecord();
    for (const [key, { sum }] of this.#running) {
      arrays.set(key, FlowerArray.from(sum.over(total), { keepInput: false }));
      this.#running.delete(key);
    }
    return { arrays };
  }

  #weightOf(reply: GoodReply): number {
    const { weightedByKey } = this.#options;
    const weight = metricsIn(reply).get(weightedByKey) as Integer;
    this.#total.add(weight, metricsIn(reply).kind(weightedByKey) === "double");
    return Number(weight);
  }

  #origin({ nodeId }: GoodReply, key: string): Origin {
    return { round: this.#options.round, nodeId, key };
  }

  #add(array: NDArray, weight: number, origin: Origin): void {
    const running = this.#runningFor(origin.key, array);
    checkLook(array, running.look, { origin, strictness: this.#options });
    this.#checkNaN(running.sum.add(array, weight), origin);
  }

  /** Adds what it reads. */
  #reader(weight: number, origin: Origin): DistantReader {
    let running: Running;
    let dtype: DType;
    return {
      begin: (look) => {
        dtype = look.dtype;
        running = this.#runningFor(origin.key, look);
        checkLook(look, running.look, { origin, strictness: this.#options });
        return look.shape.length > 0 && sameShape(look.shape, running.look.shape);
      },
      part: (values, at) => this.#checkNaN(running.sum.addPart(values, { dtype, at }, weight), origin),
    };
  }

  #checkNaN(hasNaN: boolean, origin: Origin): void {
    if (hasNaN && this.#options.nan === "refuse") throw nanRefusal(origin);
  }

  #runningFor(key: string, { dtype, shape }: Pick<NDArray, "dtype" | "shape">): Running {
    const known = this.#running.get(key);
    if (known) return known;
    const fresh = { look: { dtype, shape }, sum: new Float64Sum({ dtype, shape }) };
    this.#running.set(key, fresh);
    return fresh;
  }
}
