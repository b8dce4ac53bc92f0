import { assertEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../proto/mod.ts";
import { bytes, objectVectors } from "../../tests/suites/object_vectors.ts";
import type { ContextData } from "../model/context.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { ConfigScalar } from "../model/user_config.ts";
import { configFromProto, configToProto } from "./config.ts";
import { decodeContext, encodeContext } from "./context.ts";

Deno.test("a context of the reference is read, and written again in the same bytes", () => {
  const wire = bytes(objectVectors.context.proto_deterministic_b64);
  const context = decodeContext(wire);
  assertEquals(context.runId, 17375808098319191535n);
  assertEquals(context.nodeId, 18364758544493064720n);
  assertEquals(context.seriesId, 7n);
  assertEquals(
    context.nodeConfig,
    new Map<string, ConfigScalar>([["num-partitions", 10n], ["partition-id", 3n]]),
  );
  assertEquals(
    context.runConfig,
    new Map<string, ConfigScalar>([["big", -(2n ** 63n)], ["lr", 0.1], ["name", "a"], ["on", true]]),
  );
  assertEquals(context.state.metrics("m").getInt("x"), 1);
  assertEquals(new Uint8Array(encodeContext(context)), wire);
});

Deno.test("a state with arrays comes back, in memory of its own", () => {
  const state = new RecordDict({
    a: ArrayRecord.from({ w: new NDArray(new Float32Array([1, 2, 3, 4]), [2, 2]) }),
    m: new MetricRecord({ x: 1 }),
  });
  const context: ContextData = {
    runId: 1n,
    nodeId: 2n,
    seriesId: 3n,
    nodeConfig: new Map(),
    runConfig: new Map(),
    state,
  };
  const wire = encodeContext(context);
  const back = decodeContext(wire).state;
  wire.fill(0);
  assertEquals([...back.keys()], ["a", "m"]);
  const array = back.arrays("a").toArrays()[0];
  assertEquals([array.dtype, array.shape, array.data], ["float32", [2, 2], new Float32Array([1, 2, 3, 4])]);
});

Deno.test("every kind of setting comes back as it went", () => {
  const config = new Map<string, ConfigScalar>([
    ["b", false],
    ["i", -(2n ** 63n)],
    ["zero", 0n],
    ["f", 2],
    ["s", ""],
    ["y", Uint8Array.of(1)],
    ["__proto__", 1n],
  ]);
  const sent = decode(
    "StartRunRequest",
    encode("StartRunRequest", { override_config: configToProto(config) }),
  );
  assertEquals(configFromProto(sent.override_config), config);
});

Deno.test("settings that Flower could not read are refused", () => {
  assertThrows(() => configToProto(new Map([["n", 2n ** 63n]])), RangeError, '"n"');
  const unset = decode("StartRunRequest", encode("StartRunRequest", { override_config: { k: {} } }));
  assertThrows(() => configFromProto(unset.override_config), TypeError, '"k"');
});
