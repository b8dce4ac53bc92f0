import type { Phase } from "./course.ts";
import type { Series } from "./panels.ts";

/** How a line of a chart looks. Colours differ for the colour-blind too (Okabe and Ito's), and markers for print. */
export interface Look {
  readonly colour: string;
  readonly marker: "circle" | "square" | "triangle";
  /** Lengths of dashes and gaps; without, the line is whole. */
  readonly dashes?: string;
  /** What the legend says. */
  readonly label: string;
}

interface PhaseLook {
  /** Of one line, and of further ones of the same phase. */
  readonly colours: readonly string[];
  readonly marker: Look["marker"];
  readonly label: string;
}

const PHASES: Readonly<Record<Phase, PhaseLook>> = {
  train: { colours: ["#0072b2", "#56b4e9", "#1f3b73"], marker: "circle", label: "training on the nodes" },
  evaluate: {
    colours: ["#d55e00", "#b0528a", "#b98500"],
    marker: "square",
    label: "evaluation on the nodes",
  },
  server: {
    colours: ["#007a59", "#6a9a1f", "#3f5f4f"],
    marker: "triangle",
    label: "evaluation by the ServerApp",
  },
};
const DASHES = [undefined, "7 4", "2 4", "9 4 2 4"];

/** The look of a line among those of its chart: who measured decides, then which of several it is. */
export function lookOf(series: Series, all: readonly Series[]): Look {
  const { colours, marker, label } = PHASES[series.phase];
  const alike = all.filter(({ phase }) => phase === series.phase);
  const place = alike.indexOf(series);
  return {
    colour: colours[place % colours.length],
    marker,
    dashes: DASHES[place % DASHES.length],
    label: alike.length === 1 ? label : `${series.metric}, ${label}`,
  };
}
