import type { NDArray } from "../record/ndarray.ts";
import { minus, plus, sameShape, times } from "./arithmetic.ts";
import { lengthOfAll } from "./norm.ts";
import { isFloat } from "./promotion.ts";

/** An array of the model that was sent beside the one that came back. */
export interface ArrayPair {
  /** Its name in what came back. */
  readonly key: string;
  readonly ours: NDArray;
  readonly theirs: NDArray;
}

/** How an update is clipped. */
export interface ClippingRules {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
  /** Leave arrays that hold no floating point numbers as they came, and do not count them. */
  readonly floatsOnly?: boolean;
  /** Let an update of length 0 pass, which Flower divides by. */
  readonly allowZeroUpdates?: boolean;
  /** Count arrays without axes and leave them as they came, as Flower does. They then are not clipped. */
  readonly spareScalars?: boolean;
  /** Let an update that holds NaN pass unclipped, as Flower does. */
  readonly allowNaN?: boolean;
}

/** An update that is no longer than allowed. */
export interface ClippedUpdate {
  readonly arrays: Map<string, NDArray>;
  /** How long it was. */
  readonly length: number;
  /** Whether it was too long. */
  readonly clipped: boolean;
}

/**
 * Shortens an update, which is the difference between what came back and the model that was sent, to at most a length,
 * all of its arrays alike.
 * @throws {RangeError} when the update has length 0 or holds NaN, or an array came back in another shape
 * @throws {TypeError} when an array that must be shortened holds integers
 */
export function clipUpdate(pairs: readonly ArrayPair[], rules: ClippingRules): ClippedUpdate {
  const counted = pairs.filter(({ theirs }) => !rules.floatsOnly || isFloat(theirs.dtype));
  const updates = new Map(counted.map((pair) => [pair.key, updateOf(pair)]));
  const length = lengthOfAll(updates.values());
  if (length === 0 && !rules.allowZeroUpdates) {
    throw new RangeError(
      "Cannot clip the update as it must be longer than 0: what came back is the model that was sent. Leave such " +
        "nodes out, or let their replies pass with allowZeroUpdates",
    );
  }
  if (Number.isNaN(length) && !rules.allowNaN) throw noNumber(updates);
  const scale = rules.clippingNorm / length;
  const clipped = scale < 1;
  const arrays = new Map(pairs.map(({ key, ours, theirs }): [string, NDArray] => {
    const update = updates.get(key);
    if (!update) return [key, theirs];
    return [key, plus(ours, clipped ? shortened(update, { key, scale, rules }) : update)];
  }));
  return { arrays, length, clipped };
}

function noNumber(updates: ReadonlyMap<string, NDArray>): RangeError {
  const key = [...updates].find(([, update]) => Number.isNaN(lengthOfAll([update])))?.[0];
  return new RangeError(
    `Cannot clip the update as its elements must be numbers: that of "${key}" holds NaN, or values beyond all bounds`,
  );
}

function updateOf({ key, ours, theirs }: ArrayPair): NDArray {
  if (sameShape(ours.shape, theirs.shape)) return minus(theirs, ours);
  throw new RangeError(
    `Cannot clip the update of "${key}" as its shape must be (${ours.shape.join(", ")}): it came back as (${
      theirs.shape.join(", ")
    })`,
  );
}

function shortened(
  update: NDArray,
  { key, scale, rules }: { key: string; scale: number; rules: ClippingRules },
): NDArray {
  if (!isFloat(update.dtype)) {
    throw new TypeError(
      `Cannot clip the update of "${key}" as its elements must be floating point numbers: they are ${update.dtype}. ` +
        `Leave such arrays out with floatsOnly`,
    );
  }
  return update.shape.length === 0 && rules.spareScalars ? update : times(scale, update);
}

/** Lets a setting of differential privacy pass. @throws {RangeError} when it is not as expected, naming it */
export function checkSetting(
  name: string,
  value: number,
  expected: "above 0" | "0 or above" | "from 0 to 1",
): void {
  const holds = { "above 0": value > 0, "0 or above": value >= 0, "from 0 to 1": value >= 0 && value <= 1 };
  if (holds[expected] && Number.isFinite(value)) return;
  throw new RangeError(`Cannot use ${name} as it must be ${expected}: current value is ${value}`);
}
