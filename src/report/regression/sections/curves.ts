import { copyable } from "../../copyable.ts";
import { type Line, type LinesOptions, lines } from "../../figures/index.ts";
import { type Html, html } from "../../html.ts";
import { armLegend } from "../../sections/legend.ts";
import { ofSet, type RegressionArm, type RegressionStudy, type ReportedSet, setTitle, targetIn } from "../study.ts";
import { SHOWN_TARGETS } from "./errors.ts";

interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

type CurveOf = (arm: RegressionArm, set: ReportedSet, target: string) => Curve | undefined;

/** The mean over an arm's seeds, whose places along the axis are the same. */
function meanCurve(curves: readonly Curve[]): Curve | undefined {
  const [first] = curves;
  const alike = curves.filter(({ x }) => x.join() === first.x.join());
  return first && { x: first.x, y: first.x.map((_, i) => alike.reduce((sum, { y }) => sum + y[i], 0) / alike.length) };
}

/** Beyond this share taken away, a handful of examples are left. */
const MOST_REMOVED = 0.95;

const sparsificationOf =
  (of: (error: number, oracle: number) => number): CurveOf =>
  (arm, set, target) =>
    meanCurve(
      ofSet(arm, set, ({ sparsification }, run): Curve | undefined => {
        const curve = sparsification?.[targetIn(run, target)];
        if (!curve) return undefined;
        const shown = curve.removed.findLastIndex((share) => share <= MOST_REMOVED) + 1;
        return {
          x: curve.removed.slice(0, shown).map((share) => 100 * share),
          y: curve.error.slice(0, shown).map((error, i) => of(error, curve.oracle[i])),
        };
      }),
    );

const calibrationOf: CurveOf = (arm, set, target) =>
  meanCurve(
    ofSet(arm, set, ({ calibration }, run): Curve | undefined => {
      const curve = calibration?.[targetIn(run, target)];
      const percent = (shares: readonly number[]) => shares.map((share) => 100 * share);
      return curve && { x: percent(curve.level), y: percent(curve.coverage) };
    }),
  );

type Look = Pick<LinesOptions, "xTitle" | "yTitle" | "xDomain" | "yDomain" | "diagonal">;

/** One drawing a set and target; none where no arm has the curve. */
async function panels(study: RegressionStudy, of: CurveOf, look: Look, id: string) {
  const drawn: Html[] = [];
  const cells: string[][] = [];
  for (const set of study.sets)
    for (const target of study.targets.slice(0, SHOWN_TARGETS)) {
      const all = study.arms.flatMap((arm): Line[] => {
        const curve = of(arm, set, target);
        if (!curve) return [];
        const points = curve.x.map((x, i) => ({ x, y: curve.y[i] }));
        for (const { x, y } of points) cells.push([set.set, target, arm.name, `${x}`, `${Number(y.toPrecision(5))}`]);
        return [{ name: arm.name, color: arm.color, dash: arm.dash, points }];
      });
      if (all.length === 0) continue;
      const title = setTitle(set, target, study);
      const said = all.map(({ name, points }) => {
        const middle = points[Math.floor(points.length / 2)];
        return `${name}: ${Number(middle.y.toPrecision(3))} at ${middle.x}`;
      });
      const label = `${look.yTitle} by ${look.xTitle.toLowerCase()}, ${title}. ${said.join("; ")}.`;
      const svg = await lines(all, { ...look, width: 270, height: 220, label }, `${id}${drawn.length}`);
      drawn.push(html`<div class="panel"><h3>${title}</h3>${svg}</div>`);
    }
  return { drawn, cells, arms: study.arms.filter(({ name }) => cells.some(([, , arm]) => arm === name)) };
}

/** Whether the uncertainty points at the errors. */
export async function sparsificationCurves(study: RegressionStudy): Promise<Html | undefined> {
  const xTitle = "Least certain examples taken away, %";
  const error = await panels(
    study,
    sparsificationOf((value) => value),
    { xTitle, yTitle: "RMSE of the others" },
    "sparse",
  );
  if (error.drawn.length === 0) return undefined;
  const gap = await panels(
    study,
    sparsificationOf((value, oracle) => value - oracle),
    { xTitle, yTitle: "RMSE above the oracle's" },
    "gap",
  );
  return html`<figure>${armLegend(error.arms)}<div class="grid">${error.drawn}</div>
<h3>Above what the best order would leave</h3><div class="grid">${gap.drawn}</div>
<figcaption>Examples are taken away in order of their predicted standard deviation, the least certain first: where it points at the errors, the RMSE of those that remain falls. The second row subtracts the oracle, which takes the worst away first: lower is better, and the mean over a curve is its AUSE. A line is the mean over an arm's seeds.</figcaption>${copyable(
    [["set", "target", "arm", "taken away, %", "RMSE of the others"], ...error.cells],
  )}</figure>`;
}

/** Whether intervals hold what they promise, at every level. */
export async function calibrationCurves(study: RegressionStudy): Promise<Html | undefined> {
  const { drawn, cells, arms } = await panels(
    study,
    calibrationOf,
    {
      xTitle: "Level of the interval, %",
      yTitle: "Targets inside, %",
      xDomain: [0, 100],
      yDomain: [0, 100],
      diagonal: true,
    },
    "calibration",
  );
  if (drawn.length === 0) return undefined;
  return html`<figure>${armLegend(arms)}<div class="grid">${drawn}</div>
<figcaption>Does an interval that should hold 80 % of the targets hold 80 %? On the diagonal it does; below it the model is too sure of itself, above it too modest. Intervals are the predicted Gaussian's, or lie between trained quantiles. The spread over references, members or draws alone leaves out the noise of the targets, so that a good regression may lie below the diagonal: conformal intervals mend that. A line is the mean over an arm's seeds.</figcaption>${copyable(
    [["set", "target", "arm", "level, %", "inside, %"], ...cells],
  )}</figure>`;
}
