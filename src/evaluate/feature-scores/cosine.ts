import { classMeans } from "./moments.ts";
import { unitRows } from "./scored-block.ts";
import type { FeatureScore } from "./types.ts";

/** Largest cosine with a class mean: a free baseline (Bitterwolf, Müller & Hein 2023). */
export const cosine: FeatureScore<Record<never, never>> = {
  title: "Cosine with the nearest class mean",
  short: "cosine",
  kind: "distance",
  formula: "max over c of cos(z, μ_c)",
  source: "baseline in NINCO's code (Bitterwolf, Müller & Hein 2023)",
  needs: ["features", "training.features", "training.labels"],
  parameters: {},
  fit: async (fitting) => {
    const { width, classes, innerProducts } = fitting;
    const means = unitRows(await classMeans(fitting), width);
    return async ({ count, unit }) => {
      const cosines = await innerProducts(unit, means, width);
      return Float64Array.from({ length: count }, (_, i) =>
        cosines.subarray(i * classes, (i + 1) * classes).reduce((a, b) => Math.max(a, b)),
      );
    };
  },
};
