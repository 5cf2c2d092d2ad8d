import { drawSvg } from "../svg.ts";
import { clipped } from "./clipped.ts";

export interface IntervalRow {
  readonly name: string;
  /** A second line in smaller letters, such as the numbers. */
  readonly detail?: string;
  readonly color: string;
  readonly value: number;
  /** Ends of its interval; none where it is not known. */
  readonly low?: number;
  readonly high?: number;
  /** An outline in place of a solid mark: nothing is decided. */
  readonly hollow?: boolean;
}

const WIDTH = 330;
const NAME_HEIGHT = 38;
const DETAIL_HEIGHT = 15;

/** Ends of the axis: all intervals and zero lie on it. */
export function spanOf(rows: readonly Pick<IntervalRow, "value" | "low" | "high">[]): [number, number] {
  const ends = [0, ...rows.flatMap(({ value, low = value, high = value }) => [low, value, high])];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const margin = 0.06 * (most - least || 1);
  return [least - margin, most + margin];
}

/** One difference a row with its interval as a whisker, zero marked. */
export function intervals(rows: readonly IntervalRow[], measure: string, axis: string, id: string) {
  const detailed = rows.some(({ detail }) => detail);
  const values = rows.map((row, place) => ({
    ...row,
    name: clipped(row.name),
    row: String(place),
    detail: row.detail ?? "",
  }));
  const whiskers = values.filter(({ low, high }) => low !== undefined && high !== undefined);
  const x = {
    type: "quantitative" as const,
    title: axis,
    scale: { domain: spanOf(rows), nice: false },
    axis: { tickCount: 5, grid: false },
  };
  const y = {
    field: "row",
    type: "nominal" as const,
    sort: values.map(({ row }) => row),
    title: null,
    axis: null,
    scale: { paddingInner: 0, paddingOuter: 0 },
  };
  const color = {
    field: "row",
    type: "nominal" as const,
    scale: { domain: values.map(({ row }) => row), range: rows.map((row) => row.color) },
    legend: null,
  };
  const yOffset = detailed ? 18 : 8;
  const encodings = { x, y, color, yOffset };
  const text = (field: "name" | "detail", dy: number) => ({
    mark: { type: "text" as const, align: "left" as const, dy, fontSize: field === "name" ? 12 : 11.5 },
    encoding: { y, x: { value: 0 }, text: { field, type: "nominal" as const } },
  });
  const spoken = rows.map(({ name, value, low, high }) => {
    const ends = low === undefined || high === undefined ? "" : ` (${short(low)} to ${short(high)})`;
    return `${name}: ${short(value)}${ends}`;
  });
  const named = text("name", detailed ? -17 : -10);
  const details = text("detail", -2);
  return drawSvg(
    {
      width: WIDTH,
      padding: { left: 10, right: 14, top: 4, bottom: 44 },
      height: (NAME_HEIGHT + (detailed ? DETAIL_HEIGHT : 0)) * rows.length,
      data: { values },
      layer: [
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: "rule", stroke: "var(--muted)", strokeDash: [3, 3] },
          encoding: { x: { ...x, field: "zero" } },
        },
        // The zero line stops short of letters: each has an edge in the colour of the card below it.
        ...(detailed ? [named, details] : [named]).map((layer) => ({
          ...layer,
          mark: { ...layer.mark, fill: "var(--card)", stroke: "var(--card)", strokeWidth: 4 },
        })),
        { ...named, mark: { ...named.mark, fill: "var(--ink)" } },
        ...(detailed ? [{ ...details, encoding: { ...details.encoding, fill: color } }] : []),
        {
          data: { values: whiskers },
          mark: { type: "rule", strokeWidth: 2, yOffset },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y, color },
        },
        ...ends(whiskers, encodings),
        ...points(values, encodings),
      ],
    },
    id,
    `${measure}: difference, and the ends of its interval. ${spoken.join("; ")}.`,
  );
}

/** How all marks of a row are placed and coloured. */
interface Encodings {
  readonly x: object;
  readonly y: object;
  readonly color: object;
  readonly yOffset: number;
}

/** A tick at both ends of each whisker. */
const ends = (values: readonly object[], { x, y, color, yOffset }: Encodings) =>
  (["low", "high"] as const).map((end) => ({
    data: { values },
    mark: { type: "tick" as const, thickness: 2, size: 9, yOffset },
    encoding: { x: { ...x, field: end }, y, color },
  }));

/** A mark at each value. */
const points = (values: readonly { readonly hollow?: boolean }[], { x, y, color, yOffset }: Encodings) =>
  [false, true].map((hollow) => ({
    data: { values: values.filter((row) => Boolean(row.hollow) === hollow) },
    mark: {
      type: "point" as const,
      size: 70,
      opacity: 1,
      strokeWidth: 2,
      yOffset,
      ...(hollow && { fill: "var(--card)" }),
    },
    encoding: { x: { ...x, field: "value" }, y, stroke: color, ...(!hollow && { fill: color }) },
  }));

const short = (value: number): number => Number(value.toPrecision(3));
