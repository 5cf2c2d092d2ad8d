import { drawSvg } from "../svg.ts";
import { armRows } from "./arm-rows.ts";
import { clipped } from "./clipped.ts";

export interface DotRow {
  readonly arm: string;
  readonly color: string;
  readonly shape: string;
  /** One value a seed, as plotted. */
  readonly values: readonly number[];
  /** Ends of an interval around their mean, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
}

/** An axis in per cent spans at least this, lest a hair of a difference look like a gulf. */
const NARROWEST_PERCENT = 2;

/** Ends of the axis, which holds all values and whiskers and spans `narrowest`; it need not start at zero. */
export function dotSpan(
  rows: readonly Pick<DotRow, "values" | "low" | "high">[],
  narrowest = NARROWEST_PERCENT,
): [number, number] {
  const ends = rows.flatMap(({ values, low, high }) => [...values, low ?? values[0], high ?? values[0]]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const margin = Math.max((most - least) * 0.08, (narrowest - (most - least)) / 2);
  return [least - margin, most + margin];
}

/** One measure, a row an arm: every seed a mark, their mean a bar, its interval a whisker. */
export function dots(rows: readonly DotRow[], measure: string, axis: string, id: string, narrowest?: number) {
  const whiskers = rows.flatMap(({ arm, low, high }) =>
    low === undefined || high === undefined ? [] : [{ arm, low, high }],
  );
  const marks = rows.flatMap(({ arm, values }) => values.map((value) => ({ arm, value })));
  const means = rows.map(({ arm, values }) => ({
    arm,
    name: clipped(arm),
    value: values.reduce((a, b) => a + b, 0) / values.length,
  }));
  const arms = rows.map(({ arm }) => arm);
  const x = {
    field: "value",
    type: "quantitative" as const,
    title: axis,
    scale: { domain: dotSpan(rows, narrowest), nice: false, zero: false },
    axis: { tickCount: 5, grid: true },
  };
  const { y, color } = armRows(rows);
  const label = `${measure}. ${means.map(({ arm, value }) => `${arm}: ${Number(value.toPrecision(3))}`).join("; ")}.`;
  return drawSvg(
    {
      width: 320,
      padding: { left: 10, right: 14, top: 4, bottom: 44 },
      height: 44 * rows.length,
      layer: [
        {
          data: { values: means },
          mark: { type: "text", align: "left", dy: -13, fontSize: 12, fill: "var(--ink)" },
          encoding: { y, x: { value: 2 }, text: { field: "name", type: "nominal" } },
        },
        {
          data: { values: whiskers },
          mark: { type: "rule", strokeWidth: 2, yOffset: 6 },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y, color },
        },
        {
          data: { values: means },
          mark: { type: "tick", thickness: 2.5, size: 16, yOffset: 6 },
          encoding: { x, y, color },
        },
        {
          data: { values: marks },
          mark: { type: "point", filled: true, size: 60, opacity: 0.75, yOffset: 6 },
          encoding: {
            x,
            y,
            color,
            shape: {
              field: "arm",
              type: "nominal",
              scale: { domain: arms, range: rows.map((row) => row.shape) },
              legend: null,
            },
          },
        },
      ],
    },
    id,
    label,
  );
}
