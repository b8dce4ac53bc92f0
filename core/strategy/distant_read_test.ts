import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { connectDistant, distantArray } from "../app/distant_array.ts";
import { Message, MessageMetadata } from "../model/app_message.ts";
import { FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { type DType, dtypes } from "../model/record/dtype.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { encodeNpy } from "../model/record/npy.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { MeanFold } from "./mean_fold.ts";

const strictness = { strictShapes: true, strictDtypes: true, nan: "refuse" } as const;
const options = { round: 3, weightedByKey: "num-examples", ...strictness };

/** A `.npy` file that somebody sent, in pieces of so many bytes. */
interface Sent {
  readonly file: Uint8Array;
  readonly pieceBytes: number;
}

/** A reply whose array comes in pieces. Tells how many were taken. */
function distantReply({ file, pieceBytes }: Sent, examples: number) {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) pieces.push(file.slice(at, at + pieceBytes));
  const array = distantArray({ dtype: "", shape: [], stype: "numpy.ndarray" }, 7);
  const reply = replyWith(array, examples);
  connectDistant(messageOf(reply.content), (ticket) => {
    assertEquals(ticket, 7);
    return Promise.resolve(pieces.shift());
  });
  return reply;
}

function replyWith(array: FlowerArray, examples: number) {
  const metrics = new MetricRecord({ "num-examples": examples });
  return { nodeId: 55n, content: new RecordDict({ arrays: new ArrayRecord({ w: array }), metrics }) };
}

function messageOf(content: RecordDict): Message {
  const about = { runId: 7n, messageId: "m", dstNodeId: 1n, replyToMessageId: "i", groupId: "", ttl: 100 };
  return new Message(
    content,
    new MessageMetadata({ ...about, srcNodeId: 55n, messageType: "train", createdAt: 0 }),
  );
}

function wholeReply(file: Uint8Array, examples: number) {
  return replyWith(new FlowerArray({ dtype: "", shape: [], stype: "numpy.ndarray", data: file }), examples);
}

const bits = (fold: MeanFold) => {
  const { dtype, shape, data } = fold.finish().arrays!.get("w")!.toNDArray();
  return [dtype, [...shape], new Uint8Array(data.buffer, data.byteOffset, data.byteLength).toHex()];
};

/** An array with these bits; of floating point numbers only such as are numbers. */
function arrayOf(dtype: DType, shape: readonly number[], seed: number): NDArray {
  const array = NDArray.zeros(shape, dtype);
  const isInteger = array.data instanceof BigInt64Array || array.data instanceof BigUint64Array;
  for (let i = 0; i < array.data.length; i++) {
    const value = (i * 7919 + seed * 104_729) % 101;
    array.data[i] = (isInteger ? BigInt(value) : dtype === "bool" ? value % 2 : value) as never;
  }
  return array;
}

Deno.test("an array is folded the same in pieces of any size as whole", async () => {
  const shape = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 });
  const one = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 400 }));
  const dtype = fc.constantFrom(...dtypes.keys()) as fc.Arbitrary<DType>;
  const several = fc.array(one, { minLength: 1, maxLength: 3 });
  await fc.assert(fc.asyncProperty(dtype, shape, several, async (dtype, shape, replies) => {
    const [whole, distant] = [new MeanFold(options), new MeanFold(options)];
    for (const [seed, pieceBytes] of replies) {
      const file = encodeNpy(arrayOf(dtype, shape, seed));
      whole.add(wholeReply(file, seed + 1));
      await distant.addDistant(distantReply({ file, pieceBytes }, seed + 1));
    }
    assertEquals(bits(distant), bits(whole));
  }));
});

Deno.test("an array whose elements lie otherwise is put together first", async () => {
  const text = (file: Uint8Array, from: string, to: string) => {
    const at = new TextDecoder("latin1").decode(file).indexOf(from);
    file.set(new TextEncoder().encode(to), at);
    return file;
  };
  const array = arrayOf("float32", [3, 4], 5);
  for (
    const file of [
      text(encodeNpy(array), "'fortran_order': False, ", "'fortran_order':  True, "),
      text(encodeNpy(array), "'<f4'", "'>f4'"),
    ]
  ) {
    const [whole, distant] = [
      new MeanFold({ ...options, nan: "keep" }),
      new MeanFold({ ...options, nan: "keep" }),
    ];
    whole.add(wholeReply(file.slice(), 2));
    await distant.addDistant(distantReply({ file, pieceBytes: 140 }, 2));
    assertEquals(bits(distant), bits(whole));
  }
});

Deno.test("where shapes may differ, one that has to be stretched is put together first", async () => {
  const loose = { ...options, strictShapes: false, strictDtypes: false };
  const [whole, distant] = [new MeanFold(loose), new MeanFold(loose)];
  for (
    const array of [arrayOf("float32", [2, 3], 1), arrayOf("float64", [3], 2), arrayOf("int32", [2, 3], 3)]
  ) {
    whole.add(wholeReply(encodeNpy(array), 1));
    await distant.addDistant(distantReply({ file: encodeNpy(array), pieceBytes: 131 }, 1));
  }
  assertEquals(bits(distant), bits(whole));
});

Deno.test("more elements than one block of the sum holds are folded in their places", async () => {
  const length = 2 ** 23 + 3;
  const fold = new MeanFold(options);
  const values = Float32Array.from({ length }, (_, i) => i % 1000);
  for (const factor of [1, 3]) {
    const file = encodeNpy(new NDArray(values.map((value) => value * factor)));
    await fold.addDistant(distantReply({ file, pieceBytes: 5_242_880 }, 1));
  }
  const [mean] = fold.finish().arrays!.toArrays();
  assertEquals(mean.dtype, "float32");
  assert((mean.data as Float32Array).every((value, i) => value === 2 * (i % 1000)));
});

Deno.test("what may not be folded is refused by node and key, also in pieces", async () => {
  const add = async (fold: MeanFold, array: NDArray, cut = 0) => {
    const file = encodeNpy(array);
    await fold.addDistant(distantReply({ file: file.subarray(0, file.length - cut), pieceBytes: 130 }, 1));
  };
  const fold = new MeanFold(options);
  await add(fold, arrayOf("float32", [4], 1));
  const nan = new NDArray(Float32Array.of(1, 2, 3, NaN));
  await assertRejects(() => add(fold, nan), Error, 'Cannot aggregate "w" in round 3');
  await assertRejects(() => add(fold, arrayOf("float32", [5], 1)), Error, "(5) from node 55");
  await assertRejects(() => add(fold, arrayOf("float64", [4], 1)), Error, "float64 from node 55");
  await assertRejects(
    () => add(fold, arrayOf("float32", [4], 1), 3),
    TypeError,
    "must be 4 numbers: there are 3",
  );
});
