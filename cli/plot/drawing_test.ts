import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Course, Phase } from "./course.ts";
import { drawCourse } from "./drawing.ts";
import { panelsOf } from "./panels.ts";
import { pngOf } from "./png.ts";

function drawn(course: Course, title?: string): string {
  return drawCourse(course, { panels: panelsOf(course, []).panels, title });
}

const flat = (svg: string) => svg.replaceAll(/<[^>]*>/g, "\n").replaceAll(/\n+/g, "\n").trim().split("\n");

const course = (values: readonly number[], metric: string, phase: Phase = "train"): Course => ({
  measurements: values.map((value, i) => ({ round: i + 1, phase, values: new Map([[metric, value]]) })),
});

Deno.test("the title says whose run it is, the legend who measured, the axes in which units", () => {
  const svg = drawn({
    ...course([0.5, 0.75, 0.9], "accuracy"),
    app: "@me/demo==1.0.0",
    runId: "7",
    strategy: "Krum",
  });
  const texts = flat(svg).filter((text) => text.trim());
  assertEquals(texts.slice(2, 6), [
    "@me/demo==1.0.0",
    "Run 7  ·  Krum  ·  3 rounds",
    "training on the nodes",
    "accuracy",
  ]);
  assertEquals(texts.filter((text) => /%/.test(text)), ["50 %", "60 %", "70 %", "80 %", "90 %", "90.0 %"]);
  assertEquals(texts.filter((text) => /^(\d|round)$/.test(text)), ["1", "2", "3", "round"]);
  assertStringIncludes(drawn(course([1], "loss"), "For <you>"), "For &lt;you&gt;");
});

Deno.test("a value that is no number is a gap, and has no marker", () => {
  const svg = drawn(course([3, NaN, 2, 1], "loss"));
  const [, path] = /<path d="([^"]*)" fill="none"/.exec(svg)!;
  assertEquals(path.match(/M/g)!.length, 2);
  assertEquals(svg.match(/stroke="#ffffff"/g)!.length, 3);
  assert(!svg.includes("NaN"));
});

const TALL = 1e300;

Deno.test("whatever is measured, under whatever name, there is a picture of it", async () => {
  const value = fc.oneof(
    fc.double({ min: -TALL, max: TALL, noNaN: true }),
    fc.constantFrom(NaN, Infinity, 0, 1e-9),
  );
  const values = fc.array(value, { minLength: 1, maxLength: 60 });
  const name = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("loss", "eval_acc", "x".repeat(300), '\u0001<&">'),
  );
  const one = fc.tuple(values, name, fc.constantFrom<Phase>("train", "evaluate", "server"));
  const checked = fc.asyncProperty(
    fc.array(one, { minLength: 1, maxLength: 4 }),
    fc.string(),
    async (all, app) => {
      const measurements = all.flatMap(([values, name, phase]) => course(values, name, phase).measurements);
      const svg = drawn({ measurements, app });
      assert(!/(?<![\w<])(NaN|Infinity)(?![^<]*<\/(text|title|desc)>)/.test(svg), svg);
      const png = await pngOf(svg);
      assertEquals([...png.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
    },
  );
  await fc.assert(checked, { numRuns: 40 });
});

Deno.test("letters are drawn, in both weights", async () => {
  const blank = await pngOf('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"/>');
  const sizes = await Promise.all([400, 600].map(async (weight) => {
    const text = `<text y="20" font-family="Inter" font-weight="${weight}">round 7</text>`;
    return (await pngOf(`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">${text}</svg>`))
      .length;
  }));
  assert(Math.min(...sizes) > blank.length + 200, `${blank.length} and ${sizes}`);
  assert(sizes[0] !== sizes[1]);
});
