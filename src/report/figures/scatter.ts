import { drawSvg } from "../svg.ts";

export interface ScatterPoint {
  readonly target: number;
  readonly mean: number;
  /** Drawn to both sides of the mean. */
  readonly standardDeviation?: number;
}

/** More would hide one another. */
const MOST = 150;

/** Predicted against true values, each with its standard deviation as an upright bar; a perfect model is on the diagonal. */
export function scatter(
  points: readonly ScatterPoint[],
  { color, target, label }: { readonly color: string; readonly target: string; readonly label: string },
  id: string,
) {
  const every = Math.max(1, points.length / MOST);
  const values = Array.from({ length: Math.min(points.length, MOST) }, (_, i) => points[Math.floor(i * every)]).map(
    ({ target, mean, standardDeviation }) => ({
      target,
      mean,
      ...(standardDeviation !== undefined && { low: mean - standardDeviation, high: mean + standardDeviation }),
    }),
  );
  const barred = values.filter(({ low }) => low !== undefined);
  // A single bar of a model that has lost its way would press all others into a line: the axis holds means and targets.
  const ends = values.flatMap(({ target, mean }) => [target, mean]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const margin = 0.06 * (most - least || 1);
  const domain: [number, number] = [least - margin, most + margin];
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative" as const,
    title,
    scale: { domain, nice: false, zero: false },
    axis: { tickCount: 5, grid: false },
  });
  const x = axis("target", `True ${target}`);
  const y = axis("mean", `Predicted ${target}`);
  return drawSvg(
    {
      width: 260,
      height: 240,
      layer: [
        {
          data: { values: domain.map((end) => ({ target: end, mean: end })) },
          mark: { type: "line", stroke: "var(--line)", strokeWidth: 1.2 },
          encoding: { x, y },
        },
        {
          data: { values: barred },
          mark: { type: "rule", stroke: color, strokeWidth: 1, opacity: 0.35, clip: true },
          encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
        },
        {
          data: { values },
          mark: { type: "point", filled: true, fill: color, size: 14, opacity: 0.75 },
          encoding: { x, y },
        },
      ],
    },
    id,
    label,
  );
}
