import type { Integer } from "../model/record/entry.ts";
import { InconsistentMessageReplies } from "./errors.ts";
import { type GoodReply, metricsIn } from "./good_reply.ts";

/** What the contents of replies must share to be aggregated. */
export interface ReplyRequirements {
  /** Counted from 1, for errors. */
  readonly round: number;
  /** The metric by which replies are weighed. */
  readonly weightedByKey: string;
  /** Whether they bring arrays; ArrayRecords are ignored otherwise. */
  readonly withArrays: boolean;
  /** Whether a weight must be a number from 0 up, as Flower does not ask. */
  readonly strictWeights?: boolean;
}

type RecordKind = "ArrayRecord" | "MetricRecord";

/** What the first reply looked like. */
interface Model {
  readonly nodeId: bigint;
  readonly name: string;
  readonly keys: ReadonlySet<string>;
}

/**
 * Lets replies pass, one after the other, that can be aggregated: each with one ArrayRecord (where asked for) and one
 * MetricRecord, of the same names and with the same keys as the first reply's, and with a single number as its weight.
 */
export class ReplyCheck {
  readonly #requirements: ReplyRequirements;
  readonly #models = new Map<RecordKind, Model>();

  constructor(requirements: ReplyRequirements) {
    this.#requirements = requirements;
  }

  /** @throws {InconsistentMessageReplies} naming the node, the round, and what differs */
  check(reply: GoodReply): void {
    if (this.#requirements.withArrays) this.#checkRecord(reply, "ArrayRecord");
    this.#checkRecord(reply, "MetricRecord");
    this.#checkWeight(reply);
  }

  #checkRecord({ nodeId, content }: GoodReply, kind: RecordKind): void {
    const records = [...kind === "ArrayRecord" ? content.arrayRecords() : content.metricRecords()];
    if (records.length !== 1) {
      throw this.#refusal(
        `every reply must hold exactly one ${kind}: that of node ${nodeId} holds ${records.length}`,
      );
    }
    const [[name, record]] = records;
    const keys = new Set(record.keys());
    const first = this.#models.get(kind);
    if (!first) this.#models.set(kind, { nodeId, name, keys });
    else this.#compare(kind, first, { nodeId, name, keys });
  }

  #compare(kind: RecordKind, first: Model, other: Model): void {
    if (other.name !== first.name) {
      throw this.#refusal(
        `all must give their ${kind} the same name: it is "${first.name}" from node ${first.nodeId} and ` +
          `"${other.name}" from node ${other.nodeId}`,
      );
    }
    const lacking = [[first, other], [other, first]] as const;
    for (const [has, lacks] of lacking) {
      const missing = [...has.keys].find((key) => !lacks.keys.has(key));
      if (missing === undefined) continue;
      throw this.#refusal(
        `every ${kind} must have the same keys: "${missing}" of node ${has.nodeId} is missing from node ${lacks.nodeId}`,
      );
    }
  }

  #checkWeight(reply: GoodReply): void {
    const { weightedByKey: key, strictWeights } = this.#requirements;
    const weight = metricsIn(reply).get(key);
    const { nodeId } = reply;
    if (weight === undefined) {
      throw this.#refusal(
        `the MetricRecord of every reply must hold the weight "${key}": node ${nodeId} lacks it`,
      );
    }
    if (typeof weight === "object") {
      throw this.#refusal(`the weight "${key}" must be a single number: that of node ${nodeId} is a list`);
    }
    if (strictWeights && !isWeight(weight)) {
      throw this.#refusal(
        `the weight "${key}" must be a number from 0 up: that of node ${nodeId} is ${weight}`,
      );
    }
  }

  #refusal(reason: string): InconsistentMessageReplies {
    return new InconsistentMessageReplies(
      `Cannot aggregate the replies of round ${this.#requirements.round} as ${reason}`,
    );
  }
}

function isWeight(weight: Integer): boolean {
  return weight >= 0 && Number.isFinite(Number(weight));
}
