import type { DType } from "../record/dtype.ts";

const FLOATS: readonly DType[] = ["float16", "float32", "float64"];
const COMPLEX: readonly DType[] = ["complex64", "complex128"];

/** Whether an element type holds floating point numbers, real ones. */
export function isFloat(dtype: DType): boolean {
  return FLOATS.includes(dtype);
}

/** Whether an element type holds complex numbers. */
export function isComplex(dtype: DType): boolean {
  return COMPLEX.includes(dtype);
}

/** Whether an element type holds integers of 64 bits, which are kept as bigints. */
export function isWide(dtype: DType): boolean {
  return dtype === "int64" || dtype === "uint64";
}

/**
 * The element type of an array combined with a plain number, as NumPy has it: floating point and complex numbers
 * keep theirs, all else becomes `float64`.
 */
export function withNumber(dtype: DType): DType {
  return isFloat(dtype) || isComplex(dtype) ? dtype : "float64";
}

/** The element type in which NumPy computes with arrays of these two. */
export function resultType(a: DType, b: DType): DType {
  if (a === b) return a;
  if (isComplex(a) || isComplex(b)) return complexOf(a, b);
  if (isFloat(a) || isFloat(b)) return floatOf(a, b);
  if (a === "bool") return b;
  if (b === "bool") return a;
  return integerOf(a, b);
}

/** The least of the floating point types that holds every value of an element type. */
function asFloat(dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  if (dtype === "bool" || bitsOf(dtype) === 8) return "float16";
  return bitsOf(dtype) === 16 ? "float32" : "float64";
}

function floatOf(a: DType, b: DType): DType {
  return FLOATS[Math.max(FLOATS.indexOf(asFloat(a)), FLOATS.indexOf(asFloat(b)))];
}

function complexOf(a: DType, b: DType): DType {
  const isDouble = (dtype: DType) =>
    dtype === "complex128" || (!isComplex(dtype) && asFloat(dtype) === "float64");
  return isDouble(a) || isDouble(b) ? "complex128" : "complex64";
}

function integerOf(a: DType, b: DType): DType {
  const bits = Math.max(bitsOf(a), bitsOf(b));
  if (isSigned(a) === isSigned(b)) return `${isSigned(a) ? "int" : "uint"}${bits}` as DType;
  const [signed, unsigned] = isSigned(a) ? [a, b] : [b, a];
  if (bitsOf(signed) > bitsOf(unsigned)) return signed;
  const needed = bitsOf(unsigned) * 2;
  // No integer type holds both kinds of 64 bits.
  return needed > 64 ? "float64" : `int${needed}` as DType;
}

const isSigned = (dtype: DType) => dtype.startsWith("int");
const bitsOf = (dtype: DType) => Number(/\d+$/.exec(dtype)?.[0] ?? 8);
