import { drawSvg } from "../svg.ts";

/** A point of a path, in the order in which it is drawn. */
export interface PathPoint {
  readonly x: number;
  readonly y: number;
  /** Stands beside it. */
  readonly label: string;
}

interface PathOptions {
  readonly color: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** What a screen reader says. */
  readonly label: string;
}

/** Points that are joined in their order, each with its label; neither axis begins at 0. */
export function path(points: readonly PathPoint[], { color, xTitle, yTitle, label }: PathOptions, id: string) {
  const values = points.map((point, order) => ({ ...point, order }));
  const axis = (field: "x" | "y", title: string) => {
    const all = points.map((point) => point[field]);
    const margin = 0.1 * (Math.max(...all) - Math.min(...all) || 1);
    const domain: [number, number] = [Math.min(...all) - margin, Math.max(...all) + margin];
    return {
      field,
      type: "quantitative" as const,
      title,
      scale: { domain, nice: false, zero: false },
      axis: { tickCount: 5, grid: field === "y" },
    };
  };
  const encoding = { x: axis("x", xTitle), y: axis("y", yTitle) };
  return drawSvg(
    {
      width: 310,
      height: 230,
      data: { values },
      layer: [
        {
          mark: { type: "line", stroke: color, strokeWidth: 1.6 },
          encoding: { ...encoding, order: { field: "order", type: "quantitative" as const } },
        },
        { mark: { type: "point", filled: true, fill: color, size: 36, opacity: 1 }, encoding },
        {
          mark: { type: "text", align: "left", dx: 7, dy: -10, fontSize: 11, fill: "var(--muted)" },
          encoding: { ...encoding, text: { field: "label", type: "nominal" as const } },
        },
      ],
    },
    id,
    label,
  );
}
