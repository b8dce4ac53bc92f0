import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bytes, objectVectors } from "../../../tests/suites/object_vectors.ts";
import { dtypes } from "./dtype.ts";
import { halfToNumber, numberToHalf } from "./half.ts";
import { NDArray } from "./ndarray.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { parseNpyHeader } from "./npy_header.ts";

/** Cases whose files are not what we would write: text elements, another byte or axis order. */
const notOurs = /^(unicode_U3|bytes_S2|big_endian|fortran|transposed)/;
const cases = objectVectors.arrays.filter(({ stype }) => stype === "numpy.ndarray");
const dataOf = (name: string) => bytes(cases.find((given) => given.name === name)!.data_b64!);

for (const { name, dtype, shape, data_b64 } of cases.filter(({ name }) => !notOurs.test(name))) {
  Deno.test(`array ${name} is read, and written again in NumPy's bytes`, () => {
    const array = decodeNpy(bytes(data_b64!));
    assertEquals([array.dtype as string, array.shape], [dtype, shape]);
    assertEquals(encodeNpy(array), bytes(data_b64!));
  });
}

Deno.test("values are those that NumPy wrote", () => {
  const values = (name: string) => decodeNpy(dataOf(name));
  assertEquals(
    values("float32_2x3").data,
    new Float32Array([0, 0.25, 0.5, 0.75, 1, 1.25]),
  );
  assertEquals(values("int64_extremes").data.length, 4);
  assertEquals(values("int64_extremes").dtype, "int64");
  assertEquals([values("zero_d_int64").shape, values("zero_d_int64").size], [[], 1]);
  assertEquals(values("empty_3x0x2").data, new Float64Array());
});

Deno.test("other byte orders are turned round", () => {
  const array = decodeNpy(dataOf("big_endian_f4"));
  const raw = dataOf("big_endian_f4");
  const view = new DataView(raw.buffer, 128);
  assertEquals(array.dtype, "float32");
  assertEquals([...array.toNumbers()], [0, 4, 8, 12].map((at) => view.getFloat32(at, false)));
  assertEquals(decodeNpy(dataOf("big_endian_i8")).dtype, "int64");
});

Deno.test("arrays whose first axis varies fastest are brought into C order", () => {
  const { data, shape } = decodeNpy(dataOf("fortran_2x3_f8"));
  const stored = new Float64Array(dataOf("fortran_2x3_f8").slice(128).buffer);
  assertEquals(shape, [2, 3]);
  assertEquals([...data], [0, 2, 4, 1, 3, 5].map((at) => stored[at]));
});

Deno.test("C order of any shape agrees with index arithmetic", () => {
  const shapes = fc.array(fc.nat(4), { minLength: 2, maxLength: 4 });
  fc.assert(fc.property(shapes, (shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const file = encodeNpy(new NDArray(Int32Array.from({ length: size }, (_, i) => i), shape));
    const text = new TextDecoder("latin1").decode(file.subarray(0, 128));
    file.set(new TextEncoder().encode(text.slice(10).replace("False", "True ")), 10);
    const { data } = decodeNpy(file);
    for (let at = 0; at < size; at++) {
      let [rest, source, stride] = [at, 0, size];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        stride /= shape[axis];
        source += (rest % shape[axis]) * stride;
        rest = Math.floor(rest / shape[axis]);
      }
      assertEquals(data[at], source);
    }
  }));
});

Deno.test("text elements are refused, not misread", () => {
  assertThrows(() => decodeNpy(dataOf("unicode_U3")), TypeError, '"<U3"');
  assertThrows(() => decodeNpy(dataOf("bytes_S2")), TypeError, '"|S2"');
});

Deno.test("headers of formats 2 and 3 are read", () => {
  const file = dataOf("float64_vec");
  for (const version of [2, 3]) {
    const longer = new Uint8Array(file.length + 2);
    longer.set(file.subarray(0, 10));
    longer.set([version, 0, file[8], file[9], 0, 0], 6);
    longer.set(file.subarray(10), 12);
    assertEquals(decodeNpy(longer).data, decodeNpy(file).data);
  }
});

