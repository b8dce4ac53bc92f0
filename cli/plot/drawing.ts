import type { Course } from "./course.ts";
import { shortened, TYPEFACE, widthOf } from "./lettering.ts";
import { lookOf } from "./looks.ts";
import { drawPanel, INK } from "./panel_drawing.ts";
import type { Panel } from "./panels.ts";
import { element, escaped, textElement } from "./svg.ts";
// @ts-types="@types/d3-shape"
import { symbol, symbolCircle, symbolSquare, symbolTriangle } from "d3-shape";

const WIDTH = 1000;
const MARGIN = 32;
const PANEL_HEIGHT = 300;
const PANEL_GAP = 36;
const TITLE_PX = 20, SUBTITLE_PX = 13, LEGEND_PX = 13;
const MARKERS = { circle: symbolCircle, square: symbolSquare, triangle: symbolTriangle };

/** Draws the charts of a run. @param title above them, instead of what is known of the run @returns an SVG file */
export function drawCourse(
  course: Course,
  { panels, title }: { panels: readonly Panel[]; title?: string },
): string {
  const legend = drawLegend(panels);
  const columns = panels.length > 1 ? 2 : 1;
  const width = (WIDTH - 2 * MARGIN - (columns - 1) * PANEL_GAP) / columns;
  const top = 100 + legend.height;
  const rows = Math.ceil(panels.length / columns);
  const height = top + rows * PANEL_HEIGHT + (rows - 1) * PANEL_GAP + MARGIN / 2;
  const rounds = course.measurements.map(({ round }) => round);
  const span = [Math.min(...rounds), Math.max(...rounds)] as const;
  const words = headings(course, title);
  const svg = element(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height },
      ...{ role: "img", "font-family": TYPEFACE },
    },
    element("title", {}, escaped(words.title)),
    element("desc", {}, escaped(`Charts by round: ${panels.map((panel) => panel.title).join(", ")}`)),
    element("rect", { width: WIDTH, height, fill: "#ffffff" }),
    heading(words.title, { y: 44, size: TITLE_PX, weight: 600, fill: INK.title }),
    heading(words.subtitle, { y: 68, size: SUBTITLE_PX, fill: INK.text }),
    legend.svg,
    ...panels.map((panel, i) => {
      const x = MARGIN + (i % columns) * (width + PANEL_GAP);
      const y = top + Math.floor(i / columns) * (PANEL_HEIGHT + PANEL_GAP);
      return drawPanel(panel, { x, y, width, height: PANEL_HEIGHT }, span);
    }),
  );
  return `${svg}\n`;
}

/** What the run is, as far as that is known. */
function headings(
  { app, runId, strategy, measurements }: Course,
  title: string | undefined,
): { title: string; subtitle: string } {
  const run = runId === undefined ? [] : [`Run ${runId}`];
  const names = [...title === undefined ? [] : [title], ...app === undefined ? [] : [app], ...run];
  const [first = "A run", ...rest] = names;
  const count = Math.max(...measurements.map(({ round }) => round));
  const rounds = count === 1 ? "1 round" : `${count} rounds`;
  return { title: first, subtitle: [...rest, ...strategy ? [strategy] : [], rounds].join("  ·  ") };
}

function heading(text: string, look: { y: number; size: number; fill: string; weight?: number }): string {
  const { y, size, fill, weight } = look;
  const fitting = shortened(text, { sizePx: size, width: WIDTH - 2 * MARGIN });
  return textElement(fitting, { x: MARGIN, y, fill, "font-size": size, "font-weight": weight });
}

/** One line of the legend for each look that the charts use. */
function drawLegend(panels: readonly Panel[]): { svg: string; height: number } {
  const looks = panels.flatMap(({ series }) => series.map((each) => lookOf(each, series)));
  const entries = [...new Map(looks.map((look) => [look.label, look])).values()];
  const [swatch, gap, step] = [34, 28, 22];
  let [x, y] = [0, 0];
  const drawn = entries.map(({ colour, marker, dashes, label }) => {
    const width = swatch + widthOf(label, LEGEND_PX);
    if (x > 0 && x + width > WIDTH - 2 * MARGIN) [x, y] = [0, y + step];
    const sample = element(
      "g",
      { transform: `translate(${Math.round(x)} ${y})` },
      element("line", { x2: 24, stroke: colour, "stroke-width": 2.25, "stroke-dasharray": dashes }),
      element("path", { d: symbol(MARKERS[marker], 42)()!, transform: "translate(12 0)", fill: colour }),
      textElement(label, { x: swatch, dy: "0.35em" }),
    );
    x += width + gap;
    return sample;
  });
  const svg = element(
    "g",
    { transform: `translate(${MARGIN} 96)`, "font-size": LEGEND_PX, fill: INK.text },
    ...drawn,
  );
  return { svg, height: y + step };
}
