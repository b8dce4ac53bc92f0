import { ArrayRecord } from "../model/record/array_record.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";

/** Arrays by name, as a strategy keeps them from round to round. */
export type NamedArrays = Map<string, NDArray>;

/** Named arrays as they stand in a strategy's saved state; those that do not exist yet are left out. */
export function stateOf(parts: Readonly<Record<string, NamedArrays | undefined>>): RecordDict {
  const state = new RecordDict();
  for (const [name, arrays] of Object.entries(parts)) if (arrays) state.set(name, ArrayRecord.from(arrays));
  return state;
}

/** The arrays that were saved under a name; undefined when there were none. */
export function arraysFrom(state: RecordDict, name: string): NamedArrays | undefined {
  return state.has(name) ? state.arrays(name).toNamedArrays() : undefined;
}
