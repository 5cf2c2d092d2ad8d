import { emojiQuickstart } from "../recipes/emoji-quickstart.ts";
import type { Study } from "./study.ts";

const anchored = (maskProbability: number, maskTarget: "label" | "uniform" = "label") => ({
  config: { ...emojiQuickstart, method: { name: "anchored", maskProbability, maskTarget } as const },
});

/**
 * What reference masking does, on the quickstart's emoji with seeds enough to tell: 5 arms × 5 seeds, some 45 minutes on
 * two CPU cores. Not yet measured here.
 */
export const masking: Study = {
  title: "Reference masking, emoji categories",
  arms: {
    standard: { config: { ...emojiQuickstart, method: { name: "standard" } } },
    "anchored-0": anchored(0),
    "anchored-0.1": anchored(0.1),
    "anchored-0.25": anchored(0.25),
    "anchored-0.25-uniform": anchored(0.25, "uniform"),
  },
  seeds: 5,
  baselines: ["standard", "anchored-0"],
  judge: { suites: ["clean", "calibration", "shift", "ood"] },
};
