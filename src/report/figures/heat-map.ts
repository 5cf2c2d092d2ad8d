import { drawSvg } from "../svg.ts";

export interface HeatCell {
  readonly row: string;
  readonly column: string;
  readonly value: number;
}

/** Number of `--heat-…` and of `--diff-…` colours in the style sheet, each with its `…-ink-…` for text on it. */
const STEPS = 9;

interface HeatMapOptions {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `heat`: from nothing to `limit`; `diff`: from −limit to limit around a neutral middle. */
  readonly scale: "heat" | "diff";
  readonly limit: number;
  readonly columnTitle: string;
  readonly format: (value: number) => string;
}

/** The colour of a value: a few even steps, each a variable that both colour schemes define. */
export function stepOf(value: number, { scale, limit }: Pick<HeatMapOptions, "scale" | "limit">): number {
  const share = scale === "heat" ? value / limit : (value + limit) / (2 * limit);
  return Math.min(Math.max(Math.floor(share * STEPS), 0), STEPS - 1);
}

/** Rows by columns of coloured squares, each with its number in it. */
export function heatMap(cells: readonly HeatCell[], options: HeatMapOptions, id: string, label: string) {
  const { rows, columns, scale, format, columnTitle } = options;
  const values = cells.map((cell) => ({
    ...cell,
    step: `s${stepOf(cell.value, options)}`,
    text: format(cell.value),
  }));
  const steps = Array.from({ length: STEPS }, (_, i) => i);
  const x = {
    field: "column",
    type: "ordinal" as const,
    sort: [...columns],
    title: columnTitle,
    axis: { orient: "top" as const, labelAngle: 0, domain: false, ticks: false, labelPadding: 2 },
  };
  const y = {
    field: "row",
    type: "ordinal" as const,
    sort: [...rows],
    title: null,
    axis: { domain: false, ticks: false, labelLimit: 0, labelFontSize: 11 },
  };
  const ordinal = (prefix: string) => ({
    field: "step",
    type: "nominal" as const,
    scale: { domain: steps.map((i) => `s${i}`), range: steps.map((i) => `var(--${prefix}-${i})`) },
    legend: null,
  });
  return drawSvg(
    {
      width: 44 * columns.length,
      height: 21 * rows.length,
      padding: { left: 200, right: 6, top: 42, bottom: 6 },
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
