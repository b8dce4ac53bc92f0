/**
 * Arithmetic on arrays, element by element, with the numbers that NumPy gives: the element type of a result follows
 * from those of its operands, and every result is rounded to it. A plain number takes on the element type of the
 * array it meets; an array without axes keeps its own, and so may widen the other one.
 *
 * Rounding the double result once more is what single and half precision would have given: a double has more than
 * twice their digits.
 *
 * @module
 */
import type { DType, TypedArray } from "../record/dtype.ts";
import { halfToNumber, numberToHalf } from "../record/half.ts";
import { elementsOf, NDArray } from "../record/ndarray.ts";
import { isComplex, isFloat, isWide, resultType, withNumber } from "./promotion.ts";

/** What can be computed with. */
export type Operand = NDArray | number;

/** `a + b`. @throws {RangeError} when their shapes differ @throws {TypeError} for complex numbers */
export function plus(a: Operand, b: Operand): NDArray {
  return combined(a, b, { name: "add", floats: addFloats, bigints: (x, y) => x + y });
}

/** `a - b`. @throws {RangeError} when their shapes differ @throws {TypeError} for complex numbers */
export function minus(a: Operand, b: Operand): NDArray {
  return combined(a, b, { name: "subtract", floats: subtractFloats, bigints: (x, y) => x - y });
}

/** `a * b`. @throws {RangeError} when their shapes differ @throws {TypeError} for complex numbers */
export function times(a: Operand, b: Operand): NDArray {
  return combined(a, b, { name: "multiply", floats: multiplyFloats, bigints: (x, y) => x * y });
}

/** `a / b`; integers give `float64`. @throws {RangeError} when their shapes differ @throws {TypeError} for complex numbers */
export function over(a: Operand, b: Operand): NDArray {
  return combined(a, b, { name: "divide", floats: divideFloats });
}

/** The square root of every element. @throws {TypeError} for complex numbers */
export function squareRoot(a: NDArray): NDArray {
  return mapped(a, Math.sqrt);
}

/** -1, 0 or 1 for every element; NaN stays. @throws {TypeError} for complex numbers */
export function sign(a: NDArray): NDArray {
  return mapped(a, Math.sign);
}

/** A number of double precision that widens what it meets, unlike a plain one. */
export function float64(value: number): NDArray {
  return new NDArray(Float64Array.of(value), []);
}

/** The same numbers with elements of another floating point type. @throws {TypeError} for complex numbers */
export function asType(array: NDArray, dtype: DType): NDArray {
  if (array.dtype === dtype) return array;
  const target = emptyFloats(array.shape, dtype);
  const values = readable(array, "convert");
  for (let i = 0; i < target.values.length; i++) target.values[i] = Number(values[i]);
  return target.finished();
}

/** The elements as an array of numbers that can be read, without a copy where there need be none. */
export function readable(array: NDArray, use = "compute with"): ArrayLike<number> {
  if (isComplex(array.dtype)) {
    throw new TypeError(`Cannot ${use} an array of ${array.dtype} as only real numbers can be used here`);
  }
  if (array.dtype === "float16" || isWide(array.dtype)) return array.toNumbers();
  return array.data as Exclude<TypedArray, BigInt64Array | BigUint64Array>;
}

type Floats = Float32Array | Float64Array;
type Loop = (target: Floats, a: Source, b: Source) => void;

/** Numbers to be read at every index; a single one stands at all of them. */
interface Source {
  readonly values: ArrayLike<number>;
  /** All ones, or 0 for a single number. */
  readonly mask: number;
}

interface Operation {
  readonly name: string;
  readonly floats: Loop;
  /** Absent where integers give floating point. */
  readonly bigints?: (a: bigint, b: bigint) => bigint;
}

function addFloats(target: Floats, { values: a, mask: m }: Source, { values: b, mask: n }: Source): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i & m] + b[i & n];
}

function subtractFloats(
  target: Floats,
  { values: a, mask: m }: Source,
  { values: b, mask: n }: Source,
): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i & m] - b[i & n];
}

