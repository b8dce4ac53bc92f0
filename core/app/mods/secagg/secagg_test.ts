import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { vectors } from "../../../../proto/vectors.ts";
import { fakeContext } from "../../../../tests/fakes/context.ts";
import { FakeRandom } from "../../../../tests/fakes/random.ts";
import { aggregate, combined, flat } from "../../../../tests/suites/secagg_server.ts";
import { Message, MessageMetadata } from "../../../model/app_message.ts";
import { setTimeSource } from "../../../model/now.ts";
import { FlowerArray } from "../../../model/record/array.ts";
import { ArrayRecord } from "../../../model/record/array_record.ts";
import { type ConfigInput, ConfigRecord } from "../../../model/record/config_record.ts";
import { float, int } from "../../../model/record/entry.ts";
import { MetricRecord } from "../../../model/record/metric_record.ts";
import { NDArray } from "../../../model/record/ndarray.ts";
import { RecordDict } from "../../../model/record/record_dict.ts";
import { ClientApp } from "../../client_app.ts";
import { legacyMod } from "../legacy_mod.ts";
import { decryptToken, encryptToken } from "./fernet.ts";
import { newKeyPair, sharedKey } from "./key_agreement.ts";
import { MaskNumbers } from "./mask.ts";
import { beforeRounding, quantized } from "./quantize.ts";
import { secaggplusMod } from "./secaggplus_mod.ts";
import { shareSecret } from "./shamir.ts";
import { decodeShareText, encodeShareText } from "./share_text.ts";

setTimeSource(() => 1_800_000_000);

type Plain = number | string | boolean | { int: string } | { bytesHex: string } | Plain[];
interface RecordVector {
  readonly name: string;
  readonly kind: "ArrayRecord" | "MetricRecord" | "ConfigRecord";
  readonly entries?: Record<string, Plain>;
  readonly arrays?: readonly {
    key: string;
    dtype: string;
    shape: number[];
    stype: string;
    dataHex: string;
  }[];
}
interface Step {
  readonly node: string;
  readonly stage: string;
  readonly request: readonly RecordVector[];
  readonly reply: readonly RecordVector[] | { error: string } | "dropped";
  readonly stateAfter?: readonly RecordVector[];
}
interface SecAggVectors {
  readonly prg: readonly { seedHex: string; numRange: number; out: readonly number[][] }[];
  readonly ecdh: {
    sk1Pem: string;
    pk2Pem: string;
    sharedKeyB64Url: string;
    skPemLen: number;
    pkPemLen: number;
  };
  readonly fernet: { plaintextHex: string; iv: string; timestamp: number; token: string };
  readonly shamir: {
    secretHex: string;
    threshold: number;
    sharesHex: readonly string[];
    sk1Threshold2SharesHex: readonly string[];
  };
  readonly quantize: {
    clippingRange: number;
    targetRange: number;
    in: readonly [number[], number[]];
    preRound: readonly number[][];
  };
  readonly runs: Record<string, { transcript: readonly Step[] }>;
}

const file = await vectors<SecAggVectors>("secagg.json");
const text = (value: string) => new TextEncoder().encode(value);
const hex = (value: string) => Uint8Array.fromHex(value);

for (const { seedHex, numRange, out } of file.prg) {
  Deno.test(`masks of seed ${seedHex.slice(0, 16)} up to ${numRange}`, () => {
    const numbers = new MaskNumbers(hex(seedHex), numRange);
    assertEquals(out.map((array) => array.map(() => numbers.next())), out.map((array) => [...array]));
  });
}

Deno.test("two nodes agree on the key that Flower's agree on", async () => {
  const { sk1Pem, pk2Pem, sharedKeyB64Url } = file.ecdh;
  assertEquals(new TextDecoder().decode(await sharedKey(text(sk1Pem), text(pk2Pem))), sharedKeyB64Url);
});

Deno.test("new keys have Flower's form, and both ends compute the same", async () => {
  const [a, b] = [await newKeyPair(), await newKeyPair()];
  assertEquals([a.privateKey.length, a.publicKey.length], [file.ecdh.skPemLen, file.ecdh.pkPemLen]);
  assertEquals(await sharedKey(a.privateKey, b.publicKey), await sharedKey(b.privateKey, a.publicKey));
  await assertRejects(() => sharedKey(a.privateKey, text("no key")), TypeError, "NIST P-384");
});

