import { z } from "zod";
import { coordinatesBy } from "./coordinates.ts";
import { componentsFor } from "./eigen.ts";
import type { Scaling } from "./moments.ts";
import type { ScoredBlock } from "./scored-block.ts";
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
  const { width } = fitting;
  const { eigen, of } = await coordinatesBy(fitting, "all", scaling);
  const kept = componentsFor(eigen, share);
  if (kept === undefined) throw new UndefinedScore("the training features do not vary");
  if (kept === width) throw new UndefinedScore(`${share} of the variance takes all ${width} directions`);
  return async (block: ScoredBlock): Promise<Float64Array> => {
    const coordinates = await of(block);
    return Float64Array.from(block.norms, (_, i) => {
      let sum = 0;
      for (let d = i * width + kept; d < (i + 1) * width; d++) sum += coordinates[d] ** 2;
      return -Math.sqrt(sum);
    });
  };
}
