import { type OodResults, type OodScoreName, oodScores } from "../../evaluate/index.ts";
import type { ReportedArm } from "../study.ts";
import { drawSvg } from "../svg.ts";

const SHOWN_BINS = 25;
/** The share of all images right of which a histogram is not drawn: long tails would flatten the rest. */
const TAIL = 0.002;

type Counts = Pick<OodResults["histogram"], "lower" | "upper" | "id" | "ood">;

/** The same histogram over several runs. */
const pool = (all: readonly Counts[]): Counts => ({
  ...all[0],
  id: all[0].id.map((_, i) => all.reduce((sum, { id }) => sum + id[i], 0)),
  ood: all[0].ood.map((_, i) => all.reduce((sum, { ood }) => sum + ood[i], 0)),
});

/** Cuts an empty right end off and joins bins until about 25 are left. */
export function coarsen({ lower, upper, id, ood }: Counts): Counts {
  const total = [...id, ...ood].reduce((a, b) => a + b, 0);
  let end = id.length;
  for (let beyond = 0; end > 1; end--) {
    beyond += id[end - 1] + ood[end - 1];
    if (beyond > TAIL * total) break;
  }
  const group = Math.max(1, Math.round(end / SHOWN_BINS));
  const bins = Math.ceil(end / group);
  const join = (counts: readonly number[]) => {
    const joined = new Array<number>(bins).fill(0);
    for (const [i, count] of counts.entries()) joined[Math.min(Math.floor(i / group), bins - 1)] += count;
    return joined;
  };
  return { lower, upper: lower + ((upper - lower) * bins * group) / id.length, id: join(id), ood: join(ood) };
}

/** One arm: its score on known images (filled) and on foreign ones (outline). `undefined` where it has no such score. */
export function scoreHistogram(arm: ReportedArm, set: string, score: OodScoreName, id: string) {
  const found = arm.runs.flatMap(({ results }) => results.ood.filter((r) => r.set === set && r.score === score));
  if (found.length === 0) return undefined;
  const counts = coarsen(pool(found.map(({ histogram }) => histogram)));
  const width = (counts.upper - counts.lower) / counts.id.length;
  const share = (side: readonly number[]) => {
    const total = side.reduce((a, b) => a + b, 0);
    return side.map((count, i) => ({
      from: counts.lower + i * width,
      to: counts.lower + (i + 1) * width,
      share: (100 * count) / total,
    }));
  };
  const foreign = share(counts.ood);
  const outline = [
    { from: foreign[0].from, share: 0 },
    ...foreign.map(({ from, share }) => ({ from, share })),
    { from: counts.upper, share: foreign.at(-1)!.share },
    { from: counts.upper, share: 0 },
  ].map((point, order) => ({ ...point, order }));
  const x = {
    field: "from",
    type: "quantitative" as const,
    title: oodScores[score].title.replace(/ \(.*/, ""),
    scale: { domain: [counts.lower, counts.upper], nice: false },
    axis: { grid: false, tickCount: 5 },
  };
  const y = { field: "share", type: "quantitative" as const, title: "Share of images, %", axis: { tickCount: 4 } };
  return drawSvg(
    {
      width: 260,
      height: 170,
      padding: 6,
      layer: [
        {
          data: { values: share(counts.id) },
          mark: { type: "bar", fill: arm.color, fillOpacity: 0.55, binSpacing: 0.5 },
          encoding: { x: { ...x, bin: "binned" }, x2: { field: "to" }, y },
        },
        {
          data: { values: outline },
          mark: { type: "line", interpolate: "step-after", stroke: "var(--ink)", strokeWidth: 1.5, strokeDash: [4, 2] },
          encoding: { x, y, order: { field: "order" } },
        },
      ],
    },
    id,
    `${oodScores[score].title} of ${arm.name}: known images filled, images of ${set} outlined; AUROC ${found.map(({ auroc }) => auroc.toFixed(3)).join(", ")}.`,
  );
}
