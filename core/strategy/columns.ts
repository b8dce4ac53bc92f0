import { readable } from "../model/numeric/arithmetic.ts";
import { resultType, withNumber } from "../model/numeric/promotion.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { halfToNumber, numberToHalf } from "../model/record/half.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { AggregationError } from "./errors.ts";
import { arraysIn, type GoodReply } from "./good_reply.ts";
import { checkLook, shapeText, type Strictness } from "./strictness.ts";
import { sameShape } from "../model/numeric/arithmetic.ts";

/** Rounds to what an element type holds. */
export type Rounding = (value: number) => number;

/**
 * Makes one element of the result of those that the replies have in its place. The column is the rule's to change; it
 * is used again for the next element.
 */
export type ColumnRule = (column: Float64Array, round: Rounding) => number;

/** How arrays are put together element by element. */
export interface ColumnOptions extends Strictness {
  readonly round: number;
  readonly matching: "key" | "position";
}

/**
 * Puts the arrays of all replies together element by element, in the element type that NumPy gives to all of them
 * side by side, integers as double precision.
 * @throws {AggregationError} when their shapes differ
 * @throws {TypeError} for complex numbers
 */
export function byColumns(
  replies: readonly GoodReply[],
  { rule, options }: { rule: ColumnRule; options: ColumnOptions },
): ArrayRecord {
  const keys = [...arraysIn(replies[0]).keys()];
  return new ArrayRecord(keys.map((key, place): [string, FlowerArray] => {
    const arrays = replies.map((reply) => arrayAt(reply, { key, place, options }));
    checkLooks(arrays, { key, replies, options });
    return [key, FlowerArray.from(columnwise(arrays, rule), { keepInput: false })];
  }));
}

/** The array of a reply that stands at a key, or at a place, of the first one. */
export function arrayAt(
  reply: GoodReply,
  { key, place, options }: { key: string; place: number; options: Pick<ColumnOptions, "matching"> },
): NDArray {
  const arrays = arraysIn(reply);
  return (options.matching === "key" ? arrays.get(key)! : [...arrays][place][1]).toNDArray();
}

function checkLooks(
  arrays: readonly NDArray[],
  { key, replies, options }: { key: string; replies: readonly GoodReply[]; options: ColumnOptions },
): void {
  const [first] = arrays;
  arrays.forEach((array, index) => {
    const { nodeId } = replies[index];
    checkLook(array, first, { origin: { round: options.round, nodeId, key }, strictness: options });
    if (sameShape(array.shape, first.shape)) return;
    throw new AggregationError(
      `Cannot aggregate "${key}" in round ${options.round} as all replies must give it the same shape: it is ` +
        `${shapeText(first.shape)} in the first reply and ${shapeText(array.shape)} from node ${nodeId}`,
    );
  });
}

function columnwise(arrays: readonly NDArray[], rule: ColumnRule): NDArray {
  const dtype = withNumber(arrays.map((array) => array.dtype).reduce(resultType));
  const values = arrays.map((array) => readable(array, "aggregate"));
  const round = roundingOf(dtype);
  const result = dtype === "float32" ? new Float32Array(arrays[0].size) : new Float64Array(arrays[0].size);
  const column = new Float64Array(arrays.length);
  for (let i = 0; i < result.length; i++) {
    for (let reply = 0; reply < values.length; reply++) column[reply] = values[reply][i];
    result[i] = rule(column, round);
  }
  const { shape } = arrays[0];
  return dtype === "float16" ? NDArray.fromHalves(result, shape) : new NDArray(result, shape);
}

function roundingOf(dtype: string): Rounding {
  if (dtype === "float32") return Math.fround;
  return dtype === "float16" ? (value) => halfToNumber(numberToHalf(value)) : (value) => value;
}

/** The median of a column, which is sorted by it; NaN when there is one in it. */
export function medianOf(column: Float64Array, round: Rounding): number {
  const count = column.length;
  column.sort();
  // NaN sorts last.
  if (Number.isNaN(column[count - 1])) return NaN;
  const middle = count >> 1;
  return count % 2 === 1 ? column[middle] : round(round(column[middle - 1] + column[middle]) / 2);
}

/** The mean of the elements of a column from `start` up to, not including, `end`. NaN when there are none. */
export function meanOf(
  column: ArrayLike<number>,
  { start, end, round }: { start: number; end: number; round: Rounding },
): number {
  if (start >= end) return NaN;
  let sum = column[start];
  for (let i = start + 1; i < end; i++) sum = round(sum + column[i]);
  return round(sum / (end - start));
}