Deno.test("tokens are Fernet's", async () => {
  const { plaintextHex, iv, timestamp, token } = file.fernet;
  const key = text(file.ecdh.sharedKeyB64Url);
  const made = await encryptToken(hex(plaintextHex), { key, seal: { iv: hex(iv), time: timestamp } });
  assertEquals(new TextDecoder().decode(made), token);
  assertEquals(await decryptToken(made, key), hex(plaintextHex));
  const other = text(btoa("x".repeat(32)));
  await assertRejects(() => decryptToken(made, other), TypeError, "the key that both nodes share");
  made[30] ^= 1;
  await assertRejects(() => decryptToken(made, key), TypeError);
});

Deno.test("the text of a share is Flower's", () => {
  const { src, dst, seedShare, keyShare } = decodeShareText(hex(file.fernet.plaintextHex));
  assertEquals([src, dst, seedShare.length, keyShare.length], [5n, 2n ** 63n + 9n, 52, 324]);
  assertEquals(encodeShareText({ src, dst, seedShare, keyShare }).toHex(), file.fernet.plaintextHex);
  assertThrows(() => decodeShareText(new Uint8Array(30).fill(255)), TypeError, "cut");
});

Deno.test("Flower's shares bring the secret back, and so do ours", () => {
  const { secretHex, threshold, sharesHex, sk1Threshold2SharesHex } = file.shamir;
  assertEquals(combined(sharesHex.slice(1, 1 + threshold).map(hex)).toHex(), secretHex);
  assertEquals(
    new TextDecoder().decode(combined(sk1Threshold2SharesHex.slice(1).map(hex))),
    file.ecdh.sk1Pem,
  );
  const random = new FakeRandom(5);
  const sharing = { count: 7, threshold: 4, random: (count: number) => random.bytes(count) };
  const shares = shareSecret(hex(secretHex), sharing);
  assertEquals(shares.map(({ length }) => length), new Array(7).fill(sharesHex[0].length / 2));
  assertEquals(combined([shares[6], shares[0], shares[3], shares[1]]).toHex(), secretHex);
});

Deno.test("numbers become the integers that Flower's become", () => {
  const { clippingRange, targetRange, in: [first, second], preRound } = file.quantize;
  const single = new NDArray(Float32Array.from(first));
  const double = new NDArray(Float64Array.from(second), []);
  const range = { clippingRange, targetRange };
  assertEquals([...Array.from(beforeRounding(single, range))], preRound[0]);
  assertEquals([...Array.from(beforeRounding(double, range))], preRound[1]);
  // One step of the integers is 8: what lies a quarter of it above 0 goes up a quarter of the time.
  const values = new NDArray(new Float64Array(4000).fill(2));
  const random = new FakeRandom(3);
  const up = quantized(values, { clippingRange: 8, targetRange: 2, uniform: () => random.bytes(1)[0] / 256 });
  const share = up.data.reduce((sum, value) => sum + (value - 1), 0) / 4000;
  assertEquals(Math.abs(share - 0.25) < 0.03, true, `${share}`);
});

function valueOf(plain: Plain): ConfigInput {
  if (Array.isArray(plain)) {
    if (plain.length === 0) return [] as boolean[];
    const items = plain.map(valueOf);
    return typeof items[0] === "bigint" ? int(items as bigint[]) : items as Uint8Array[];
  }
  if (typeof plain === "object") return "int" in plain ? BigInt(plain.int) : hex(plain.bytesHex);
  return typeof plain === "number" ? float(plain) : plain;
}

function recordsOf(records: readonly RecordVector[]): RecordDict {
  return new RecordDict(records.map(({ name, kind, entries = {}, arrays = [] }) => {
    if (kind === "ArrayRecord") {
      const made = arrays.map(({ key, dataHex, ...fields }) =>
        [key, new FlowerArray({ ...fields, data: hex(dataHex) })] as const
      );
      return [name, new ArrayRecord(made)] as const;
    }
    const values = Object.entries(entries).map(([key, value]) => [key, valueOf(value)] as const);
    return [
      name,
      kind === "MetricRecord" ? new MetricRecord(values as [string, bigint][]) : new ConfigRecord(values),
    ] as const;
  }));
}

