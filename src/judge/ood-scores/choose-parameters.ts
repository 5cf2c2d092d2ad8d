import { type Listener, reporter } from "../../core/index.ts";
import type { FitOptions } from "../../evaluate/index.ts";
import {
  auroc,
  type FeatureScore,
  type FeatureScoreName,
  featureScores,
  fitFeatureScores,
  type ScoreChoice,
} from "../../evaluate/index.ts";
import { confidencesOf } from "./confidences.ts";
import type { ScoredSource, ScoreSources } from "./sources.ts";

/**
 * Parameters of the scores that have a grid: the first of those that tell validation images best from an OOD validation
 * set, by AUROC (OpenOOD's search). Others, and all where no value of the grid can be fitted, keep their defaults.
 */
export async function chooseParameters(
  names: readonly FeatureScoreName[],
  { data }: Pick<ScoreSources, "data">,
  { known, foreign }: { readonly known: ScoredSource; readonly foreign: ScoredSource },
  { innerProducts, ...listener }: FitOptions,
): Promise<Map<FeatureScoreName, Record<string, unknown>>> {
  const chosen = new Map<FeatureScoreName, Record<string, unknown>>();
  const report = reporter(listener, `choosing parameters on ${foreign.set}`, "steps");
  for (const [done, name] of names.entries()) {
    report({ done, total: names.length });
    const grid = gridOf(featureScores[name], data.training?.features.count);
    if (grid.length < 2) continue;
    const choices: ScoreChoice[] = grid.map((parameters, i) => ({ name, parameters, as: `${i}` }));
    const fitted = await fitFeatureScores(choices, data, { innerProducts });
    const quiet: Listener = { signal: listener.signal };
    const [inside, outside] = [
      await confidencesOf(known, fitted, [], quiet),
      await confidencesOf(foreign, fitted, [], quiet),
    ];
    let best = Number.NEGATIVE_INFINITY;
    for (const [i, parameters] of grid.entries()) {
      const [a, b] = [inside.of.get(`${i}`), outside.of.get(`${i}`)];
      const value = a && b ? auroc(b, a) : Number.NEGATIVE_INFINITY;
      if (value <= best) continue;
      best = value;
      chosen.set(name, parameters);
    }
  }
  listener.onProgress?.(undefined);
  return chosen;
}

/**
 * Every combination of what is tried of each parameter, the last one varying fastest; the default where nothing is.
 * @param images how many training images there are
 */
export function gridOf({ parameters }: FeatureScore, images = Number.POSITIVE_INFINITY): Record<string, unknown>[] {
  return Object.entries(parameters).reduce<Record<string, unknown>[]>(
    (all, [name, { grid, ofSmall, default: usual }]) => {
      const tried = [...(ofSmall && images < ofSmall.below ? ofSmall.tried : []), ...(grid ?? [usual])];
      return all.flatMap((one) => tried.map((value) => ({ ...one, [name]: value })));
    },
    [{}],
  );
}
