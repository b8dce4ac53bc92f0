// @ts-types="@types/d3-scale"
import { type ScaleLinear, scaleLinear } from "d3-scale";
// @ts-types="@types/d3-shape"
import { line, symbol, symbolCircle, symbolSquare, symbolTriangle } from "d3-shape";
import { shortened, widthOf } from "./lettering.ts";
import { type Look, lookOf } from "./looks.ts";
import type { Panel, Series } from "./panels.ts";
import { element, textElement } from "./svg.ts";

/** Where a chart stands, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The ink of what is not data. */
export const INK = { title: "#1a1a1a", text: "#4d4d4d", axis: "#8c8c8c", grid: "#e6e6e6" } as const;
const TEXT_PX = 12;
const TITLE_PX = 15;
/** Above the plot, for the title; below it, for the rounds. */
const TOP = 34, BOTTOM = 44;
const GAP = 8;
/** With more rounds markers would hide the line. */
const MOST_MARKERS = 40;
const MARKERS = { circle: symbolCircle, square: symbolSquare, triangle: symbolTriangle };
/** Values at the ends of lines stand at least so far apart. */
const LABEL_STEP = 14;

type Scale = ScaleLinear<number, number>;

/** A series with its look, and only the points that can be drawn or are gaps between such. */
interface Drawn {
  readonly look: Look;
  readonly series: Series;
}

/** Draws one chart. @param rounds the first and the last round of the run, the same for all its charts */
export function drawPanel({ title, series }: Panel, box: Box, rounds: readonly [number, number]): string {
  const drawn = series.map((each) => ({ series: each, look: lookOf(each, series) }));
  const { domain, format } = valueAxis(title, series);
  const height = box.height - TOP - BOTTOM;
  const y = scaleLinear().domain(domain).range([height, 0]).nice(5);
  const ticks = y.ticks(5);
  const left = Math.max(...ticks.map((tick) => widthOf(format(tick), TEXT_PX))) + 2 * GAP;
  const ends = drawn.map((each) => endOf(each, format)).filter((end) => end !== undefined);
  const right = Math.max(0, ...ends.map(({ text }) => widthOf(text, TEXT_PX))) + 2 * GAP;
  const width = box.width - left - right;
  const x = scaleLinear().domain(padded(rounds)).range([0, width]);
  return element(
    "g",
    { transform: `translate(${box.x} ${box.y})` },
    textElement(shortened(title, { sizePx: TITLE_PX, width: box.width - left }), {
      ...{ x: left, y: 16, fill: INK.title },
      ...{ "font-size": TITLE_PX, "font-weight": 600 },
    }),
    element(
      "g",
      { transform: `translate(${left} ${TOP})`, "font-size": TEXT_PX, fill: INK.text },
      ...ticks.map((tick) => gridLine(format(tick), { y: y(tick), width })),
      roundAxis(x, { width, height, rounds }),
      ...drawn.map((each) => curve(each, x, y)),
      ...endLabels(ends, { x: width + GAP, y, height }),
    ),
  );
}

function gridLine(text: string, { y, width }: { y: number; width: number }): string {
  return element("line", { x2: width, y1: y, y2: y, stroke: INK.grid }) +
    textElement(text, { x: -GAP, y, dy: "0.35em", "text-anchor": "end" });
}

interface RoundAxis {
  readonly width: number;
  readonly height: number;
  readonly rounds: readonly [number, number];
}

/** Rounds are whole. */
function roundAxis(x: Scale, { width, height, rounds: [first, last] }: RoundAxis): string {
  const room = widthOf(String(last), TEXT_PX) + 2.5 * GAP;
  const wanted = Math.max(1, Math.min(10, Math.floor(width / room)));
  const ticks = x.ticks(wanted).filter((tick) => Number.isInteger(tick) && tick >= first && tick <= last);
  return element(
    "g",
    { transform: `translate(0 ${height})` },
    element("line", { x2: width, stroke: INK.axis }),
    ...ticks.map((tick) =>
      element("line", { x1: x(tick), x2: x(tick), y2: 5, stroke: INK.axis }) +
      textElement(String(tick), { x: x(tick), y: 19, "text-anchor": "middle" })
    ),
    textElement("round", { x: width / 2, y: 37, "text-anchor": "middle" }),
  );
}