function instruction(nodeId: bigint, content: RecordDict, messageType = "train"): Message {
  const about = { runId: 7n, messageId: "m", srcNodeId: 1n, replyToMessageId: "", groupId: "1", ttl: 100 };
  return new Message(
    content,
    new MessageMetadata({ ...about, dstNodeId: nodeId, messageType, createdAt: 1_800_000_000 }),
  );
}

const nodeIds = [11n, 22n, 33n, 44n, 2n ** 63n + 5n];

/** The app that the recorded nodes had. */
function recordedApp(place: number): ClientApp {
  return new ClientApp({ mods: [secaggplusMod, legacyMod] }).train((message) => {
    const arrays = ArrayRecord.from([
      new NDArray(Float32Array.of(0.5 + place, -1, 2)),
      new NDArray(Float32Array.of(0.1 * place), [1, 1]),
    ]);
    const metrics = new MetricRecord({ "num-examples": 100 * (place + 1), loss: 0.5 });
    return message.reply(new RecordDict({ arrays, metrics }));
  });
}

/** The steps of a recorded node, each with the state that the one before left. */
function stepsOf(run: string, node: bigint): [step: Step, state: RecordDict][] {
  let state = new RecordDict();
  const steps = file.runs[run].transcript.filter((step) =>
    step.node === String(node) && Array.isArray(step.reply)
  );
  return steps.map((step) => {
    const before = state;
    state = recordsOf(step.stateAfter!);
    return [step, before];
  });
}

for (const run of ["no-dropout", "drop-after-share-keys", "drop-at-unmask", "num-shares-3"]) {
  Deno.test(`a node of ours goes on where one of Flower's left its state: ${run}`, async () => {
    for (const [place, node] of nodeIds.entries()) {
      for (const [step, state] of stepsOf(run, node)) {
        if (step.stage !== "collect_masked_vectors" && step.stage !== "unmask") continue;
        const { context } = fakeContext({ nodeId: node, state });
        const reply = await recordedApp(place).handle(instruction(node, recordsOf(step.request)), context);
        const expected = recordsOf(step.reply as readonly RecordVector[]);
        const [ours, theirs] = [reply.content, expected].map((content) =>
          content.config("secaggplus_configs")
        );
        if (step.stage === "unmask") {
          assertEquals([ours.getInts("nids"), ours.get("shares")], [
            theirs.getInts("nids"),
            theirs.get("shares"),
          ]);
          continue;
        }
        const [mine, recorded] = [ours, theirs].map((config) =>
          flat(config.get("masked_params") as readonly Uint8Array[])
        );
        // All but the last bit, which is rounded by chance, follows from the state.
        const apart = mine.map((value, i) => Math.abs(value - recorded[i]));
        assertEquals(apart.every((value) => value <= 1 || value >= 2 ** 32 - 1), true, String(apart));
        assertEquals(mine[0], recorded[0]);
        assertEquals(reply.content.arrays("fitres.parameters").size, 0);
        assertEquals(reply.content.metrics("fitres.num_examples").getInt("num_examples"), 100 * (place + 1));
        assertEquals([...reply.content.config("fitres.metrics")], [["loss", 0.5]]);
        assertEquals(reply.content.config("fitres.status").getString("message"), "Success");
      }
    }
  });
}

const fitIns = () =>
  new RecordDict({
    "fitins.parameters": ArrayRecord.from([new NDArray(Float32Array.of(0, 0, 0))]),
    "fitins.config": new ConfigRecord(),
  });

/** Five nodes of ours and a server; some nodes leave after they shared their keys. */
async function round(leaving: readonly bigint[]) {
  const nodes = new Map(
    nodeIds.map((
      id,
      place,
    ) => [id, { app: recordedApp(place), ...fakeContext({ nodeId: id, seed: place + 1 }) }]),
  );
  const result = await aggregate(async (id, content) => {
    const { app, context } = nodes.get(id)!;
    const stage = content.config("secaggplus_configs").getString("stage");
    if (leaving.includes(id) && stage === "collect_masked_vectors") return undefined;
    return await app.handle(instruction(id, content), context);
  }, { nodeIds, threshold: 3, fitIns: fitIns() });
  return { result, nodes };
}

