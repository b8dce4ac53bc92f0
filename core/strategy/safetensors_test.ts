import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dtypes } from "../model/record/dtype.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const joined = (pieces: Uint8Array[]) => new Uint8Array(pieces.flatMap((piece) => [...piece]));

Deno.test("the file is that of the format: a length, a header, the elements", () => {
  const file = joined(encodeSafetensors({
    arrays: new Map<string, NDArray>([["a", new NDArray(Uint8Array.of(1, 2))], [
      "w",
      new NDArray(Float32Array.of(0.5)),
    ]]),
    metadata: { by: "corolla" },
  }));
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  assertEquals([length % 8, file.length], [0, 8 + length + 6]);
  assertEquals(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))), {
    __metadata__: { by: "corolla" },
    // The larger elements first, so that all are aligned.
    w: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    a: { dtype: "U8", shape: [2], data_offsets: [4, 6] },
  });
});

Deno.test("what is written is read, whatever the names, types and shapes", () => {
  const types = [...dtypes.values()].filter(({ dtype }) => dtype !== "complex128");
  const array = fc.record({
    type: fc.constantFrom(...types),
    shape: fc.array(fc.nat(3), { maxLength: 3 }),
    seed: fc.nat(255),
  }).map(({ type, shape, seed }) => {
    const made = NDArray.zeros(shape, type.dtype);
    new Uint8Array(made.data.buffer).fill(type.dtype === "bool" ? seed % 2 : seed);
    return made;
  });
  fc.assert(fc.property(fc.array(fc.tuple(fc.string(), array)), (pairs) => {
    const arrays = new Map(pairs.filter(([name]) => name !== "__metadata__"));
    const read = decodeSafetensors(joined(encodeSafetensors({ arrays, metadata: { x: "y" } })));
    assertEquals(read.metadata, { x: "y" });
    assertEquals(read.arrays.size, arrays.size);
    for (const [name, { dtype, shape, data }] of arrays) {
      const other = read.arrays.get(name)!;
      assertEquals([other.dtype, other.shape], [dtype, shape]);
      const bytes = ({ buffer, byteOffset, byteLength }: typeof data) =>
        new Uint8Array(buffer, byteOffset, byteLength);
      assertEquals(bytes(other.data), bytes(data));
    }
  }));
});

/** Files that cannot be read. */
const broken: [name: string, file: Uint8Array][] = [
  ["nothing", new Uint8Array()],
  ["a header longer than the file", Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 1)],
  ["no JSON", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 120)],
  [
    "cut elements",
    joined(encodeSafetensors({ arrays: new Map([["w", NDArray.zeros([9], "int8")]]), metadata: {} })).slice(
      0,
      -1,
    ),
  ],
];
for (const [name, file] of broken) {
  Deno.test(`a file with ${name} is refused`, () => {
    assertThrows(() => decodeSafetensors(file), TypeError, "it must be a safetensors file");
  });
}

Deno.test("an element type that the format lacks is refused", () => {
  const arrays = new Map([["z", NDArray.zeros([1], "complex128")]]);
  assertThrows(() => encodeSafetensors({ arrays, metadata: {} }), TypeError, '"z"');
});
