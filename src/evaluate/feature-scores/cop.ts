import { reconstructionError, shareParameter } from "./reconstruction.ts";
import type { FeatureScore } from "./types.ts";

/** −reconstruction error of unit features: kernel PCA with the cosine kernel (Fang et al. 2024, CoP). */
export const cop: FeatureScore<{ share: number }> = {
  title: "Error of reconstruction of unit features (CoP)",
  short: "CoP",
  kind: "distance",
  formula: "PCA on unit(z)",
  source: "Fang et al. 2024",
  traps: "The authors keep 85 % for CIFAR-10's ResNet-18 and 99 % for ImageNet: the share matters.",
  needs: ["features", "training.features"],
  parameters: { share: shareParameter(0.85, "the authors' code for CIFAR-10") },
  fit: (fitting, { share }) => reconstructionError(fitting, "unit", share),
};
