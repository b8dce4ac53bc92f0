import type { ArrayPair } from "../model/numeric/clipping.ts";
import type { ArrayRecord } from "../model/record/array_record.ts";
import { AggregationError } from "./errors.ts";

/** How the arrays of two records are paired, and what for. */
export interface Pairing {
  readonly matching: "key" | "position";
  /** What the second record is, for errors: "the reply of node 7 in round 3". */
  readonly name: string;
}

/**
 * The arrays of two records, side by side, in the order of the second.
 * @throws {AggregationError} when one has an array that the other lacks
 */
export function pairedArrays(
  ours: ArrayRecord,
  theirs: ArrayRecord,
  { matching, name }: Pairing,
): ArrayPair[] {
  if (matching === "position") return byPosition(ours, theirs, name);
  const missing = [...ours.keys()].find((key) => !theirs.has(key));
  if (missing !== undefined) throw refusal(name, `it lacks "${missing}"`);
  return Array.from(theirs, ([key, array]) => {
    const mine = ours.get(key);
    if (!mine) throw refusal(name, `the model has no "${key}"`);
    return { key, ours: mine.toNDArray(), theirs: array.toNDArray() };
  });
}

function byPosition(ours: ArrayRecord, theirs: ArrayRecord, name: string): ArrayPair[] {
  if (ours.size !== theirs.size) {
    throw refusal(name, `the model has ${ours.size} arrays, and it ${theirs.size}`);
  }
  const mine = ours.toArrays();
  return [...theirs].map(([key, array], place) => ({ key, ours: mine[place], theirs: array.toNDArray() }));
}

function refusal(name: string, problem: string): AggregationError {
  return new AggregationError(
    `Cannot compare ${name} with the model as both must have the same arrays: ${problem}`,
  );
}
