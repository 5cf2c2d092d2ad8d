import { reconstructionError, shareParameter } from "./reconstruction.ts";
import type { FeatureScore } from "./types.ts";

/** −reconstruction error by principal components. */
export const pca: FeatureScore<{ share: number }> = {
  title: "Error of reconstruction by principal components (PCA)",
  short: "PCA",
  kind: "distance",
  formula: "−‖(I − UUᵀ)(z − μ)‖, U: the fewest directions with a share of the variance",
  source: "baseline in Fang et al. 2024",
  needs: ["features", "training.features"],
  parameters: { share: shareParameter(0.9, "ours: a common choice") },
  fit: (fitting, { share }) => reconstructionError(fitting, "raw", share),
};