Deno.test("what is no array file is refused with the reason", () => {
  const good = dataOf("float64_vec");
  const header = (text: string) =>
    Uint8Array.from(`\x93NUMPY\x01\x00\x40\x00${text.padEnd(64)}`, (c) => c.charCodeAt(0));
  const bad: [Uint8Array, string][] = [
    [new Uint8Array(), "must be a .npy file"],
    [new Uint8Array(200), "must be a .npy file"],
    [good.subarray(0, 140), "must be 40 bytes: there are 12"],
    [Uint8Array.from(good, (byte, at) => at === 6 ? 9 : byte), "format 9"],
    [header("{}"), "must name descr, fortran_order and shape"],
    [header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), "must name descr"],
    [header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), '"|O"'],
  ];
  for (const [file, reason] of bad) assertThrows(() => decodeNpy(file), TypeError, reason);
});

Deno.test("header entries may stand in any order and spacing", () => {
  const text = `{"shape":( 2 , 3L,),'fortran_order' : True,'descr':'|u1'}`;
  const file = Uint8Array.from(
    `\x93NUMPY\x01\x00${String.fromCharCode(text.length)}\x00${text}`,
    (c) => c.charCodeAt(0),
  );
  const dataOffset = 10 + text.length;
  assertEquals(parseNpyHeader(file), { descr: "|u1", fortranOrder: true, shape: [2, 3], dataOffset });
});

Deno.test("any array comes back from its file, as a view where alignment allows", () => {
  const types = fc.constantFrom(...dtypes.values());
  fc.assert(fc.property(types, fc.array(fc.nat(3), { maxLength: 3 }), fc.nat(8), (type, shape, shift) => {
    const array = NDArray.zeros(shape, type.dtype);
    new Uint8Array(array.data.buffer).forEach((_, at, all) =>
      all[at] = type.dtype === "bool" ? at % 2 : at * 7
    );
    const file = encodeNpy(array);
    assertEquals((file.length - array.sizeBytes) % 64, 0);
    const shifted = new Uint8Array(file.length + shift).subarray(shift);
    shifted.set(file);
    const back = decodeNpy(shifted);
    assertEquals([back.dtype, back.shape], [array.dtype, array.shape]);
    assertEquals(encodeNpy(back), file);
  }));
});

Deno.test("halves are the nearest ones, as the engine rounds where it knows them", () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToNumber(bits);
    if (!Number.isNaN(value)) assertEquals(numberToHalf(value), bits);
  }
  const known: [number, number][] = [
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-Infinity, 0xfc00],
    [5.960464477539063e-8, 1],
    [2.9802322387695312e-8, 0],
    [2.98023223876953125e-8 * 1.01, 1],
    [6.1e-5, 0x3ff],
    [0.1, 0x2e66],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [-0, 0x8000],
  ];
  for (const [value, bits] of known) {
    assertEquals(numberToHalf(value).toString(16), bits.toString(16), `${value}`);
  }
  assertEquals(halfToNumber(numberToHalf(NaN)), NaN);
});

Deno.test("rounding to halves takes the nearer neighbour, the even one when both are as near", () => {
  fc.assert(
    fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (value) => {
      const bits = numberToHalf(value);
      const near = halfToNumber(bits);
      if (!Number.isFinite(near)) return assertEquals(Math.abs(value) >= 65520, true);
      for (const other of [bits - 1, bits + 1].map(halfToNumber)) {
        if (!Number.isFinite(other) || Math.sign(other) * Math.sign(value) < 0) continue;
        const [own, its] = [Math.abs(near - value), Math.abs(other - value)];
        assertEquals(own < its || (own === its && bits % 2 === 0), true, `${value}`);
      }
    }),
    { numRuns: 1000 },
  );
});
