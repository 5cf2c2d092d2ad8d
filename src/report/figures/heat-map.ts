import { drawSvg } from "../svg.ts";

export interface HeatCell {
  readonly row: string;
  readonly column: string;
  readonly value: number;
  /** Not coloured. */
  readonly plain?: boolean;
}

/** Number of `--heat-…` and of `--diff-…` colours in the style sheet, each with its `…-ink-…` for text on it. */
const STEPS = 9;

/** Pixels of a letter of an axis, as Vega estimates it where it cannot measure: the axis' title stands behind that. */
const LETTER = 0.8 * 11.5;

interface HeatMapOptions {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `heat`: from nothing to `limit`; `diff`: from −limit to limit around a neutral middle. */
  readonly scale: "heat" | "diff";
  readonly limit: number;
  readonly columnTitle: string;
  readonly format: (value: number) => string;
  /** Room for the names of the rows; default 200. */
  readonly left?: number;
  /** Width of a cell; default 44. */
  readonly cell?: number;
  /** Whether names of columns are upright, for long ones. */
  readonly upright?: boolean;
}

/** The colour of a value: a few even steps, each a variable that both colour schemes define. */
export function stepOf(value: number, { scale, limit }: Pick<HeatMapOptions, "scale" | "limit">): number {
  const share = scale === "heat" ? value / limit : (value + limit) / (2 * limit);
  return Math.min(Math.max(Math.floor(share * STEPS), 0), STEPS - 1);
}

/** Rows by columns of coloured squares, each with its number in it. */
export function heatMap(cells: readonly HeatCell[], options: HeatMapOptions, id: string, label: string) {
  const { rows, columns, scale, format, columnTitle, left = 200, cell = 44, upright = false } = options;
  const values = cells.map((one) => ({
    ...one,
    step: one.plain ? "plain" : `s${stepOf(one.value, options)}`,
    text: format(one.value),
  }));
  const steps = Array.from({ length: STEPS }, (_, i) => i);
  // Upright names are as high as the longest of them is long, by Vega's estimate of letters, up to where they are cut off.
  const above = upright ? Math.min(left - 16, LETTER * Math.max(...columns.map((name) => name.length))) + 36 : 42;
  const x = {
    field: "column",
    type: "ordinal" as const,
    sort: [...columns],
    title: columnTitle,
    axis: {
      orient: "top" as const,
      labelAngle: upright ? -90 : 0,
      labelLimit: left - 16,
      domain: false,
      ticks: false,
      labelPadding: 2,
    },
  };
  const y = {
    field: "row",
    type: "ordinal" as const,
    sort: [...rows],
    title: null,
    axis: { domain: false, ticks: false, labelLimit: upright ? left - 8 : 0, labelFontSize: 11 },
  };
  const ordinal = (prefix: string) => ({
    field: "step",
    type: "nominal" as const,
    scale: {
      domain: [...steps.map((i) => `s${i}`), "plain"],
      range: [...steps.map((i) => `var(--${prefix}-${i})`), prefix === scale ? "var(--card)" : "var(--muted)"],
    },
    legend: null,
  });
  return drawSvg(
    {
      width: cell * columns.length,
      height: 21 * rows.length,
      padding: { left, right: 6, top: above, bottom: 6 },
      data: { values },
      resolve: { scale: { fill: "independent" } },
      layer: [
        {
          mark: { type: "rect", stroke: "var(--card)", strokeWidth: 1.5 },
          encoding: { x, y, fill: ordinal(scale) },
        },
        {
          mark: { type: "text", fontSize: 11 },
          encoding: { x, y, text: { field: "text" }, fill: ordinal(`${scale}-ink`) },
        },
      ],
    },
    id,
    label,
  );
}
