import { z } from "zod";
import { directions, type Eigen, leastNormSolution, symmetricEigen } from "./eigen.ts";
import { centred, eachTrainingBlock, totalMoments } from "./moments.ts";
import { perBlock } from "./per-block.ts";
import { normsOf, type ScoredBlock } from "./scored-block.ts";
import { type Fitting, type Parameter, UndefinedScore } from "./types.ts";

/** What lies outside of the principal space, seen from where all logits are zero. */
export interface VimSpace {
  /** [n, D] → [n] length of what lies outside. */
  readonly residuals: (features: Float64Array) => Promise<Float64Array>;
  /** Of a block's rows, which ViM and its residual share. */
  readonly ofBlock: (block: ScoredBlock) => Promise<Float64Array>;
}

export const dimensionsParameter: Parameter<number> = {
  schema: z.number().int().positive(),
  default: ({ width }) => (width >= 2048 ? 1000 : width >= 768 ? 512 : Math.max(1, Math.floor(width / 2))),
  defaultText: "1000 if D ≥ 2048, 512 if D ≥ 768, else D/2",
  source: "the authors' code",
  help: "d: directions that count as principal; fewer than D",
  grid: [256, 1000],
};

/** Origin o = −W⁺ b, and the eigenvectors of the training features about it, which all numbers of directions share. */
const aboutOrigin = (fitting: Fitting): Promise<{ readonly origin: Float64Array; readonly eigen: Eigen }> =>
  fitting.once("eigenvectors about the origin", async () => {
    const { width, data } = fitting;
    const { weight, bias } = data.classifier!;
    const origin = leastNormSolution(weight, bias, width).map((value) => -value);
    const { mean, covariance } = await totalMoments(fitting);
    const off = mean.map((value, d) => value - origin[d]);
    const about = covariance.map((value, i) => value + off[Math.floor(i / width)] * off[i % width]);
    return { origin, eigen: symmetricEigen(about, width) };
  });

/** What lies beyond the principal directions about the origin (Wang et al. 2022). */
export const vimSpace = (fitting: Fitting, dimensions: number): Promise<VimSpace> =>
  fitting.once(`space beyond ${dimensions} directions`, async () => {
    const { width, innerProducts } = fitting;
    if (dimensions >= width)
      throw new UndefinedScore(`${dimensions} principal directions leave none of ${width} features`);
    const { origin, eigen } = await aboutOrigin(fitting);
    const rest = directions(eigen, dimensions);
    const residuals = async (features: Float64Array) =>
      normsOf(await innerProducts(centred(features, origin), rest, width), width - dimensions);
    return { residuals, ofBlock: perBlock(({ features }) => residuals(features)) };
  });

/** Mean over the training features. */
export async function meanResidual(fitting: Fitting, { residuals }: VimSpace): Promise<number> {
  let sum = 0;
  await eachTrainingBlock(fitting, "raw", async (rows) => {
    for (const value of await residuals(rows)) sum += value;
  });
  return sum / fitting.data.training!.features.count;
}
