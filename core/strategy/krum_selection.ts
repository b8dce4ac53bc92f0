import { readable } from "../model/numeric/arithmetic.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import { arrayAt } from "./columns.ts";
import { AggregationError } from "./errors.ts";
import { arraysIn, type GoodReply } from "./good_reply.ts";

/**
 * How many replies to take, and how many may lie.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RecordDict, type SelectionCounts, type SelectionRule } from "corolla";
 *
 * const firstOnes: SelectionRule = (replies, { numNodesToSelect }: SelectionCounts) => replies.slice(0, numNodesToSelect);
 * const replies = [new RecordDict(), new RecordDict(), new RecordDict()];
 * assertEquals(firstOnes(replies, { numMaliciousNodes: 0, numNodesToSelect: 2 }).length, 2);
 * ```
 */
export interface SelectionCounts {
  /** How many of the replies may lie. */
  readonly numMaliciousNodes: number;
  /** How many replies to take. */
  readonly numNodesToSelect: number;
}

/**
 * Chooses replies that can be trusted, the best first.
 *
 * @example
 * ```ts
 * import { Bulyan, selectMultiKrum, type SelectionRule } from "corolla";
 *
 * // Multi-Krum, but never more than ten replies.
 * const few: SelectionRule = (replies, counts) => selectMultiKrum(replies, counts).slice(0, 10);
 * export const strategy = new Bulyan({ selectionRule: few, numMaliciousNodes: 1, minTrainNodes: 7 });
 * ```
 */
export type SelectionRule = (
  replies: readonly RecordDict[],
  counts: SelectionCounts,
) => readonly RecordDict[];

/** What arrays are paired by, and the round for errors. */
export interface KrumScene {
  readonly round: number;
  readonly matching: "key" | "position";
}

/**
 * The replies that lie nearest to their neighbours (Multi-Krum, Blanchard et al., 2017), the nearest first. Distances
 * are computed in double precision. What holds NaN comes last.
 * @param replies each with one ArrayRecord of the same sizes
 * @returns as many of the replies as `numNodesToSelect` says, or all
 * @throws {AggregationError} when an array has another size in one reply than in another
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, NDArray, RecordDict, selectMultiKrum } from "corolla";
 *
 * const replies = [900, 1, 1.1, 1.2, 5].map((w) =>
 *   new RecordDict({ arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(w)) }) })
 * );
 * const [nearest] = selectMultiKrum(replies, { numMaliciousNodes: 1, numNodesToSelect: 1 });
 * assertEquals([...nearest.arrays("arrays").toArrays()[0].toNumbers()], [1.1]);
 * ```
 */
export function selectMultiKrum(
  replies: readonly RecordDict[],
  counts: SelectionCounts,
): readonly RecordDict[] {
  const named = replies.map((content, index) => ({ nodeId: BigInt(index), content }));
  return nearest(named, { counts, scene: { round: 0, matching: "position" } }).map(({ content }) => content);
}

/** The replies that lie nearest to their neighbours, the nearest first. */
export function nearest(
  replies: readonly GoodReply[],
  { counts, scene }: { counts: SelectionCounts; scene: KrumScene },
): GoodReply[] {
  const neighbours = Math.max(1, replies.length - counts.numMaliciousNodes - 2);
  const scores = squaredDistances(replies, scene).map((row) =>
    // The first is taken to be the reply itself.
    ascending(row).slice(1, neighbours + 1).reduce((sum, index) => sum + row[index], 0)
  );
  return ascending(scores).slice(0, counts.numNodesToSelect).map((index) => replies[index]);
}

/** The indices of numbers from the lowest to the highest, NaN last; of equal ones, the first comes first. */
function ascending(values: ArrayLike<number>): number[] {
  const rank = (value: number) => Number.isNaN(value) ? 1 : 0;
  return Array.from(values, (_, index) => index).sort((a, b) =>
    rank(values[a]) - rank(values[b]) || (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : a - b)
  );
}

/** How far each two replies lie apart, as |a|² + |b|² - 2ab, which may come out a little below 0. */
function squaredDistances(replies: readonly GoodReply[], scene: KrumScene): Float64Array[] {
  const vectors = replies.map((reply) => vectorOf(reply, { first: replies[0], scene }));
  const squares = vectors.map((vector) => product(vector, vector));
  const rows = vectors.map(() => new Float64Array(vectors.length));
  for (let a = 0; a < vectors.length; a++) {
    for (let b = a; b < vectors.length; b++) {
      const inner = a === b ? squares[a] : product(vectors[a], vectors[b]);
      rows[a][b] = rows[b][a] = squares[a] + squares[b] - 2 * inner;
    }
  }
  return rows;
}

/** The arrays of a reply as one long vector, piece by piece. */
function vectorOf(
  reply: GoodReply,
  { first, scene }: { first: GoodReply; scene: KrumScene },
): ArrayLike<number>[] {
  return Array.from(arraysIn(first), ([key, expected], place) => {
    const array = arrayAt(reply, { key, place, options: scene });
    if (array.size === expected.toNDArray().size) return readable(array, "aggregate");
    throw new AggregationError(
      `Cannot compare the replies of round ${scene.round} as all must give "${key}" the same size: it has ` +
        `${expected.toNDArray().size} elements in the first reply and ${array.size} from node ${reply.nodeId}`,
    );
  });
}

function product(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let sum = 0;
  a.forEach((piece, place) => {
    const other = b[place];
    for (let i = 0; i < piece.length; i++) sum += piece[i] * other[i];
  });
  return sum;
}
