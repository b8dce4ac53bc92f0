import { sameShape } from "../model/numeric/arithmetic.ts";
import { AggregationError } from "./errors.ts";
import type { NodeId } from "../model/ids.ts";

/**
 * What is refused where Flower would go on with a model that nobody meant. All of it is off with
 * `aggregation: "reference"`, which does what Flower does.
 */
export interface Strictness {
  /** Refuse arrays of different shapes instead of stretching them as NumPy does. */
  readonly strictShapes: boolean;
  /** Refuse arrays of different element types instead of converting them to the first reply's. */
  readonly strictDtypes: boolean;
  /** What becomes of arrays that hold NaN. */
  readonly nan: "refuse" | "keep";
}

/** Where an array came from, for errors. */
export interface Origin {
  readonly round: number;
  readonly nodeId: NodeId;
  readonly key: string;
}

/** What all arrays of a key must be like. */
export interface ArrayLook {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** @throws {AggregationError} when an array does not look like the first of its key */
export function checkLook(
  array: ArrayLook,
  first: ArrayLook,
  { origin, strictness }: { origin: Origin; strictness: Strictness },
): void {
  const { round, nodeId, key } = origin;
  const problem = (what: string, expected: string, current: string) =>
    new AggregationError(
      `Cannot aggregate "${key}" in round ${round} as all replies must give it the same ${what}: it is ${expected} ` +
        `in the first reply and ${current} from node ${nodeId}. Make the nodes agree, or allow it with ` +
        (what === "shape" ? "strictShapes: false" : "strictDtypes: false"),
    );
  if (strictness.strictShapes && !sameShape(array.shape, first.shape)) {
    throw problem("shape", shapeText(first.shape), shapeText(array.shape));
  }
  if (strictness.strictDtypes && array.dtype !== first.dtype) {
    throw problem("element type", first.dtype, array.dtype);
  }
}

/** A shape as people write it. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}

/** The refusal of an array that holds NaN. */
export function nanRefusal({ round, nodeId, key }: Origin): AggregationError {
  return new AggregationError(
    `Cannot aggregate "${key}" in round ${round} as its elements must be numbers: that of node ${nodeId} holds NaN. ` +
      `Look at the training on that node, or let NaN pass with nan: "keep"`,
  );
}
