import type { Message } from "../model/app_message.ts";
import type { NodeId } from "../model/ids.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import type { ArrayFold, Folded, FoldScene } from "./array_fold.ts";
import { AggregationError, InconsistentMessageReplies } from "./errors.ts";
import { FedAvg } from "./fed_avg.ts";
import { arraysIn, type GoodReply } from "./good_reply.ts";
import type { Phase } from "./strategy.ts";
import { XgbModel } from "./xgb_model.ts";

/** The one name under which a model of trees travels. */
const KEY = "0";

/**
 * Bagging of gradient-boosted trees (XGBoost): the trees that the nodes grew in a round are appended to the model one
 * node after the other. The model is the JSON that XGBoost saves, as the bytes of one array of `uint8` named `0`; an
 * empty array says that there are no trees yet.
 * @throws {AggregationError} from {@link Strategy.start} when what a node sent is no model of trees
 * @throws {InconsistentMessageReplies} from {@link Strategy.start} when there is not exactly one array
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedXgbBagging, type Grid, NDArray } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const noTreesYet = ArrayRecord.from([new NDArray(new Uint8Array())]);
 * const strategy = new FedXgbBagging({ fractionTrain: 0.5 });
 * const instructions = await strategy.configureTrain({ round: 1, arrays: noTreesYet, config: new ConfigRecord(), grid });
 * assertEquals(instructions.length, 2);
 * ```
 */
export class FedXgbBagging extends FedAvg {
  /** The instructions of a round's training, one for each node that was chosen. */
  override async configureTrain(phase: Phase): Promise<Message[]> {
    bytesOf(phase.arrays, "the model");
    return await super.configureTrain(phase);
  }

  /** How the arrays of a round's replies are put together. */
  protected override openFold({ round }: FoldScene): ArrayFold {
    return new BaggingFold(this.sent && bytesOf(this.sent, "the model"), round);
  }
}

/** Appends the trees of each reply. */
class BaggingFold implements ArrayFold {
  readonly holdsReplies = false;
  readonly #round: number;
  #model: XgbModel | undefined;
  /** The bytes of a model to which nothing was appended yet: they are given on as they are. */
  #bytes: Uint8Array | undefined;

  /** @param sent the model that was sent; without one there will be none */
  constructor(sent: Uint8Array | undefined, round: number) {
    this.#bytes = sent;
    this.#round = round;
  }

  add(reply: GoodReply): void {
    const bytes = bytesOf(arraysIn(reply), `the reply of node ${reply.nodeId} in round ${this.#round}`);
    if (!this.#bytes) return;
    if (this.#bytes.length === 0) {
      this.#bytes = bytes.slice();
      return;
    }
    this.#append(bytes, reply.nodeId);
  }

  finish(): Folded {
    const bytes = this.#model?.encode() ?? this.#bytes;
    return bytes ? { arrays: ArrayRecord.from({ [KEY]: new NDArray(bytes) }, { keepInput: false }) } : {};
  }

  #append(bytes: Uint8Array, nodeId: NodeId): void {
    try {
      this.#model ??= new XgbModel(this.#bytes!);
      this.#model.append(new XgbModel(bytes));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AggregationError(
        `Cannot append the trees of node ${nodeId} in round ${this.#round}: ${reason}`,
        { cause: error },
      );
    }
  }
}

function bytesOf(arrays: ArrayRecord, owner: string): Uint8Array {
  if (arrays.size !== 1) {
    throw new InconsistentMessageReplies(
      `Cannot use ${owner} with XGBoost as it must hold exactly one array: there are ${arrays.size}`,
    );
  }
  const array = arrays.get(KEY);
  if (!array) {
    throw new RangeError(
      `Cannot use ${owner} with XGBoost as its array must be named "${KEY}": current name is "${
        [...arrays.keys()][0]
      }"`,
    );
  }
  return array.toNDArray().as("uint8").data;
}
