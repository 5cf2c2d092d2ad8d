import type { RunConfigInput } from "../run/index.ts";
import { anchorDepthEmoji, depthEmoji } from "./anchor-depth.ts";
import type { Study } from "./study.ts";

const standard: RunConfigInput = { ...depthEmoji, method: { name: "standard" } };
/** Members of every ensemble here. */
const MEMBERS = 4;
/** Passes of Monte Carlo dropout, and references that anchored networks are asked with at the cost of an ensemble. */
const PASSES = 4;

/**
 * Anchored training against the baselines of uncertainty, at equal cost of training (all arms but `ensemble`) and at equal cost
 * of an answer: one pass (`standard`, `anchored-1`, `laplace`, `mimo`, `packed`) or four (`anchored-4`, `ensemble`, `short-ensemble`,
 * `mc-dropout`, `swag-samples`). The data, network, epochs, seeds and measures of the study `anchor-depth`.
 */
export const uncertainty: Study = {
  title: "Anchored training against the baselines of uncertainty, ResNet-20, emoji categories, 16 pixels",
  arms: {
    standard: { config: standard },
    anchored: { config: { ...depthEmoji, method: { name: "anchored" } } },
    "anchored-1": { asks: "anchored", judge: { protocol: "single" } },
    "anchored-4": { asks: "anchored", judge: { k: PASSES, corruptionReferences: PASSES } },
    dropout: { config: { ...standard, dropout: 0.2 } },
    "mc-dropout": { asks: "dropout", judge: { dropoutDraws: PASSES } },
    laplace: { asks: "standard", judge: { laplace: "kronecker", oodScores: ["max-softmax"] } },
    packed: { config: { ...standard, packed: { members: MEMBERS } } },
    mimo: { config: { ...depthEmoji, method: { name: "mimo", members: 2, batchRepetitions: 1 } } },
    swag: { config: { ...standard, swag: {} } },
    "swag-samples": { samples: "swag", count: PASSES },
    ensemble: { ensembles: "standard", members: MEMBERS },
    short: { config: { ...standard, epochs: depthEmoji.epochs / MEMBERS } },
    "short-ensemble": { ensembles: "short", members: MEMBERS },
  },
  seeds: anchorDepthEmoji.seeds,
  baselines: ["standard", "ensemble"],
  judge: anchorDepthEmoji.judge,
  measures: anchorDepthEmoji.measures,
};
