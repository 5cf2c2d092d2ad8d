import { eachBlock } from "./rows.ts";
import { type FeatureScore, type Fitting, UndefinedScore } from "./types.ts";
import { dimensionsParameter, meanResidual, vimSpace } from "./vim-space.ts";

/** Virtual-logit matching: energy less the residual, scaled to the size of the largest logits (Wang et al. 2022). */
export const vim: FeatureScore<{ dimensions: number }> = {
  title: "Virtual-logit matching (ViM)",
  short: "ViM",
  kind: "both",
  formula: "E(l) − α ‖Rᵀ(z − o)‖, α = mean max l / mean residual over training",
  source: "Wang et al. 2022",
  traps: "d must be less than D (else α is infinite). A general eigensolver is off by up to 3 % where units are dead.",
  needs: ["features", "logits", "training.features", "training.logits", "classifier"],
  parameters: { dimensions: dimensionsParameter },
  fit: async (fitting, { dimensions }) => {
    const space = await vimSpace(fitting, dimensions);
    const length = await meanResidual(fitting, space);
    if (!(length > 0)) throw new UndefinedScore(`training features lie in ${dimensions} directions: no residual`);
    const alpha = (await meanLargestLogit(fitting)) / length;
    return async (block) => (await space.ofBlock(block)).map((value, i) => block.softmax.energy[i] - alpha * value);
  },
};

const meanLargestLogit = ({ data, classes, once }: Fitting): Promise<number> =>
  once("mean largest training logit", async () => {
    const logits = data.training!.logits!;
    let sum = 0;
    await eachBlock(logits.count, async (from, to) => {
      const block = await logits.block(from, to);
      for (let i = 0; i < block.length; i += classes) {
        let largest = block[i];
        for (let k = 1; k < classes; k++) largest = Math.max(largest, block[i + k]);
        sum += largest;
      }
    });
    return sum / logits.count;
  });
