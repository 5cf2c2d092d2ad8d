import type { Listener } from "../../core/index.ts";
import type { FitOptions } from "../../evaluate/index.ts";
import {
  auroc,
  type FeatureScore,
  type FeatureScoreName,
  featureScores,
  fitFeatureScores,
} from "../../evaluate/index.ts";
import { confidencesOf } from "./confidences.ts";
import type { ScoredSource, ScoreSources } from "./sources.ts";

/**
 * Parameters of the scores that have a grid: the first of those that tell validation images best from an OOD validation
 * set, by AUROC (OpenOOD's search). Others, and all where no value of the grid can be fitted, keep their defaults. All are
 * fitted together, so that they share what they are made of, and both sets are gone through once.
 */
export async function chooseParameters(
  names: readonly FeatureScoreName[],
  { data }: Pick<ScoreSources, "data">,
  { known, foreign }: { readonly known: ScoredSource; readonly foreign: ScoredSource },
  { innerProducts, ...listener }: FitOptions,
): Promise<Map<FeatureScoreName, Record<string, unknown>>> {
  const images = data.training?.features.count;
  const tried = names
    .map((name) => ({ name, grid: gridOf(featureScores[name], images) }))
    .filter(({ grid }) => grid.length > 1)
    .flatMap(({ name, grid }) => grid.map((parameters, i) => ({ name, parameters, as: `${name} ${i}` })));
  const label = `choosing parameters on ${foreign.set}`;
  const told: Listener = { ...listener, onProgress: (at) => listener.onProgress?.(at && { ...at, label }) };
  const fitted = await fitFeatureScores(tried, data, { ...told, innerProducts });
  const inside = await confidencesOf(known, fitted, [], told);
  const outside = await confidencesOf(foreign, fitted, [], told);
  const best = new Map<FeatureScoreName, number>();
  const chosen = new Map<FeatureScoreName, Record<string, unknown>>();
  for (const { name, parameters, as } of tried) {
    const [a, b] = [inside.of.get(as), outside.of.get(as)];
    const value = a && b ? auroc(b, a) : Number.NEGATIVE_INFINITY;
    if (value <= (best.get(name) ?? Number.NEGATIVE_INFINITY)) continue;
    best.set(name, value);
    chosen.set(name, parameters);
  }
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
