import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FakeGrid } from "../../tests/fakes/grid.ts";
import { setTimeSource } from "../model/now.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { FedXgbBagging } from "./fed_xgb_bagging.ts";
import { FedXgbCyclic } from "./fed_xgb_cyclic.ts";
import { jsonText, parseJson } from "./python_json.ts";

setTimeSource(() => 1_800_000_000);

/** JSON as written elsewhere, and as Python writes it again. */
const texts: [from: string, to: string][] = [
  ['{"a":1.0,"b":[3e-05,5E-1,1e22,-0.0]}', '{"a": 1.0, "b": [3e-05, 0.5, 1e+22, -0.0]}'],
  ["[12345678901234567890, -7, true, null]", "[12345678901234567890, -7, true, null]"],
  ['"é\\u00e9\\n\u{1f600}\\/"', '"\\u00e9\\u00e9\\n\\ud83d\\ude00/"'],
  ["[NaN, -Infinity]", "[NaN, -Infinity]"],
  [" { } ", "{}"],
];
for (const [from, to] of texts) {
  Deno.test(`JSON ${from}`, () => assertEquals(jsonText(parseJson(from)), to));
}

for (const text of ["", "{", "[1,]", '{"a" 1}', "01", "[1] 2", '"\n"', "nul"]) {
  Deno.test(`no JSON: ${JSON.stringify(text)}`, () => void assertThrows(() => parseJson(text), SyntaxError));
}

Deno.test("any JSON keeps its value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(JSON.parse(jsonText(parseJson(JSON.stringify(value)))), JSON.parse(JSON.stringify(value)));
  }));
});

const bytes = (text: string) => ArrayRecord.from([new NDArray(new TextEncoder().encode(text))]);

Deno.test("a node whose trees cannot be appended is named", async () => {
  const replies = ["{}", "[", '{"learner": {"gradient_booster": {"model": {}}}}'];
  const grid = new FakeGrid([1n, 2n], (message) => {
    const text = replies[Number(message.metadata.dstNodeId)];
    return message.reply(
      new RecordDict({ arrays: bytes(text), metrics: new MetricRecord({ "num-examples": 1 }) }),
    );
  });
  await assertRejects(
    () => new FedXgbBagging({ selectNodes: () => [2n, 1n] }).start(grid, bytes(""), { numRounds: 1 }),
    Error,
    "Cannot append the trees of node 1 in round 1: Cannot read JSON",
  );
});

Deno.test("nodes take turns, and new ones come last", async () => {
  const strategy = new FedXgbCyclic();
  const taken: bigint[] = [];
  for (let round = 1; round <= 7; round++) {
    const grid = new FakeGrid(round < 5 ? [55n, 11n, 33n] : [33n, 11n, 77n, 55n]);
    const phase = { round, arrays: bytes("{}"), config: new ConfigRecord(), grid };
    const messages = await strategy.configureTrain(phase);
    assertEquals(messages.length, 1);
    taken.push(messages[0].metadata.dstNodeId);
  }
  assertEquals(new Set(taken.slice(0, 3)), new Set([55n, 11n, 33n]));
  assertEquals(taken[3], taken[0]);
  const other = new FedXgbCyclic();
  other.loadState(strategy.saveState());
  assertEquals(other.saveState().config("turns").getInts("nodeIds"), [...taken.slice(0, 3).map(Number), 77]);
});

Deno.test("FedXgbCyclic takes turns among the nodes that a hook chooses, in its order", async () => {
  const grid = new FakeGrid([101n, 102n, 103n, 104n]);
  const strategy = new FedXgbCyclic({ selectNodes: () => [103n, 101n, 104n] });
  const turns: bigint[] = [];
  for (const round of [1, 2, 3, 4]) {
    const [{ metadata }] = await strategy.configureTrain({
      round,
      arrays: bytes("{}"),
      config: new ConfigRecord(),
      grid,
    });
    turns.push(metadata.dstNodeId);
  }
  assertEquals(turns, [103n, 101n, 104n, 103n]);
});
