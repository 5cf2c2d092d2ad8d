import type { FeatureScore } from "./types.ts";
import { dimensionsParameter, vimSpace } from "./vim-space.ts";

/** ViM's residual alone: −‖Rᵀ(z − o)‖ (Wang et al. 2022). */
export const residual: FeatureScore<{ dimensions: number }> = {
  title: "Residual outside of the principal space",
  short: "residual",
  kind: "distance",
  formula: "−‖Rᵀ(z − o)‖, o = −W⁺b, R = eigenvectors of the training features about o beyond the d largest",
  source: "Wang et al. 2022",
  traps: "OpenOOD fits it on validation images and fixes d = 512, which leaves nothing of 512 features.",
  needs: ["features", "training.features", "classifier"],
  parameters: { dimensions: dimensionsParameter },
  fit: async (fitting, { dimensions }) => {
    const { ofBlock } = await vimSpace(fitting, dimensions);
    return async (block) => (await ofBlock(block)).map((value) => -value);
  },
};
