import { drawSvg } from "../svg.ts";
import { armRows } from "./arm-rows.ts";

export interface IntervalRow {
  readonly arm: string;
  readonly color: string;
  readonly value: number;
  /** Half the width of the interval; none where it is not known. */
  readonly halfWidth?: number;
}

/** One difference a row with its interval, zero marked. */
export function intervals(rows: readonly IntervalRow[], measure: string, axis: string, id: string) {
  const values = rows.map(({ arm, value, halfWidth = 0 }) => ({
    arm,
    value,
    from: value - halfWidth,
    to: value + halfWidth,
  }));
  const ends = [0, ...values.flatMap(({ from, to }) => [from, to])];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = 0.06 * (high - low || 1);
  const x = {
    type: "quantitative" as const,
    title: axis,
    scale: { domain: [low - margin, high + margin], nice: false },
    axis: { tickCount: 5, grid: true },
  };
  const { y, color } = armRows(rows);
  const spoken = values.map(({ arm, value, from, to }) => `${arm}: ${[value, from, to].map(short).join(", ")}`);
  return drawSvg(
    {
      width: 320,
      padding: { left: 10, right: 14, top: 4, bottom: 44 },
      height: 36 * rows.length,
      data: { values },
      layer: [
        {
          mark: { type: "text", align: "left", dy: -10, fontSize: 12, fill: "var(--ink)" },
          encoding: { y, x: { value: 2 }, text: { field: "arm" } },
        },
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: "rule", stroke: "var(--muted)", strokeDash: [3, 3] },
          encoding: { x: { ...x, field: "zero" } },
        },
        {
          mark: { type: "rule", strokeWidth: 2, yOffset: 7 },
          encoding: { x: { ...x, field: "from" }, x2: { field: "to" }, y, color },
        },
        {
          mark: { type: "point", filled: true, size: 70, opacity: 1, yOffset: 7 },
          encoding: { x: { ...x, field: "value" }, y, color },
        },
      ],
    },
    id,
    `${measure}: difference, and the ends of its interval. ${spoken.join("; ")}.`,
  );
}

const short = (value: number): number => Number(value.toPrecision(3));
