import type { RecordDict } from "../model/record/record_dict.ts";
import { InconsistentMessageReplies } from "./errors.ts";

/** What the contents of replies must share to be aggregated. */
export interface ReplyRequirements {
  /** The metric by which replies are weighed. */
  readonly weightedByKey: string;
  /** Whether they bring arrays; ArrayRecords are ignored otherwise. */
  readonly withArrays: boolean;
}

/**
 * Lets replies pass that can be aggregated: each with one ArrayRecord (where asked for) and one MetricRecord, of the
 * same names and with the same keys, and with a single number as its weight.
 * @throws {InconsistentMessageReplies} naming what differs
 */
export function checkReplies(replies: readonly RecordDict[], requirements: ReplyRequirements): void {
  if (requirements.withArrays) {
    checkAlike(replies.map((reply) => [...reply.arrayRecords()]), "ArrayRecord");
  }
  checkAlike(replies.map((reply) => [...reply.metricRecords()]), "MetricRecord");
  for (const reply of replies) checkWeight(reply, requirements.weightedByKey);
}

type Named = readonly [name: string, record: { keys(): Iterable<string> }];

function checkAlike(replies: readonly (readonly Named[])[], kind: string): void {
  const odd = replies.find((records) => records.length !== 1);
  if (odd) throw refusal(`every reply must hold exactly one ${kind}: one of them holds ${odd.length}`);
  const [firstName, first] = replies[0][0];
  for (const [[name, record]] of replies) {
    if (name !== firstName) {
      throw refusal(`all must give their ${kind} the same name: there are "${firstName}" and "${name}"`);
    }
    const missing = difference(first, record) ?? difference(record, first);
    if (missing !== undefined) {
      throw refusal(`every ${kind} must have the same keys: "${missing}" is not in all of them`);
    }
  }
}

function difference(a: Named[1], b: Named[1]): string | undefined {
  const there = new Set(b.keys());
  for (const key of a.keys()) if (!there.has(key)) return key;
  return undefined;
}

function checkWeight(reply: RecordDict, key: string): void {
  const [[, metrics]] = reply.metricRecords();
  const weight = metrics.get(key);
  if (weight === undefined) {
    throw refusal(`the MetricRecord of every reply must hold the weight "${key}": one lacks it`);
  }
  if (typeof weight === "object") throw refusal(`the weight "${key}" must be a single number: one is a list`);
}

function refusal(reason: string): InconsistentMessageReplies {
  return new InconsistentMessageReplies(`Cannot aggregate the replies as ${reason}`);
}
