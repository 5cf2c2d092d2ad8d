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

/** The number of bins that hold all but a thin right tail. */
export function usedBins({ id, ood }: Counts): number {
  const total = [...id, ...ood].reduce((a, b) => a + b, 0);
  let end = id.length;
  for (let beyond = 0; end > 1; end--) {
    beyond += id[end - 1] + ood[end - 1];
    if (beyond > TAIL * total) break;
  }
  return end;
}

/** Joins the first `end` bins to about 25; what lies beyond goes into the last. */
export function coarsen({ lower, upper, id, ood }: Counts, end: number): Counts {
  const group = Math.max(1, Math.round(end / SHOWN_BINS));
  const bins = Math.ceil(end / group);
  const join = (counts: readonly number[]) => {
    const joined = new Array<number>(bins).fill(0);
    for (const [i, count] of counts.entries()) joined[Math.min(Math.floor(i / group), bins - 1)] += count;
    return joined;
  };
  return { lower, upper: lower + ((upper - lower) * bins * group) / id.length, id: join(id), ood: join(ood) };
}

/**
 * A score on known images (filled) and on foreign ones (outline), a drawing an arm, all with the same horizontal axis.
 * Arms without the score are left out.
 */
export function scoreHistograms(arms: readonly ReportedArm[], set: string, score: OodScoreName, id: string) {
  const found = arms.flatMap((arm) => {
    const results = arm.runs.flatMap(({ results }) => results.ood.filter((r) => r.set === set && r.score === score));
    return results.length ? { arm, results, counts: pool(results.map(({ histogram }) => histogram)) } : [];
  });
  const end = Math.max(...found.map(({ counts }) => usedBins(counts)));
  return Promise.all(
    found.map(async ({ arm, results, counts }, i) => {
      const aurocs = results.map(({ auroc }) => auroc.toFixed(3)).join(", ");
      const label = `${oodScores[score].title} of ${arm.name}: known images filled, images of ${set} outlined; AUROC ${aurocs}.`;
      return { arm, svg: await draw(coarsen(counts, end), arm.color, score, `${id}-${i}`, label) };
    }),
  );
}

function draw(counts: Counts, color: string, score: OodScoreName, id: string, label: string) {
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
      layer: [
        {
          data: { values: share(counts.id) },
          mark: { type: "bar", fill: color, fillOpacity: 0.55, binSpacing: 0.5 },
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
    label,
  );
}
