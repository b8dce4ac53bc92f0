import { assertEquals } from "@std/assert";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { float, int } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

const joined = (pieces: Uint8Array[]) => new Uint8Array(pieces.flatMap((piece) => [...piece]));

Deno.test("a checkpoint keeps every value, every kind, and the order of names", () => {
  const config = new ConfigRecord({
    nan: float(NaN),
    infinite: float([-Infinity, -0, 0.1]),
    whole: float(3),
    large: int(2n ** 64n - 1n),
    ids: int([2n ** 63n, 1n]),
    on: true,
    names: ["a", "b"],
    blob: Uint8Array.of(0, 255),
    empty: [],
  });
  const metrics = new MetricRecord({ loss: 0.1, n: 3, list: float([1]) });
  // Names that JavaScript would sort, or take for something else.
  const arrays = ArrayRecord.from(
    new Map<string, NDArray>([["1", new NDArray(Float32Array.of(1))], [
      "0",
      new NDArray(BigInt64Array.of(-1n), []),
    ], [
      "__proto__",
      NDArray.zeros([0, 2], "bool"),
    ]]),
  );
  const file = joined(encodeCheckpoint({
    round: 4,
    strategy: "FedAdam",
    arrays,
    state: new RecordDict({ m: arrays, config }),
    metrics: { train: new Map([[1, metrics]]), evaluate: new Map(), server: new Map([[0, metrics]]) },
  }));
  const read = decodeCheckpoint(file);
  assertEquals([read.round, read.strategy], [4, "FedAdam"]);
  for (const record of [read.arrays, read.state.arrays("m")]) {
    assertEquals([...record.keys()], ["1", "0", "__proto__"]);
    assertEquals(record.toArrays().map(({ dtype, shape }) => [dtype, shape]), [
      ["float32", [1]],
      ["int64", []],
      ["bool", [0, 2]],
    ]);
  }
  assertEquals([...read.state.keys()], ["m", "config"]);
  assertEquals([...read.state.config("config").entries()], [...config.entries()]);
  assertEquals([...read.metrics.train.get(1)!.entries()], [...metrics.entries()]);
  assertEquals([...read.metrics.server.keys()], [0]);
});