for (const leaving of [[], [22n], [11n, 2n ** 63n + 5n]]) {
  Deno.test(`a round of our nodes gives the mean of those that stay; ${leaving.length} leave`, async () => {
    const { result, nodes } = await round(leaving);
    const staying = nodeIds.map((id, place) => ({ id, place })).filter(({ id }) => !leaving.includes(id));
    const total = staying.reduce((sum, { place }) => sum + place + 1, 0);
    const mean = (value: (place: number) => number) =>
      staying.reduce((sum, { place }) => sum + value(place) * (place + 1), 0) / total;
    const expected = [mean((place) => 0.5 + place), -1, 2, mean((place) => Math.fround(0.1 * place))];
    result.forEach((value, i) =>
      assertEquals(Math.abs(value - expected[i]) < 1e-4, true, `${result} / ${expected}`)
    );
    const [{ log }] = nodes.values();
    assertEquals(log.texts("warn").length, 1);
    assertEquals(log.texts("warn")[0].includes("32 bits"), true);
  });
}

const configs = (entries: Record<string, ConfigInput>) =>
  new RecordDict({ secaggplus_configs: new ConfigRecord(entries) });

Deno.test("a node refuses what would give its secrets away", async () => {
  const { nodes } = await round([]);
  const { app, context } = nodes.get(33n)!;
  const ask = (entries: Record<string, ConfigInput>) =>
    app.handle(instruction(33n, configs(entries)), context);
  await assertRejects(() => ask({ stage: "unmask" }), Error, '"setup" must come after "unmask"');
  const state = context.state.config("secaggplus_state");
  state.set("current_stage", "collect_masked_vectors");
  const [all, few] = [int(nodeIds), int([11n, 22n])];
  await assertRejects(
    () => ask({ stage: "unmask", active_nids: all, dead_nids: int([22n]) }),
    Error,
    "node 22 as it must be either active or dead",
  );
  await assertRejects(
    () => ask({ stage: "unmask", active_nids: few, dead_nids: [] }),
    Error,
    "3 nodes must have sent",
  );
  state.set("current_stage", "setup");
  const key = (text: string) => new TextEncoder().encode(text);
  const others = { "11": [key("a"), key("b")], "22": [key("c"), key("d")], "33": [key("e"), key("f")] };
  await assertRejects(() => ask({ stage: "share_keys", ...others }), Error, "must know this node's keys");
  await assertRejects(
    () => ask({ stage: "share_keys", "11": [key("a"), key("b")] }),
    Error,
    "3 nodes must take part",
  );
});

Deno.test("a node that never set up says so, and other messages pass", async () => {
  const { context } = fakeContext();
  const app = recordedApp(0).evaluate((message) => message.reply(new RecordDict()));
  await assertRejects(
    () => app.handle(instruction(42n, configs({ stage: "unmask" })), context),
    TypeError,
    "its state is empty",
  );
  const reply = await app.handle(instruction(42n, new RecordDict(), "evaluate"), context);
  assertEquals(reply.content.size, 0);
});

Deno.test("an evaluation in the old form is answered in it", async () => {
  const { context } = fakeContext();
  const app = new ClientApp({ mods: [legacyMod] }).evaluate((message) => {
    const [array] = message.content.arrays("arrays").toArrays();
    const metrics = new MetricRecord({ "num-examples": 4, loss: 1, sum: Number(array.data[0]) });
    return message.reply(new RecordDict({ metrics }));
  });
  const content = new RecordDict({
    "evaluateins.parameters": ArrayRecord.from([new NDArray(Float32Array.of(7))]),
    "evaluateins.config": new ConfigRecord(),
  });
  const reply = await app.handle(instruction(42n, content, "evaluate"), context);
  assertEquals([...reply.content.keys()], [
    "evaluateres.loss",
    "evaluateres.num_examples",
    "evaluateres.metrics",
    "evaluateres.status",
  ]);
  assertEquals(reply.content.metrics("evaluateres.loss").kind("loss"), "double");
  assertEquals([...reply.content.config("evaluateres.metrics")], [["sum", 7]]);
});
