import { assertEquals, assertThrows } from "@std/assert";
import { FlowerArray } from "./array.ts";
import { ArrayRecord } from "./array_record.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { NDArray } from "./ndarray.ts";

Deno.test("an array has the element type of its data unless told", () => {
  const natural: [TypedArray, DType][] = [
    [new Float32Array(1), "float32"],
    [new Float64Array(1), "float64"],
    [new Uint8Array(1), "uint8"],
    [new Uint16Array(1), "uint16"],
    [new BigInt64Array(1), "int64"],
    [new BigUint64Array(1), "uint64"],
  ];
  for (const [data, dtype] of natural) assertEquals(new NDArray(data).dtype, dtype);
  assertEquals(new NDArray(new Uint8Array(2), [2], "bool").dtype, "bool");
  assertEquals(new NDArray(new Float32Array(6), [3], "complex64").size, 3);
  assertEquals(new NDArray(new Float32Array(6), undefined, "complex64").shape, [3]);
});

Deno.test("an array that cannot be is refused with what it must be", () => {
  assertThrows(
    () => new NDArray(new Float32Array(3), [2]),
    RangeError,
    "shape (2) as it must hold exactly the 3",
  );
  assertThrows(() => new NDArray(new Float32Array(2), [-1, -2]), RangeError, "(-1, -2)");
  assertThrows(() => new NDArray(new Float32Array(2), [2], "int8"), TypeError, "must be a Int8Array");
  assertThrows(() => new NDArray([1, 2] as unknown as TypedArray), TypeError, "Cannot use Array as the data");
  assertThrows(() => new NDArray(new Float32Array(1), [], "float128" as DType), TypeError, '"float128"');
});

Deno.test("an array gives its elements as numbers, copies and other shapes", () => {
  const half = NDArray.fromHalves([0.5, -2]);
  assertEquals([half.dtype, half.toNumbers()], ["float16", new Float64Array([0.5, -2])]);
  assertEquals(new NDArray(new BigInt64Array([3n])).toNumbers(), new Float64Array([3]));
  const array = new NDArray(new Float32Array([1, 2]));
  const copy = array.copy();
  const column = array.reshape([2, 1]);
  array.data[0] = 9;
  assertEquals([copy.data[0], column.data[0], column.shape], [1, 9, [2, 1]]);
  assertEquals(array.as("float32"), array);
  assertThrows(() => array.as("float64"), TypeError, "its elements are float32");
});

Deno.test("a serialised array is its own copy, or on request the very memory", () => {
  const own = new NDArray(new Float32Array([1, 2]));
  const copied = FlowerArray.from(own);
  const shared = FlowerArray.from(own, { keepInput: false });
  own.data[0] = 9;
  assertEquals([copied.toNDArray().data[0], shared.toNDArray().data[0]], [1, 9]);
  const read = copied.toNDArray().as("float32");
  read.data[1] = 7;
  assertEquals(new Float32Array(copied.data.slice(128).buffer), new Float32Array([1, 7]));
  assertEquals(copied.toNDArray().data, read.data);
});

Deno.test("fields of a serialised array are checked, and other serialisations only travel", () => {
  const fields = { dtype: "x", shape: [1], stype: "own", data: Uint8Array.of(1) };
  assertThrows(() => new FlowerArray(fields).toNDArray(), TypeError, 'serialised as "own"');
  for (const name of ["dtype", "shape", "stype", "data"] as const) {
    assertThrows(() => new FlowerArray({ ...fields, [name]: 5 }), TypeError, `its ${name} must be`);
  }
  assertThrows(() => FlowerArray.from({} as NDArray), TypeError, "must be an NDArray");
});

Deno.test("a record of arrays numbers lists and keeps names and their order", () => {
  const array = (value: number) => new NDArray(new Float32Array([value]));
  assertEquals([...ArrayRecord.from([array(1), array(2)]).keys()], ["0", "1"]);
  assertEquals(ArrayRecord.from([]).size, 0);
  const named = ArrayRecord.from(new Map([["10", array(1)], ["2", array(2)]]));
  assertEquals([...named.toNamedArrays().keys()], ["10", "2"]);
  assertEquals([...ArrayRecord.from([["b", array(1)], ["a", array(2)]]).keys()], ["b", "a"]);
  assertEquals(ArrayRecord.from({ w: array(3) }).toArrays()[0].data[0], 3);
  assertThrows(
    () => new ArrayRecord({ w: array(1) as unknown as FlowerArray }),
    TypeError,
    "current value is NDArray",
  );
});