function multiplyFloats(
  target: Floats,
  { values: a, mask: m }: Source,
  { values: b, mask: n }: Source,
): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i & m] * b[i & n];
}

function divideFloats(target: Floats, { values: a, mask: m }: Source, { values: b, mask: n }: Source): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i & m] / b[i & n];
}

function combined(a: Operand, b: Operand, operation: Operation): NDArray {
  const shape = commonShape(a, b, operation.name);
  const dtype = commonType(a, b);
  if (!isFloat(dtype) && !isComplex(dtype) && operation.bigints) {
    return integers(a as NDArray, b as NDArray, { dtype, shape, operation });
  }
  const target = emptyFloats(shape, isFloat(dtype) || isComplex(dtype) ? dtype : "float64");
  const one = target.values.length === 1;
  operation.floats(
    target.values,
    sourceOf(a, { dtype, one, operation }),
    sourceOf(b, { dtype, one, operation }),
  );
  return target.finished();
}

function commonType(a: Operand, b: Operand): DType {
  if (typeof a === "number") return typeof b === "number" ? "float64" : withNumber(b.dtype);
  return typeof b === "number" ? withNumber(a.dtype) : resultType(a.dtype, b.dtype);
}

function commonShape(a: Operand, b: Operand, name: string): readonly number[] {
  const [one, other] = [a, b].map((operand) => typeof operand === "number" ? [] : operand.shape);
  if (one.length === 0) return other;
  if (other.length === 0 || sameShape(one, other)) return one;
  throw new RangeError(
    `Cannot ${name} arrays as they must have the same shape: there are (${one.join(", ")}) and (${
      other.join(", ")
    })`,
  );
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

function sourceOf(
  operand: Operand,
  { dtype, one, operation }: { dtype: DType; one: boolean; operation: Operation },
): Source {
  if (typeof operand === "number") return { values: [rounded(operand, dtype)], mask: 0 };
  const single = operand.shape.length === 0 || one;
  return { values: readable(operand, operation.name), mask: single ? 0 : -1 };
}

/** A number as elements of a type hold it. */
export function rounded(value: number, dtype: DType): number {
  if (dtype === "float32") return Math.fround(value);
  return dtype === "float16" ? halfToNumber(numberToHalf(value)) : value;
}

function mapped(a: NDArray, operation: (value: number) => number): NDArray {
  const values = readable(a);
  const target = emptyFloats(a.shape, withNumber(a.dtype));
  for (let i = 0; i < values.length; i++) target.values[i] = operation(values[i]);
  return target.finished();
}

/** Room for floating point results, which become an array once they are all there. */
function emptyFloats(shape: readonly number[], dtype: DType): { values: Floats; finished(): NDArray } {
  const values = dtype === "float32"
    ? new Float32Array(elementsOf(shape))
    : new Float64Array(elementsOf(shape));
  const finished = () => dtype === "float16" ? NDArray.fromHalves(values, shape) : new NDArray(values, shape);
  return { values, finished };
}

/** Integers wrap around as they do in every typed array. */
function integers(
  a: NDArray,
  b: NDArray,
  { dtype, shape, operation }: { dtype: DType; shape: readonly number[]; operation: Operation },
): NDArray {
  if (dtype === "bool") {
    throw new TypeError(`Cannot ${operation.name} arrays of truth values as they must hold numbers`);
  }
  const target = NDArray.zeros(shape, dtype);
  const [m, n] = [a, b].map((operand) => operand.size === 1 ? 0 : -1);
  if (isWide(dtype)) {
    const into = target.data as BigInt64Array;
    for (let i = 0; i < into.length; i++) {
      into[i] = operation.bigints!(BigInt(a.data[i & m]), BigInt(b.data[i & n]));
    }
    return target;
  }
  const wide = new Float64Array(target.size);
  operation.floats(wide, { values: readable(a), mask: m }, { values: readable(b), mask: n });
  (target.data as Int32Array).set(wide);
  return target;
}
