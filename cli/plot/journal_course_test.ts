import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../output.ts";
import { courseOfJournal } from "./journal_course.ts";

const lines = (...objects: unknown[]) => objects.map((each) => JSON.stringify(each)).join("\n") + "\n";
const about = { time: "2026-11-23T12:00:00.000Z", run: "7", app: "@me/demo==1.0.0", strategy: "FedAdam" };

Deno.test("what a strategy wrote down is read: phases, numbers that JSON lacks, and whose it is", () => {
  const course = courseOfJournal(
    lines(
      { ...about, round: 0, phase: "server", seconds: 1, metrics: { loss: "Infinity" } },
      { ...about, round: 1, phase: "train", seconds: 1, asked: 2, replies: 2, metrics: { train_loss: 0.5 } },
      {
        ...about,
        round: 1,
        phase: "evaluate",
        seconds: 1,
        metrics: { loss: "NaN", both: [1, 2], text: "x" },
      },
      { ...about, round: 2, phase: "train", seconds: 1, asked: 2, replies: 0 },
    ),
    "rounds.jsonl",
  );
  assertEquals(course, {
    app: "@me/demo==1.0.0",
    runId: "7",
    strategy: "FedAdam",
    measurements: [
      { round: 0, phase: "server", values: new Map([["loss", Infinity]]) },
      { round: 1, phase: "train", values: new Map([["train_loss", 0.5]]) },
      { round: 1, phase: "evaluate", values: new Map([["loss", NaN]]) },
      { round: 2, phase: "train", values: new Map() },
    ],
  });
});

Deno.test("of a round that was run again after a resume, what came last counts", () => {
  const line = (round: number, loss: number) => ({ round, phase: "train", metrics: { loss } });
  const { measurements } = courseOfJournal(lines(line(1, 3), line(3, 2), line(2, 9), line(2, 1)), "f");
  assertEquals(measurements.map(({ round, values }) => [round, values.get("loss")]), [[1, 3], [2, 1], [
    3,
    2,
  ]]);
});

Deno.test("lines of an app's own with a round and numbers are read as well", () => {
  const { measurements } = courseOfJournal(lines({ round: 1, seconds: 3, accuracy: 0.5, loss: 2 }), "f");
  assertEquals(measurements, [
    { round: 1, phase: "evaluate", values: new Map([["accuracy", 0.5], ["loss", 2]]) },
  ]);
});

for (const [line, shown] of [["{", "{"], ["7", "7"], ["null", "null"], ['{"round":"x"}', '{"round":"x"}']]) {
  Deno.test(`a line that tells of no round is named: ${shown}`, () => {
    assertThrows(
      () => courseOfJournal(`{"round":1}\n\n${line}\n`, "rounds.jsonl"),
      UserError,
      `Cannot plot line 3 of rounds.jsonl as it must be a JSON object with a "round": it is ${shown}`,
    );
  });
}
