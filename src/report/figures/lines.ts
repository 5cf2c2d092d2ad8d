import { drawSvg } from "../svg.ts";

/** A line of a drawing, told apart by colour and dashes. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of its interval, drawn as a band. */
  readonly low?: number;
  readonly high?: number;
}

export interface LinesOptions {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  /** Where the horizontal axis has its labels. */
  readonly xValues?: readonly number[];
  readonly logarithmic?: boolean;
  /** A thin straight line from corner to corner: perfect calibration, blind guessing. */
  readonly diagonal?: boolean;
  readonly points?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly label: string;
}

/** Lines over a common axis, each with its band where it has one. */
export function lines(all: readonly Line[], options: LinesOptions, id: string) {
  const { xTitle, yTitle, xDomain, yDomain, xValues, diagonal, points, width = 270, height = 200, label } = options;
  const values = all.flatMap((line) => line.points.map((point, order) => ({ line: line.name, order, ...point })));
  const banded = values.filter(({ low, high }) => low !== undefined && high !== undefined);
  const domain = all.map(({ name }) => name);
  const range = all.map(({ color }) => color);
  const x = {
    field: "x",
    type: "quantitative" as const,
    title: xTitle,
    scale: {
      ...(options.logarithmic ? { type: "log" as const } : { type: "linear" as const, zero: false }),
      nice: false,
      ...(xDomain && { domain: [...xDomain] }),
    },
    axis: { grid: false, tickCount: 6, ...(xValues && { values: [...xValues], format: "~r" }) },
  };
  const y = {
    field: "y",
    type: "quantitative" as const,
    title: yTitle,
    scale: { zero: false, nice: yDomain === undefined, ...(yDomain && { domain: [...yDomain] }) },
    axis: { tickCount: 6 },
  };
  const byLine = { field: "line", type: "nominal" as const, legend: null };
  const color = { ...byLine, scale: { domain, range } };
  const corners = { xDomain: xDomain ?? [0, 1], yDomain: yDomain ?? [0, 1] };
  return drawSvg(
    {
      width,
      height,
      layer: [
        ...(diagonal
          ? [
              {
                data: { values: [0, 1].map((i) => ({ x: corners.xDomain[i], y: corners.yDomain[i] })) },
                mark: { type: "line" as const, stroke: "var(--line)", strokeWidth: 1.2 },
                encoding: { x, y },
              },
            ]
          : []),
        ...(banded.length
          ? [
              {
                data: { values: banded },
                mark: { type: "area" as const, opacity: 0.18 },
                encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, fill: color },
              },
            ]
          : []),
        {
          data: { values },
          mark: { type: "line", strokeWidth: 1.8, strokeJoin: "round" },
          encoding: {
            x,
            y,
            order: { field: "order" },
            stroke: color,
            strokeDash: { ...byLine, scale: { domain, range: all.map(({ dash }) => [...dash]) } },
          },
        },
        ...(points
          ? [
              {
                data: { values },
                mark: { type: "point" as const, filled: true, size: 34, opacity: 1 },
                encoding: { x, y, fill: color },
              },
            ]
          : []),
      ],
    },
    id,
    label,
  );
}
