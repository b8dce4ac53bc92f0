import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../output.ts";
import type { Course, Measurement, Phase } from "./course.ts";
import { panelsOf } from "./panels.ts";

const measured = (round: number, phase: Phase, values: Record<string, number>): Measurement => ({
  round,
  phase,
  values: new Map(Object.entries(values)),
});

const course: Course = {
  measurements: [
    measured(1, "train", { f1: 1, train_accuracy: 0.5, train_loss: 3 }),
    measured(1, "evaluate", { eval_loss: 4, "test.loss": 6, accuracy: 0.4 }),
    measured(1, "server", { loss: 5 }),
    measured(2, "train", { train_loss: 2 }),
  ],
};

const shown = (wanted: readonly string[]) =>
  panelsOf(course, wanted).panels.map(({ title, series }) => [
    title,
    ...series.map(({ phase, metric, points }) => `${phase} ${metric} ${points.map(({ value }) => value)}`),
  ]);

Deno.test("what is measured alike shares a chart, whoever measured; losses come first", () => {
  assertEquals(shown([]), [
    ["loss", "train train_loss 3,2", "evaluate eval_loss 4", "evaluate test.loss 6", "server loss 5"],
    ["accuracy", "train train_accuracy 0.5", "evaluate accuracy 0.4"],
    ["f1", "train f1 1"],
  ]);
});

Deno.test("metrics are chosen by their whole names or by what they measure", () => {
  assertEquals(shown(["train_loss"]), [["loss", "train train_loss 3,2"]]);
  assertEquals(shown(["f1", "accuracy"]).map(([title]) => title), ["accuracy", "f1"]);
});

Deno.test("an unknown metric is answered with those there are, no metric with what to do", () => {
  const unknown = assertThrows(() => panelsOf(course, ["losss"]), UserError);
  assertEquals([unknown.message, unknown.hint], [
    'Cannot plot the metric "losss" as the run has none of that name: it has f1, train_accuracy, train_loss, ' +
    "eval_loss, test.loss, accuracy, loss",
    "Did you mean --metric loss?",
  ]);
  const none = { measurements: [measured(1, "train", {})] };
  assertThrows(() => panelsOf(none, []), UserError, "Cannot plot the run as it has no metrics yet");
});

Deno.test("more charts than there is room for are named and left out, unless asked for", () => {
  const names = Array.from({ length: 10 }, (_, i) => `m${i}`);
  const many = { measurements: [measured(1, "train", Object.fromEntries(names.map((name) => [name, 1])))] };
  const { panels, left } = panelsOf(many, []);
  assertEquals([panels.length, left], [8, ["m8", "m9"]]);
  assertEquals(panelsOf(many, names).panels.length, 10);
});
