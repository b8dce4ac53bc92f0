import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArrayRecord } from "./array_record.ts";
import { ConfigRecord } from "./config_record.ts";
import { float, int, type Kind } from "./entry.ts";
import { MetricRecord } from "./metric_record.ts";
import { NDArray } from "./ndarray.ts";
import { RecordDict } from "./record_dict.ts";

// deno-lint-ignore no-explicit-any -- values of every kind, some of which a record must refuse
type Anything = any;

const most = 2n ** 64n - 1n;
const written: [Anything, Kind, unknown?][] = [
  [5, "sint64"],
  [0, "sint64"],
  [-0, "double"],
  [0.5, "double"],
  [NaN, "double"],
  [1e300, "double"],
  [2 ** 53, "double"],
  [5n, "sint64", 5],
  [2n ** 63n - 1n, "sint64"],
  [-(2n ** 63n), "sint64"],
  [2n ** 63n, "uint64"],
  [most, "uint64"],
  [float(8), "double", 8],
  [int(8), "sint64", 8],
  [int(2 ** 53), "sint64", 2n ** 53n],
  [[1, 2], "sint_list"],
  [[1, 2.5], "double_list"],
  [[1.5, 2], "double_list"],
  [[1, -0], "double_list"],
  [[1n, most], "uint_list", [1, most]],
  [[1, true, false], "sint_list", [1, 1, 0]],
  [float([1, 2]), "double_list", [1, 2]],
  [float([]), "double_list", []],
  [int([]), "sint_list", []],
  [int([1, 2n]), "sint_list", [1, 2]],
];
const writtenInConfig: [Anything, Kind, unknown?][] = [
  [true, "bool"],
  ["", "string"],
  [Uint8Array.of(1), "bytes"],
  [[true, false], "bool_list"],
  [["a"], "string_list"],
  [[Uint8Array.of()], "bytes_list"],
];

Deno.test("each value gets the kind that Python would give it, and reads as it was", () => {
  for (const [value, kind, read = value] of written) {
    for (const record of [new MetricRecord({ k: value }), new ConfigRecord({ k: value })]) {
      assertEquals([record.kind("k"), record.get("k")], [kind, read]);
    }
  }
  for (const [value, kind, read = value] of writtenInConfig) {
    const record = new ConfigRecord({ k: value });
    assertEquals([record.kind("k"), record.get("k")], [kind, read]);
    assertThrows(() => new MetricRecord({ k: value }), TypeError, 'Cannot store "k" in MetricRecord');
  }
  assertEquals(new MetricRecord({ k: [] }).kind("k"), "double_list");
  assertEquals(new ConfigRecord({ k: [] }).kind("k"), "bool_list");
});

Deno.test("values that no record can hold are refused, without showing them", () => {
  const refused: [Anything, string][] = [
    [null, "null"],
    [undefined, "undefined"],
    [{}, "Object"],
    [new Float32Array(1), "Float32Array"],
    [[true, 1], "a list of boolean and number"],
    [[1.5, 1n], "a list of number and bigint"],
    [["secret", 1], "a list of string and number"],
    [[null], "a list of null"],
    [[[1]], "a list of object"],
  ];
  for (const [value, current] of refused) {
    for (const Kind of [MetricRecord, ConfigRecord]) {
      assertThrows(() => new Kind({ k: value }), TypeError, `current value is ${current}`);
    }
  }
  assertThrows(() => new MetricRecord([[1 as Anything, 2]]), TypeError, "must be a string");
  assertThrows(() => int(0.5), TypeError, "must be whole");
  assertThrows(() => float("1" as Anything), TypeError, "must be a number");
});

Deno.test("integers beyond 64 bits are refused", () => {
  for (const value of [2n ** 64n, -(2n ** 63n) - 1n, [most, -1n], [2n ** 64n]]) {
    assertThrows(() => new MetricRecord({ k: value as Anything }), RangeError, "must lie between");
  }
});

Deno.test("typed getters give what is there and refuse the rest", () => {
  const record = new ConfigRecord({
    i: 3,
    f: 0.5,
    big: most,
    b: true,
    s: "x",
    y: Uint8Array.of(7),
    l: [1, 2],
  });
  assertEquals([record.getInt("i"), record.getFloat("i"), record.getFloat("f")], [3, 3, 0.5]);
  assertEquals([record.getBigInt("big"), record.getBigInt("i")], [most, 3n]);
  assertEquals([record.getBool("b"), record.getString("s"), record.getBytes("y")], [
    true,
    "x",
    Uint8Array.of(7),
  ]);
  assertEquals([record.getFloats("l"), record.getInts("l")], [[1, 2], [1, 2]]);
  assertThrows(() => record.getInt("big"), TypeError, "use getBigInt");
  assertThrows(() => record.getInt("f"), TypeError, "it must be an integer: is of kind double");
  assertThrows(() => record.getFloat("none"), TypeError, "there are i, f, big, b, s, y, l");
});

Deno.test("a list is the record's own, and cannot be changed through the record", () => {
  const list = [1, 2];
  const record = new MetricRecord({ l: list });
  list.push(3);
  assertEquals(record.get("l"), [1, 2]);
  assertThrows(() => (record.get("l") as number[]).push(3), TypeError);
});

Deno.test("names keep the order in which they came first", () => {
  const key = fc.constantFrom("10", "2", "a", "", "__proto__");
  fc.assert(fc.property(fc.array(fc.tuple(key, fc.nat())), (pairs) => {
    const record = new MetricRecord(pairs);
    assertEquals([...record.copy()], [...new Map(pairs)]);
  }));
});

Deno.test("records count their bytes as Flower does", () => {
  const metrics = new MetricRecord({ é: 1, b: [1, 2] });
  const config = new ConfigRecord({ a: "😀x", b: true, c: Uint8Array.of(1, 2), d: [], e: ["ab", "c"], f: 1 });
  const arrays = ArrayRecord.from({ w: new NDArray(new Float32Array(2)) });
  assertEquals([metrics.countBytes(), config.countBytes(), arrays.countBytes()], [
    26,
    6 + 2 + 1 + 2 + 0 + 3 + 8,
    137,
  ]);
  assertEquals(new RecordDict({ metrics, config, arrays }).countBytes(), 26 + 22 + 137);
});

Deno.test("a record dict gives records by kind and keeps them in order", () => {
  const [a, m, c] = [new ArrayRecord(), new MetricRecord({ x: 1 }), new ConfigRecord({ y: 2 })];
  const dict = new RecordDict({ a, m, c });
  assertEquals([dict.arrays("a"), dict.metrics("m"), dict.config("c")], [a, m, c]);
  assertThrows(
    () => dict.metrics("a"),
    TypeError,
    'record "a" as it must be of type MetricRecord: is a ArrayRecord',
  );
  assertThrows(() => dict.metrics("z"), TypeError, "there are a, m, c");
  assertThrows(() => dict.set("z", {} as Anything), TypeError, "current value is Object");
});

Deno.test("views by kind are live both ways", () => {
  const dict = new RecordDict({ c: new ConfigRecord() });
  const metrics = dict.metricRecords();
  dict.set("late", new MetricRecord());
  metrics.set("own", new MetricRecord());
  assertEquals([...metrics].map(([key]) => key), ["late", "own"]);
  assertEquals([metrics.size, metrics.has("c"), metrics.delete("c"), metrics.delete("late")], [
    2,
    false,
    false,
    true,
  ]);
  assertEquals([...dict.keys()], ["c", "own"]);
  assertThrows(
    () => metrics.set("x", new ConfigRecord() as Anything),
    TypeError,
    "must be of type MetricRecord",
  );
});
