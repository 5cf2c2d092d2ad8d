import { HostArray, type HostArrays, type ImageSet, type Predictions, Random } from "../core/index.ts";
import type { Model } from "../models/index.ts";
import { drawNoise } from "../models/internal.ts";
import { type PredictionParts, type PredictOptions, predictSet } from "./predict-set.ts";

/** As `Predictor.predictDraws`. */
export async function predictDraws(
  { model, ...parts }: PredictionParts & { readonly model: Model },
  set: ImageSet,
  draws: number,
  { onProgress, ...options }: Omit<PredictOptions, "features"> = {},
): Promise<Predictions[]> {
  if (Object.keys(model.noise ?? {}).length === 0 || parts.method.anchorAt !== undefined)
    throw new TypeError(`${model.name}: it drops nothing, or is anchored at hidden values; it has no draws`);
  const { seed } = parts.record.config;
  const all: Predictions[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const noise: PredictionParts["noise"] = (at, count, references) =>
      noiseOfRows(model, { at, count, references }, (row) => new Random("dropout draw", seed, draw, row));
    const told: PredictOptions["onProgress"] = ({ done, total }) =>
      onProgress?.({ done: draw * total + done, total: draws * total });
    all.push(await predictSet({ ...parts, noise }, set, { ...options, onProgress: told }));
  }
  return all;
}

interface Rows {
  /** Place of the first image in its set. */
  readonly at: number;
  readonly count: number;
  readonly references: number;
}

/** Factors [references × count, …]: those of an image are its own stream's, whatever batch it is in. */
function noiseOfRows(model: Model, { at, count, references }: Rows, random: (row: number) => Random): HostArrays {
  const factors: Record<string, HostArray> = {};
  for (let i = 0; i < count; i++)
    for (const [name, { shape, data }] of Object.entries(drawNoise(model, references, random(at + i)))) {
      const [, ...each] = shape;
      const size = data.length / references;
      factors[name] ??= HostArray.zeros([references * count, ...each]);
      for (let r = 0; r < references; r++)
        for (let j = 0; j < size; j++) factors[name].data[(r * count + i) * size + j] = data[r * size + j];
    }
  return factors;
}
