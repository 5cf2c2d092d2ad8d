import { armColorName } from "../../core/palette.ts";
import { svg } from "./element.ts";

export interface Line {
  /** Which model's colour. */
  readonly arm: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Lower and upper edge of a band, of the same xs. */
  readonly band?: readonly (readonly [number, number])[];
}

export interface ChartOptions {
  readonly label: string;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly xTitle: string;
  readonly formatY: (y: number) => string;
  /** Whether each point is marked. */
  readonly marked?: boolean;
  /** An x to point at. */
  readonly at?: number;
}

const WIDTH = 420;
const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 34;

/** Lines over one axis, in the models' colours. */
export function lineChart(lines: readonly Line[], options: ChartOptions): SVGElement {
  const { xRange, yRange, xTicks, yTicks, xTitle, formatY, label, marked, at } = options;
  const scale = (value: number, [low, high]: readonly [number, number], from: number, to: number) =>
    from + ((Math.min(Math.max(value, low), high) - low) / (high - low || 1)) * (to - from);
  const x = (value: number) => scale(value, xRange, LEFT, WIDTH - RIGHT);
  const y = (value: number) => scale(value, yRange, HEIGHT - BOTTOM, TOP);
  const text = (content: string, place: Record<string, string | number>) => svg("text", place, content);
  const path = (points: Line["points"]) =>
    points.map((p, i) => `${i === 0 ? "M" : "L"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", role: "img", "aria-label": label },
    ...yTicks.flatMap((tick) => [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick) }),
      text(formatY(tick), { x: LEFT - 7, y: y(tick) + 4, "text-anchor": "end" }),
    ]),
    ...xTicks.map((tick) => text(String(tick), { x: x(tick), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" })),
    text(xTitle, { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 3, "text-anchor": "middle", class: "axis" }),
    ...(at === undefined ? [] : [svg("line", { class: "at", x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM })]),
    ...lines.flatMap(({ arm, points, band }) => {
      const group = svg("g", { class: armColorName(arm) });
      if (band && points.length > 1) {
        const upper = points.map((p, i) => ({ x: p.x, y: band[i][1] }));
        const lower = points.map((p, i) => ({ x: p.x, y: band[i][0] })).reverse();
        group.append(svg("path", { class: "band", d: `${path(upper)}${path(lower).replace("M", "L")}Z` }));
      }
      if (points.length > 1) group.append(svg("path", { class: "line", d: path(points) }));
      if (marked)
        for (const p of points) group.append(svg("circle", { class: "mark", cx: x(p.x), cy: y(p.y), r: 3.5 }));
      return [group];
    }),
  );
}
