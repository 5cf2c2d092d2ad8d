import { z } from "zod";
import { componentsFor, directions } from "./eigen.ts";
import { centred, type Scaling, totalEigen, trainingMean } from "./moments.ts";
import { normsOf } from "./scored-block.ts";
import { type Fitting, type Parameter, UndefinedScore } from "./types.ts";

/** A share of the variance. */
export const shareParameter = (usual: number, source: string): Parameter<number> => ({
  schema: z.number().positive().max(1),
  default: usual,
  source,
  help: "share of the training features' variance that the kept directions have",
});

/** −length of what the fewest principal directions with `share` of the variance do not reach. */
export async function reconstructionError(fitting: Fitting, scaling: Scaling, share: number) {
  const { width, innerProducts } = fitting;
  const mean = await trainingMean(fitting, scaling);
  const eigen = await totalEigen(fitting, scaling);
  const kept = componentsFor(eigen, share);
  if (kept === undefined) throw new UndefinedScore("the training features do not vary");
  if (kept === width) throw new UndefinedScore(`${share} of the variance takes all ${width} directions`);
  const rest = directions(eigen, kept);
  return async (rows: Float64Array): Promise<Float64Array> =>
    normsOf(await innerProducts(centred(rows, mean), rest, width), width - kept).map((norm) => -norm);
}
