import { emojiQuickstart } from "../recipes/emoji-quickstart.ts";
import type { RunConfigInput } from "../run/index.ts";
import type { Study } from "./study.ts";

type Anchored = Omit<Extract<RunConfigInput["method"], { name: "anchored" }>, "name">;

const EPOCHS = emojiQuickstart.epochs!;
const anchored = (method: Anchored, changes: Partial<RunConfigInput> = {}) => ({
  config: { ...emojiQuickstart, ...changes, method: { name: "anchored" as const, ...method } },
});
const standard = (epochs: number) => ({
  config: { ...emojiQuickstart, epochs, method: { name: "standard" as const } },
});

/**
 * What makes anchored training pay where it is short: every arm takes as many steps of as many rows as the quickstart's
 * standard one (`warm-start`: half of them as `standard-half`). 12 arms × 3 seeds, some 65 minutes on two CPU cores.
 */
export const equalCompute: Study = {
  title: "Anchored training at equal compute, emoji categories",
  arms: {
    standard: standard(EPOCHS),
    "anchored-0": anchored({ maskProbability: 0 }),
    "anchored-0.25": anchored({ maskProbability: 0.25 }),
    "by-image": anchored({ maskProbability: 0.25, maskBy: "image" }),
    "late-0.5": anchored({ maskProbability: 0.5, maskFrom: 0.5 }),
    "rising-0.5": anchored({ maskProbability: 0.5, maskTo: 1 }),
    "growing-set": anchored({ maskProbability: 0.25, referenceStart: 8 }),
    "two-references": anchored({ maskProbability: 0.25, referencesPerImage: 2 }),
    "tied-start": anchored({ maskProbability: 0.25, tiedStart: true }),
    // What `cifar10-fast-anchored` does.
    gradual: anchored({ maskProbability: 0.25, tiedStart: true, referenceStart: 1, referenceGrowth: 1, maskFrom: 0.5 }),
    "standard-half": standard(EPOCHS / 2),
    "warm-start": { ...anchored({ maskProbability: 0.25 }, { epochs: EPOCHS / 2 }), startsFrom: "standard-half" },
  },
  seeds: 3,
  baselines: ["standard", "anchored-0.25"],
  judge: { suites: ["clean", "calibration", "shift"] },
};
