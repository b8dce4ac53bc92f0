import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fakeContext } from "../../../tests/fakes/context.ts";
import {
  arrayOf,
  arraysOf,
  metricsOf,
  type ModVector,
  replyOf,
  strategyVectors,
} from "../../../tests/suites/strategy_vectors.ts";
import { Message, MessageMetadata } from "../../model/app_message.ts";
import { setTimeSource } from "../../model/now.ts";
import { ArrayRecord } from "../../model/record/array_record.ts";
import { ConfigRecord } from "../../model/record/config_record.ts";
import { float } from "../../model/record/entry.ts";
import { MetricRecord } from "../../model/record/metric_record.ts";
import { NDArray } from "../../model/record/ndarray.ts";
import { RecordDict } from "../../model/record/record_dict.ts";
import { ClientApp, type Mod } from "../client_app.ts";
import { adaptiveclippingMod, clippingMod, fixedclippingMod } from "./clipping_mods.ts";
import { localDpMod, localDpStddev } from "./local_dp_mod.ts";
import { arraysSizeMod, messageSizeMod } from "./size_mods.ts";

setTimeSource(() => 1_800_000_000);

const file = await strategyVectors();

function instruction(content: RecordDict, messageType = "train"): Message {
  return new Message(
    content,
    new MessageMetadata({
      runId: 7n,
      messageId: "m",
      srcNodeId: 1n,
      dstNodeId: 42n,
      replyToMessageId: "",
      groupId: "",
      ttl: 100,
      messageType,
      createdAt: 1_800_000_000,
    }),
  );
}

/** What an app with the mod answers. */
async function answered(mod: Mod, message: Message, answer: (message: Message) => Message) {
  const { context, log } = fakeContext();
  const app = new ClientApp({ mods: [mod] }).train(answer).evaluate(answer);
  return { reply: await app.handle(message, context), log };
}

function modOf(id: string): Mod {
  if (id.startsWith("fixed")) return fixedclippingMod;
  if (id.startsWith("adaptive")) return adaptiveclippingMod;
  const sensitivity = id.includes("sensitivity0") ? 0 : 0.2;
  const epsilon = id.includes("epsilon0") ? 0 : 1;
  const delta = id.includes("delta0") ? 0 : id.includes("above") ? 2 : 1e-5;
  return localDpMod({ clippingNorm: 0.2, sensitivity, epsilon, delta });
}

function runVector(vector: ModVector) {
  const { content } = replyOf({ srcNodeId: "42", records: vector.sent });
  const records = new RecordDict({ arrays: arraysOf(vector.returnedByApp) });
  if (vector.metricsByApp) records.set("metrics", metricsOf(vector.metricsByApp));
  return answered(
    modOf(vector.id),
    instruction(content, vector.messageType),
    (message) => message.reply(records),
  );
}

/** What Flower lets through as noise that is no number, and we refuse before anything runs. */
const refused = new Set(["localdp/epsilon0", "localdp/delta0", "localdp/delta-above-1.25"]);

for (const vector of file.mods) {
  const { id, expect } = vector;
  if (refused.has(id)) {
    Deno.test(`vector ${id}: refused`, () => void assertThrows(() => modOf(id), RangeError));
  } else if (expect.error?.class) {
    Deno.test(`vector ${id}`, async () => void await assertRejects(() => runVector(vector), Error));
  } else if (expect.error) {
    Deno.test(`vector ${id}`, async () => {
      const { reply, log } = await runVector(vector);
      assertEquals(reply.error.code, expect.error!.code);
      assertEquals(log.texts("error"), [reply.error.reason]);
      // Where Flower's answer goes nowhere, ours reaches the server.
      assertEquals([reply.metadata.srcNodeId, reply.metadata.replyToMessageId], [42n, "m"]);
    });
  } else {
    Deno.test(`vector ${id}`, async () => {
      const { reply } = await runVector(vector);
      const [arrays, metrics] = expect.records!;
      assertEquals([...reply.content.keys()], [arrays.name, metrics.name]);
      const actual = reply.content.arrays("arrays");
      for (const expected of arrays.arrays!) {
        const array = actual.get(expected.key)!.toNDArray();
        assertEquals(array.dtype, expected.dtype);
        if (id === "localdp/seeded") continue;
        const numbers = arrayOf(expected).toNumbers();
        const near = array.toNumbers().every((value, i) =>
          Math.abs(value - numbers[i]) <= 1e-6 * Math.abs(numbers[i])
        );
        assertEquals(near, true, `${expected.key}: ${array.data} instead of ${numbers}`);
      }
      assertEquals([...reply.content.metrics("metrics")], [...metricsOf(metrics.entries!)]);
    });
  }
}

