import { drawSvg } from "../svg.ts";
import { clipped } from "./clipped.ts";

/** A share in %, of an arm. */
export interface Share {
  readonly arm: string;
  readonly color: string;
  readonly value: number;
  /** Ends of its interval, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
}

export interface ShareRow {
  readonly name: string;
  readonly shares: readonly Share[];
}

const WIDTH = 290;
const [NAME_HEIGHT, BAR_HEIGHT, BETWEEN] = [20, 14, 10];

/** A group of bars a row, one an arm in the same order, each with its number at the right; from 0 to 100 %. */
export function shares(rows: readonly ShareRow[], { axis, marked, label }: SharesOptions, id: string) {
  const most = Math.max(...rows.map((row) => row.shares.length));
  const rowHeight = NAME_HEIGHT + BAR_HEIGHT * most + BETWEEN;
  const height = rowHeight * rows.length;
  const names = rows.map(({ name }, r) => ({ name: clipped(name), at: r * rowHeight + NAME_HEIGHT - 6 }));
  const bars = rows.flatMap(({ shares }, r) =>
    shares.map((share, s) => ({
      ...share,
      text: share.value > 0 && share.value < 10 ? share.value.toFixed(1) : share.value.toFixed(0),
      at: r * rowHeight + NAME_HEIGHT + BAR_HEIGHT * (s + 0.5),
      top: r * rowHeight + NAME_HEIGHT + BAR_HEIGHT * s + 2,
      bottom: r * rowHeight + NAME_HEIGHT + BAR_HEIGHT * (s + 1) - 2,
    })),
  );
  const colors = [...new Map(bars.map(({ arm, color }) => [arm, color]))];
  const color = {
    field: "arm",
    type: "nominal" as const,
    scale: { domain: colors.map(([arm]) => arm), range: colors.map(([, ink]) => ink) },
    legend: null,
  };
  const y = {
    field: "at",
    type: "quantitative" as const,
    axis: null,
    scale: { domain: [height, 0], range: [height, 0], nice: false, zero: false },
  };
  const x = {
    type: "quantitative" as const,
    title: axis,
    scale: { domain: [0, 100], nice: false },
    axis: { values: [0, 25, 50, 75, 100], grid: true },
  };
  const spoken = rows.map(
    ({ name, shares }) => `${name}: ${shares.map(({ arm, value }) => `${arm} ${value.toFixed(1)} %`).join(", ")}`,
  );
  return drawSvg(
    {
      width: WIDTH,
      height,
      padding: { left: 12, right: 42, top: 4, bottom: 44 },
      layer: [
        {
          data: { values: [{ marked }] },
          mark: { type: "rule", stroke: "var(--muted)", strokeDash: [3, 3] },
          encoding: { x: { ...x, field: "marked" } },
        },
        // Lines stop short of letters: each has an edge in the colour of the card below it.
        ...[{ stroke: "var(--card)", strokeWidth: 4 }, {}].map((edge) => ({
          data: { values: names },
          mark: { type: "text" as const, align: "left" as const, fontSize: 12.5, fill: "var(--ink)", ...edge },
          encoding: { x: { value: 0 }, y, text: { field: "name", type: "nominal" as const } },
        })),
        {
          data: { values: bars },
          mark: { type: "rect", opacity: 0.8 },
          encoding: {
            x: { ...x, field: "value" },
            x2: { datum: 0 },
            y: { ...y, field: "top" },
            y2: { field: "bottom" },
            fill: color,
          },
        },
        {
          data: { values: bars.filter(({ low, high }) => low !== undefined && high !== undefined) },
          mark: { type: "rule", strokeWidth: 1.4, stroke: "var(--ink)" },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y },
        },
        {
          data: { values: bars },
          mark: { type: "text", align: "right", fontSize: 11.5, fill: "var(--ink)" },
          encoding: { x: { value: WIDTH + 36 }, y, text: { field: "text", type: "nominal" } },
        },
      ],
    },
    id,
    `${label} ${spoken.join("; ")}.`,
  );
}

interface SharesOptions {
  readonly axis: string;
  /** Where a dashed line stands, in %. */
  readonly marked: number;
  readonly label: string;
}