function curve({ series: { points }, look: { colour, marker, dashes } }: Drawn, x: Scale, y: Scale): string {
  const path = line<Series["points"][number]>()
    .defined(({ value }) => Number.isFinite(value))
    .x(({ round }) => x(round))
    .y(({ value }) => y(value));
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const mark = symbol(MARKERS[marker], marker === "triangle" ? 34 : 38)()!;
  return element("path", {
    ...{ d: path(points) ?? undefined, fill: "none", stroke: colour, "stroke-width": 2.25 },
    ...{ "stroke-linejoin": "round", "stroke-linecap": "round", "stroke-dasharray": dashes },
  }) + (points.length > MOST_MARKERS ? [] : finite).map(({ round, value }) =>
    element("path", {
      ...{ d: mark, transform: `translate(${pixels(x(round))} ${pixels(y(value))})` },
      ...{ fill: colour, stroke: "#ffffff", "stroke-width": 1 },
    })
  ).join("");
}

interface End {
  readonly text: string;
  readonly value: number;
  readonly colour: string;
}

/** What the last value of a line is. */
function endOf({ series: { points }, look: { colour } }: Drawn, format: Format): End | undefined {
  const last = points.findLast(({ value }) => Number.isFinite(value));
  return last && { text: format(last.value, 1), value: last.value, colour };
}

/** Puts the values at the ends of lines beside them, pushed apart where they would stand on each other. */
function endLabels(ends: readonly End[], at: { x: number; y: Scale; height: number }): string[] {
  const placed = ends.map((end) => ({ ...end, y: at.y(end.value) })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < placed.length; i++) placed[i].y = Math.max(placed[i].y, placed[i - 1].y + LABEL_STEP);
  const over = (placed.at(-1)?.y ?? 0) - at.height;
  for (let i = placed.length - 1, limit = at.height; over > 0 && i >= 0; i--, limit -= LABEL_STEP) {
    placed[i].y = Math.min(placed[i].y, limit);
  }
  return placed.map(({ text, colour, y }) =>
    textElement(text, { x: at.x, y, dy: "0.35em", fill: colour, "font-weight": 600 })
  );
}

/** How values are written; with `more` digits than an axis needs. */
type Format = (value: number, more?: number) => string;

interface ValueAxis {
  readonly domain: [number, number];
  readonly format: Format;
}

/** From where to where values go, and how they are written: parts of a whole as percentages. */
function valueAxis(title: string, series: readonly Series[]): ValueAxis {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value)).filter(Number.isFinite);
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const domain = spread(least, most);
  const isShare = /acc/i.test(title) && least >= 0 && most <= 1;
  if (isShare && domain[1] > 1) domain[1] = 1;
  const digits = digitsFor(domain, isShare ? 100 : 1);
  if (isShare) return { domain, format: (value, more = 0) => `${(100 * value).toFixed(digits + more)} %` };
  const isWide = Math.max(Math.abs(domain[0]), Math.abs(domain[1])) >= 1e6 || domain[1] - domain[0] < 1e-5;
  const format: Format = (value, more = 0) =>
    (isWide && value !== 0 ? value.toExponential(1 + more) : value.toFixed(digits + more)).replace("e+", "e")
      .replaceAll("-", "−");
  return { domain, format };
}

/** What differs by a smaller part than this is the same to the eye, and to floating point nearly so. */
const FINEST = 1e-9;
const TINIEST = 1e-100;

/** Zero is shown where it is not far, and a single value has room around it. */
function spread(least: number, most: number): [number, number] {
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (most - least <= size * FINEST || size < TINIEST) {
    const around = size < TINIEST ? 1 : size / 10;
    return [least - around, most + around];
  }
  if (least > 0 && least < 0.4 * most) return [0, most];
  return most < 0 && most > 0.4 * least ? [least, 0] : [least, most];
}

/** Digits after the point that tell neighbouring ticks apart. */
function digitsFor([least, most]: readonly [number, number], unit: number): number {
  const step = (most - least) * unit / 5;
  return Math.max(0, Math.min(8, Math.ceil(-Math.log10(step) + 0.01)));
}

/** A single round stands in the middle. */
function padded([first, last]: readonly [number, number]): [number, number] {
  return first === last ? [first - 1, last + 1] : [first, last];
}

const pixels = (value: number) => Math.round(value * 100) / 100;