for (const row of file.tables.localdp_stddev) {
  Deno.test(`noise for epsilon ${row.epsilon} and delta ${row.delta}`, () => {
    assertEquals(Math.abs(localDpStddev(row) / Number(row.stddev.value) - 1) < 1e-12, true);
  });
}

const model = (...values: number[]) => ArrayRecord.from({ w: new NDArray(Float32Array.from(values)) });
const content = (arrays: ArrayRecord) =>
  new RecordDict({ arrays, config: new ConfigRecord({ clipping_norm: float(1) }) });
const metrics = () => new MetricRecord({ "num-examples": 1 });

Deno.test("local noise is as large as it must be, and differs from element to element", async () => {
  const mod = localDpMod({ clippingNorm: 1, sensitivity: 1, epsilon: 1, delta: 0.1 });
  const many = model(...new Array(4000).fill(0));
  const { reply } = await answered(mod, instruction(content(many)), (message) => {
    const moved = new Array(4000).fill(0);
    moved[0] = 5;
    return message.reply(new RecordDict({ arrays: model(...moved), metrics: metrics() }));
  });
  const values = [...reply.content.arrays("arrays").toArrays()[0].toNumbers()].slice(1);
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  const expected = Math.sqrt(2 * Math.log(12.5));
  assertEquals(Math.abs(spread / expected - 1) < 0.05, true, `${spread} instead of ${expected}`);
});

Deno.test("an app that changes the model it got does not hide how far it went", async () => {
  const { reply } = await answered(fixedclippingMod, instruction(content(model(0, 0))), (message) => {
    const [array] = message.content.arrays("arrays").toArrays();
    (array.data as Float32Array).set([3, 4]);
    return message.reply(new RecordDict({ arrays: message.content.arrays("arrays"), metrics: metrics() }));
  });
  const [{ data }] = reply.content.arrays("arrays").toArrays();
  assertEquals([...data].map((value) => Number(value).toFixed(3)), ["0.600", "0.800"]);
});

Deno.test("counters pass when only floats are clipped, and end in an error otherwise", async () => {
  const withCounter = (value: number, steps: bigint) =>
    ArrayRecord.from({
      w: new NDArray(Float32Array.of(value)),
      steps: new NDArray(BigInt64Array.of(steps)),
    });
  const answer = (message: Message) =>
    message.reply(new RecordDict({ arrays: withCounter(5, 9n), metrics: metrics() }));
  const { reply } = await answered(
    clippingMod({ floatsOnly: true }),
    instruction(content(withCounter(0, 2n))),
    answer,
  );
  assertEquals(reply.content.arrays("arrays").toArrays().map(({ data }) => data[0]), [1, 9n]);
  await assertRejects(
    () => answered(fixedclippingMod, instruction(content(withCounter(0, 2n))), answer),
    TypeError,
    'Cannot clip the update of "steps" as its elements must be floating point numbers: they are int64',
  );
});

Deno.test("an update with NaN is refused, not sent unclipped", async () => {
  await assertRejects(
    () =>
      answered(fixedclippingMod, instruction(content(model(0))), (message) => {
        return message.reply(new RecordDict({ arrays: model(NaN), metrics: metrics() }));
      }),
    RangeError,
    'that of "w" holds NaN',
  );
});

Deno.test("an error reply passes through every mod", async () => {
  const mods = [fixedclippingMod, messageSizeMod, arraysSizeMod];
  for (const mod of mods) {
    const message = instruction(content(model(1)));
    const { reply } = await answered(mod, message, () => message.replyError(99, "no"));
    assertEquals(reply.error, { code: 99, reason: "no" });
  }
});

Deno.test("size mods tell what came and what goes", async () => {
  const message = () => instruction(content(model(1, 2)));
  const answer = (message: Message) => message.reply(new RecordDict({ a: model(1, 2, 3) }));
  const sizes = await answered(messageSizeMod, message(), answer);
  assertEquals(sizes.log.texts("info"), [
    "message_size_mod: incoming train: 158 bytes",
    "message_size_mod: outgoing train: 141 bytes",
  ]);
  const arrays = await answered(arraysSizeMod, message(), answer);
  assertEquals(arrays.log.texts("info"), [
    'arrays_size_mod: incoming "arrays": 1 arrays, 2 elements, 136 bytes',
    'arrays_size_mod: outgoing "a": 1 arrays, 3 elements, 140 bytes',
  ]);
});
